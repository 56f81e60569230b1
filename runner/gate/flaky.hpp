#pragma once
/// Cases whose answers both pass and fail: what `flake_rate` counts.

#include "runner/gate/suite_view.hpp"

#include <assay/gate/gate.hpp>

namespace assay::gate {

/// Fills `view.flaky`: a case is flaky if its samples of this run differ, or those of its history (of equal digest) do.
/// With fewer than two samples in both, it is not known. `history` may be empty.
void find_flaky(SuiteView& view, const std::vector<CaseRecord>& history);

}  // namespace assay::gate
