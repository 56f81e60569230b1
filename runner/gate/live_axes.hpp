#pragma once
/// A stage's evidence in words: what each axis says, and what to do.

#include "runner/gate/live_evidence.hpp"

#include <string>
#include <vector>

namespace assay::gate {

/// An e-value as it is shown: at most 10⁹.
[[nodiscard]] double shown_evidence(double log_evidence);

/// Every axis, those that were not in the data as `unmeasured`.
[[nodiscard]] std::vector<LiveAxis> axes_of(const StageEvidence& stage);

struct Call {
  LiveAction action = LiveAction::hold;
  std::string reason;  ///< with the number that would change it
};
[[nodiscard]] Call call_of(const StageEvidence& stage, const std::vector<LiveAxis>& axes);

}  // namespace assay::gate
