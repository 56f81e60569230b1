#include "runner/gate/quarantine.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <unordered_set>

namespace assay::gate {

namespace {

bool has_case(const SuiteEvidence& suite, std::string_view id) {
  for (std::size_t c = 0; c < suite.cases.size(); ++c) {
    if (suite.cases.id(c) == id) return true;
  }
  return false;
}

}  // namespace

std::vector<QuarantineStanding> quarantine_of(const RunEvidence& evidence, const Background& background) {
  std::vector<QuarantineStanding> standings;
  for (const auto& each : background.waivers.quarantine) {
    if (!evidence.suite(each.suite)) continue;
    standings.push_back(
        {each.suite, each.case_id, each.owner, each.reason, to_rfc3339(each.expires), background.now < each.expires});
  }
  return standings;
}

void set_aside(SuiteView& view, const std::vector<QuarantineStanding>& quarantine) {
  std::unordered_set<std::string_view> ids;
  for (const auto& each : quarantine) {
    if (each.active && each.suite == view.evidence->id) ids.insert(each.case_id);
  }
  if (ids.empty()) return;
  const auto& cases = view.evidence->cases;
  view.set_aside.resize(cases.size(), false);
  std::size_t count = 0;
  for (std::size_t c = 0; c < cases.size(); ++c) {
    if (!ids.contains(cases.id(c))) continue;
    view.set_aside[c] = true;
    ++count;
  }
  if (10 * count <= cases.size()) return;
  view.too_much_in_quarantine =
      fmt::format("{} of {} cases of suite '{}' are in quarantine, more than 10 %, so nothing is decided on the rest",
                  count, cases.size(), view.evidence->id);
}

std::vector<std::string> quarantine_warnings(const RunEvidence& evidence,
                                             const std::vector<QuarantineStanding>& quarantine) {
  std::vector<std::string> warnings;
  const bool whole = evidence.where.empty() && !evidence.limit && !evidence.spent && !evidence.stop;
  for (const auto& each : quarantine) {
    if (!each.active) {
      warnings.push_back(fmt::format("the quarantine of case '{}/{}' has expired ({}): it counts again", each.suite,
                                     each.case_id, each.expires));
    } else if (whole && !has_case(*evidence.suite(each.suite), each.case_id)) {
      warnings.push_back(
          fmt::format("the quarantine of case '{}/{}' names no case of this run", each.suite, each.case_id));
    }
  }
  return warnings;
}

}  // namespace assay::gate
