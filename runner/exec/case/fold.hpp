#pragma once
/// From the checks' scores to the sample's outcome.

#include <assay/core/sample.hpp>

#include <memory>
#include <span>

namespace assay::exec {

/// A three-valued AND over the required checks: one proven failure decides; else a judge that erred; else a check that
/// could not tell; else the sample passes. `scores[i]` belongs to `checks[i]`.
[[nodiscard]] Outcome fold(std::span<const std::shared_ptr<const CompiledCheck>> checks, std::span<const Score> scores);

}  // namespace assay::exec
