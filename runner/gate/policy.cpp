#include "runner/gate/metrics.hpp"
#include "runner/gate/policy_gate.hpp"
#include "runner/gate/policy_sections.hpp"

#include <assay/gate/gate.hpp>
#include <assay/text/reader.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace assay::gate {

namespace {

using text::MapReader;
using text::Node;

void read_gates(const Node& list, Policy& policy, Diagnostics& diagnostics) {
  if (!list.is_seq()) {
    diagnostics.error(list.place(), "gates must be a list", "`gates: [{id: overall, metric: pass_rate, floor: 0.8}]`");
    return;
  }
  std::set<std::string> ids;
  for (const auto& item : list.items) {
    auto gate = read_gate(item, policy.alpha, diagnostics);
    if (!gate.id.empty() && !ids.insert(gate.id).second) {
      diagnostics.error(gate.at, fmt::format("there are two gates with the id '{}'", gate.id), "give each its own id");
    }
    policy.gates.push_back(std::move(gate));
  }
}

void read_version(MapReader& reader) {
  const Node* node = reader.require("version", "version: 1");
  if (!node) return;
  const auto version = reader.integer("version", 0);
  if (version && *version != 1) {
    reader.diagnostics().error(node->place(), fmt::format("policy version {} is not known", *version), "`version: 1`");
  }
}

void read_alpha(MapReader& reader, Policy& policy) {
  const auto alpha = reader.number("alpha");
  if (!alpha) return;
  if (*alpha > 0 && *alpha <= 0.5) {
    policy.alpha = *alpha;
    return;
  }
  const Node* node = reader.get("alpha");
  reader.diagnostics().error(node ? node->place() : reader.node().place(),
                             "alpha must be above 0 and at most 0.5: it is the chance of a wrong claim",
                             "for example `alpha: 0.05`");
}

/// A baseline that no claim is about looks like a comparison, and is none.
void warn_of_idle_baseline(const Node& document, const Policy& policy, Diagnostics& diagnostics) {
  if (!policy.baseline) return;
  const auto& baseline = *policy.baseline;
  const Node* node = document.find("baseline");
  const auto margin = [](const GateSpec& gate) { return gate.margin.has_value(); };
  if (!baseline.ref.empty() && std::none_of(policy.gates.begin(), policy.gates.end(), compares)) {
    diagnostics.warning(node->place(), "the policy names a baseline, and no gate compares anything with it",
                        "add `margin: 0.05` to a gate, or `max_increase:` where lower is better");
  } else if (!baseline.anchor.empty() && std::none_of(policy.gates.begin(), policy.gates.end(), margin)) {
    diagnostics.warning(node->place(), "the policy names an anchor, and no gate has a margin to hold against it",
                        "add `margin: 0.05` to a gate");
  }
}

}  // namespace

std::optional<Policy> load_policy(const std::filesystem::path& file, Diagnostics& diagnostics) {
  const auto faults = diagnostics.error_count();
  const auto document = text::load_yaml(file);
  if (!document) {
    diagnostics.error(document.error());
    return std::nullopt;
  }
  MapReader reader(*document, "gate policy", diagnostics);
  if (!document->is_map()) return std::nullopt;
  Policy policy;
  policy.folder = file.parent_path();
  read_version(reader);
  read_alpha(reader, policy);
  policy.max_error_rate = reader.number("max_error_rate", 0, 1).value_or(policy.max_error_rate);
  policy.warn_on_inconclusive = read_warn(reader).value_or(false);
  read_judge(reader, policy);
  read_baseline(reader, policy);
  if (const Node* gates = reader.get("gates")) read_gates(*gates, policy, diagnostics);
  read_sampling(reader, policy);
  read_waivers_name(reader, policy);
  read_signoff(reader, policy);
  read_canary(reader, policy);
  read_replay(reader, policy);
  reader.finish();
  if (diagnostics.error_count() > faults) return std::nullopt;
  warn_of_idle_baseline(*document, policy, diagnostics);
  return policy;
}

Policy default_policy(bool compared) {
  Policy policy;
  policy.built_in = true;
  if (compared) policy.baseline.emplace();
  return policy;
}

std::set<std::string, std::less<>> wanted_metrics(const Policy& policy) {
  std::set<std::string, std::less<>> wanted;
  for (const auto& gate : policy.gates) {
    const auto builtin = builtin_metric(gate.metric);
    const auto& column = builtin ? builtin->column : gate.metric;
    if (!column.empty()) wanted.insert(column);
  }
  return wanted;
}

bool reads_latency(const Policy& policy) {
  for (const auto& gate : policy.gates) {
    const auto metric = builtin_metric(gate.metric);
    if (metric && metric->measure == Measure::quantile) return true;
  }
  return false;
}

}  // namespace assay::gate
