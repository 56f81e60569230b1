#include "runner/gate/flaky.hpp"

#include <algorithm>
#include <string_view>
#include <unordered_map>

namespace assay::gate {

namespace {

constexpr std::uint8_t kNo = 0;
constexpr std::uint8_t kYes = 1;
constexpr std::uint8_t kNotKnown = 2;

std::uint8_t in_this_run(const SuiteView& view, std::uint32_t kase) {
  std::uint64_t passes = 0;
  std::uint64_t samples = 0;
  for (auto row = view.first_row[kase]; row < view.first_row[kase + 1]; ++row) {
    const auto& sample = view.evidence->rows[row];
    if (sample.outcome != OutcomeKind::scored) continue;
    ++samples;
    passes += sample.pass ? 1 : 0;
  }
  if (passes > 0 && passes < samples) return kYes;
  return samples < 2 ? kNotKnown : kNo;
}

std::uint8_t in_history(const CaseRecord& record) {
  if (record.flaky()) return kYes;
  return record.samples < 2 ? kNotKnown : kNo;
}

}  // namespace

void find_flaky(SuiteView& view, const std::vector<CaseRecord>& history) {
  const auto& suite = *view.evidence;
  std::unordered_map<std::string_view, const CaseRecord*> records;
  for (const auto& record : history) {
    if (record.suite == suite.id) records.emplace(record.case_id, &record);
  }
  view.flaky.resize(suite.cases.size());
  for (std::uint32_t c = 0; c < suite.cases.size(); ++c) {
    auto& flaky = view.flaky[c];
    flaky = in_this_run(view, c);
    const auto found = flaky == kYes ? records.end() : records.find(suite.cases.id(c));
    if (found == records.end() || found->second->digest != suite.cases[c].digest) continue;
    const auto past = in_history(*found->second);
    if (past != kNotKnown) flaky = past;
  }
}

bool reads_flakes(const Policy& policy) {
  return std::any_of(policy.gates.begin(), policy.gates.end(),
                     [](const GateSpec& gate) { return gate.metric == "flake_rate"; });
}

}  // namespace assay::gate
