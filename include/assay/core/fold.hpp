#pragma once
/// From the checks' scores to the sample's outcome.

#include <assay/core/sample.hpp>

#include <span>

namespace assay {

/// A check's score and what the check means to its sample. A view.
struct CheckScore {
  bool required = true;
  Unit unit = Unit::share;
  Direction better = Direction::up;
  double weight = 1;
  const ScoreState* state = nullptr;
};

/// A three-valued AND over the required checks: one proven failure decides; else a judge that erred; else a check that
/// could not tell; else the sample passes. Its score is the weighted mean over the checks whose unit is a share and
/// that could tell, 1 less the share where less is better; pass as 0 or 1 where there is none.
[[nodiscard]] Outcome fold(std::span<const CheckScore> scores);

}  // namespace assay
