#include "runner/app/policy.hpp"

#include "runner/app/background.hpp"

#include <algorithm>

namespace assay::app {

Result<gate::Policy> sealed_policy(const std::string& stored) {
  const auto json = parse_json(stored);
  if (!json) return json.error();
  return gate::policy_from_json(*json);
}

void name_baseline(gate::Policy& policy, const std::optional<std::string>& baseline) {
  if (!baseline) return;
  if (!policy.baseline) policy.baseline.emplace();
  policy.baseline->ref = *baseline;
}

std::optional<gate::Policy> alone(gate::Policy policy, const std::vector<std::string>& suites) {
  policy.baseline.reset();
  for (auto& gate : policy.gates) {
    gate.margin.reset();
    gate.max_increase.reset();
    gate.improvement.reset();
  }
  std::erase_if(policy.gates,
                [](const gate::GateSpec& gate) { return !gate.floor && !gate.max && !gate.zero_tolerance; });
  const auto decided = [&](const std::string& suite) {
    return std::any_of(policy.gates.begin(), policy.gates.end(),
                       [&](const gate::GateSpec& gate) { return gate::covers(gate, suite); });
  };
  if (!std::all_of(suites.begin(), suites.end(), decided)) return std::nullopt;
  return policy;
}

namespace {

// `latest` is the candidate itself by the time it is decided.
void refuse_moving(const gate::Policy& policy, Diagnostics& diagnostics) {
  if (!policy.baseline || (policy.baseline->ref != "latest" && policy.baseline->anchor != "latest")) return;
  diagnostics.error({}, "the baseline `latest` would be the candidate itself",
                    "name a run by its id, or a series: `assay baseline set main latest`, then --baseline main",
                    ErrorKind::usage);
}

}  // namespace

std::optional<gate::Policy> load_source(const PolicySource& source, Diagnostics& diagnostics) {
  if (source.file) return gate::load_policy(*source.file, diagnostics);
  return gate::default_policy(source.baseline || source.against);
}

std::optional<gate::Policy> apply_source(gate::Policy policy, const PolicySource& source,
                                         const std::vector<gate::SuiteFacts>& facts, Diagnostics& diagnostics) {
  name_baseline(policy, source.baseline);
  refuse_moving(policy, diagnostics);
  if (source.against && policy.baseline) policy.baseline->ref.clear();  // the run beside takes its place
  (void)waivers_of(policy, diagnostics);
  auto applied = gate::apply(policy, facts, diagnostics);
  if (!diagnostics.ok()) return std::nullopt;
  return applied;
}

std::optional<gate::Policy> load_applied(const PolicySource& source, const std::vector<gate::SuiteFacts>& facts,
                                         Diagnostics& diagnostics) {
  auto policy = load_source(source, diagnostics);
  return policy ? apply_source(*std::move(policy), source, facts, diagnostics) : std::nullopt;
}

}  // namespace assay::app
