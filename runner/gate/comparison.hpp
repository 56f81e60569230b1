#pragma once
/// Claims against a baseline, decided case by case.

#include "runner/gate/difference.hpp"
#include "runner/gate/scene.hpp"

#include <string>
#include <vector>

namespace assay::gate {

/// The claims of a gate against its baseline, and its margin once more against the anchor. `baseline` may be nullptr.
[[nodiscard]] std::vector<Claim> comparisons_of(const GateSpec& gate, const Metric& metric,
                                                const BaselinePolicy* baseline);

/// A row, and the one-sided p-value of its harm; 1 where none was measured.
struct DecidedRow {
  Row row;
  double harm = 1;
};

/// One row for each slice, over the cases that it has in common with the baseline:
/// margin δ: PASS iff L > −δ, else BLOCK iff U < 0; improvement m: PASS iff L > m, BLOCK iff U < m; greatest increase
/// r, on candidate / baseline: PASS iff U ≤ 1 + r, else BLOCK iff L > 1. Fewer cases than show a margin without one
/// loss never pass.
[[nodiscard]] std::vector<DecidedRow> decide_comparisons(const Scene& scene, const Claim& claim,
                                                         const std::vector<Slice>& slices);

/// A comparison that was held against its interval.
struct DecidedComparison {
  const Metric& metric;
  const Compared& compared;
  const Claim& claim;
  double alpha = 0.05;
  double low = 0;  ///< of the gain, or of the ratio
  double high = 0;
  GateState state = GateState::inconclusive;
  Floors floors;
};

/// One sentence with the number that would change it.
[[nodiscard]] std::string reason_of(const DecidedComparison& decided);

/// The least n that shows the claim's margin without one loss, where it is a margin on a share.
[[nodiscard]] std::optional<std::uint64_t> least_cases(const Claim& claim, const Metric& metric, double alpha);

}  // namespace assay::gate
