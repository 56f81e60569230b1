#pragma once
/// Cases that no gate counts for now but those of zero tolerance.

#include "runner/gate/suite_view.hpp"

#include <assay/gate/gate.hpp>

#include <string>
#include <vector>

namespace assay::gate {

/// Every quarantine of a suite of this run, active until it expires.
[[nodiscard]] std::vector<QuarantineStanding> quarantine_of(const RunEvidence& evidence, const Background& background);

/// Sets the cases of active ones aside; more than a tenth of a suite leaves it undecided.
void set_aside(SuiteView& view, const std::vector<QuarantineStanding>& quarantine);

/// What has expired, and what names no case of a whole run.
[[nodiscard]] std::vector<std::string> quarantine_warnings(const RunEvidence& evidence,
                                                           const std::vector<QuarantineStanding>& quarantine);

}  // namespace assay::gate
