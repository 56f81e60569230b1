#include "runner/gate/metrics.hpp"

#include <assay/gate/gate.hpp>
#include <assay/text/reader.hpp>

#include <fmt/format.h>

#include <array>
#include <set>

namespace assay::gate {

namespace {

using text::MapReader;
using text::Node;

const std::array<std::string, 2> kOnInconclusive{"fail", "warn"};

constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kLaterInPolicy{{
    {"baseline", "comparison with a baseline"},
    {"sampling", "sequential sampling"},
    {"waivers", "waivers"},
    {"signoff", "sign-offs"},
    {"canary", "the canary plan"},
    {"replay", "the age of replayed samples"},
}};

constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kLaterInGate{{
    {"margin", "comparison with a baseline"},
    {"max_increase", "comparison with a baseline"},
    {"improvement", "comparison with a baseline"},
    {"confirm", "confirmation by a second judge"},
}};

template <class Keys>
void refuse_later_keys(MapReader& reader, const Keys& keys) {
  for (const auto& [key, what] : keys) reader.not_yet(key, fmt::format("{} comes with a later version", what));
}

/// Unset where the key is absent or wrong.
std::optional<bool> read_warn(MapReader& reader) {
  const auto word = reader.choice("on_inconclusive", kOnInconclusive);
  if (!word) return std::nullopt;
  return *word == "warn";
}

/// A duration for the latency metrics, a number for the other built-in ones, either for a check's metric.
void read_max(MapReader& reader, const std::optional<Metric>& builtin, GateSpec& gate) {
  const Node* node = reader.get("max");
  if (!node) return;
  const bool duration_only = builtin && builtin->unit == Unit::seconds;
  const bool number_only = builtin && !duration_only;
  if (!duration_only && node->is_scalar() && !node->quoted) {
    if (const auto number = text::parse_number(node->scalar)) {
      gate.max = *number;
      return;
    }
  }
  if (!number_only && node->is_scalar()) {
    if (const auto duration = text::parse_duration(node->scalar)) {
      gate.max = to_seconds(*duration);
      gate.max_is_duration = true;
      return;
    }
  }
  const auto what = duration_only ? "a duration with its unit" : number_only ? "a number" : "a number or a duration";
  const auto hint = duration_only ? "for example `max: 1.5s`" : "for example `max: 0.02`";
  reader.diagnostics().error(node->place(), fmt::format("max of {} must be {}", gate.metric, what), hint);
}

void read_rate_options(MapReader& reader, GateSpec& gate) {
  gate.floor = reader.number("floor");
  gate.zero_tolerance = reader.boolean("zero_tolerance").value_or(false);
  gate.max_rate = reader.number("max_rate", 0, 1);
  if (const auto k = reader.integer("at_least", 1, kMostRepeats)) gate.at_least = static_cast<std::uint64_t>(*k);
  gate.min_n = static_cast<std::uint64_t>(reader.integer("min_n", 0).value_or(0));
  gate.by = reader.string("by");
  for (auto& [key, value] : reader.string_map("where")) gate.where[key] = value;
}

void check_share(MapReader& reader, std::string_view key, std::optional<double> value) {
  if (!value || (*value >= 0 && *value <= 1)) return;
  const bool percent = *value > 1 && *value <= 100;
  reader.error(fmt::format("{} {} is no share: a share lies between 0 and 1", key, *value),
               percent ? fmt::format("`{}: {}`", key, *value / 100) : fmt::format("for example `{}: 0.8`", key));
}

void check_direction(MapReader& reader, const Metric& metric, const GateSpec& gate) {
  if (gate.floor && metric.better == Direction::down) {
    reader.error(fmt::format("{} is better when lower, so it has no floor", metric.name), "write `max:` instead");
  }
  if (gate.max && metric.better == Direction::up) {
    reader.error(fmt::format("{} is better when higher, so it has no maximum", metric.name), "write `floor:` instead");
  }
  if (metric.unit != Unit::share) return;
  check_share(reader, "floor", gate.floor);
  check_share(reader, "max", gate.max);
}

/// Latency percentiles that are not in the table, and the metric that this version does not have.
void check_name(MapReader& reader, const std::string& name) {
  if (name == "flake_rate") {
    reader.error("flake_rate is not available yet: it comes with the history of flaky cases in a later version");
    return;
  }
  for (const std::string_view prefix : {"latency_p", "ttft_p", "itl_p"}) {
    const auto rest = std::string_view(name).substr(std::min(prefix.size(), name.size()));
    if (!name.starts_with(prefix) || rest.empty() || rest.find_first_not_of("0123456789.") != rest.npos) continue;
    if (builtin_metric(name)) continue;
    reader.error(fmt::format("there is no metric {}", name), fmt::format("{0}50, {0}95 or {0}99", prefix));
  }
  for (const std::string_view prefix : {"pass_at_", "pass_pow_"}) {
    if (!name.starts_with(prefix) || builtin_metric(name)) continue;
    reader.error(fmt::format("there is no metric {}", name),
                 fmt::format("a number of samples from 1 to {}: `{}5`", kMostRepeats, prefix));
  }
}

/// `faulty`: the gate has a fault already, so a condition may well have been meant.
void check_conditions(MapReader& reader, const GateSpec& gate, bool faulty) {
  if (!gate.floor && !gate.max && !gate.zero_tolerance && !faulty) {
    reader.error(fmt::format("gate '{}' has no condition, so it could never fail", gate.id),
                 "write `floor:`, `max:` or `zero_tolerance: true`");
  }
  if (gate.zero_tolerance && !is_pass_metric(gate.metric)) {
    const auto hint =
        builtin_metric(gate.metric) ? "`metric: pass_rate`" : fmt::format("`metric: {}.pass`", gate.metric);
    reader.error(fmt::format("zero_tolerance is about samples that fail, and {} is no pass rate", gate.metric), hint);
  }
  if (gate.max_rate && !gate.zero_tolerance) {
    reader.error("max_rate goes with zero_tolerance only", "add `zero_tolerance: true`, or write `max:`");
  }
  if (gate.max_rate && (*gate.max_rate <= 0 || *gate.max_rate >= 1)) {
    reader.error("max_rate must lie between 0 and 1, both excluded", "for example `max_rate: 0.01`");
  }
  if (gate.at_least && !is_pass_metric(gate.metric)) {
    reader.error(fmt::format("at_least counts the samples of a case that pass, and {} is no pass rate", gate.metric),
                 builtin_metric(gate.metric) ? "`metric: pass_rate`" : fmt::format("`metric: {}.pass`", gate.metric));
  }
  if (gate.at_least && gate.zero_tolerance) {
    reader.error("zero_tolerance takes every sample of every case, so at_least says nothing beside it",
                 "write `floor:` instead, or leave at_least out");
  }
  if (gate.min_n > 0 && !gate.by) reader.error("min_n is the least size of a slice, so it needs `by`", "add `by: TAG`");
  if (gate.by && gate.by->empty()) reader.error("by names no tag", "for example `by: topic`");
}

GateSpec read_gate(const Node& node, Diagnostics& diagnostics) {
  GateSpec gate;
  gate.at = node.place();
  MapReader reader(node, "gate", diagnostics);
  if (!node.is_map()) return gate;
  const auto faults = diagnostics.error_count();
  refuse_later_keys(reader, kLaterInGate);
  if (reader.require("id", "id: overall")) gate.id = reader.string("id").value_or("");
  if (reader.require("metric", "metric: pass_rate")) gate.metric = reader.string("metric").value_or("");
  gate.suites = reader.strings("suite");
  const bool no_suite = reader.get("suite") && gate.suites.empty() && diagnostics.error_count() == faults;
  if (no_suite) reader.error("suite names none", "a suite's id, or leave it out for every suite");
  read_rate_options(reader, gate);
  const auto builtin = builtin_metric(gate.metric);
  read_max(reader, builtin, gate);
  gate.warn_if_open = read_warn(reader);
  reader.finish();
  if (diagnostics.error_count() == faults && (gate.id.empty() || gate.metric.empty())) {
    reader.error("id and metric must not be empty", "`id: overall`, `metric: pass_rate`");
  }
  if (gate.metric.empty()) return gate;
  check_name(reader, gate.metric);
  if (builtin) {
    check_direction(reader, *builtin, gate);
  } else if (is_pass_metric(gate.metric)) {
    check_direction(reader, check_metric(gate.metric, Unit::share, Direction::up), gate);
  }
  check_conditions(reader, gate, diagnostics.error_count() > faults);
  return gate;
}

void read_gates(const Node& list, Policy& policy, Diagnostics& diagnostics) {
  if (!list.is_seq()) {
    diagnostics.error(list.place(), "gates must be a list", "`gates: [{id: overall, metric: pass_rate, floor: 0.8}]`");
    return;
  }
  std::set<std::string> ids;
  for (const auto& item : list.items) {
    auto gate = read_gate(item, diagnostics);
    if (!gate.id.empty() && !ids.insert(gate.id).second) {
      diagnostics.error(gate.at, fmt::format("there are two gates with the id '{}'", gate.id), "give each its own id");
    }
    policy.gates.push_back(std::move(gate));
  }
}

void read_judge(const Node& node, Policy& policy, Diagnostics& diagnostics) {
  MapReader reader(node, "judge", diagnostics);
  if (!node.is_map()) return;
  JudgePolicy judge;
  if (reader.require("min_youden", "0.6")) judge.min_youden = reader.number("min_youden", 0, 1).value_or(0);
  judge.max_age = reader.duration("max_age");
  reader.finish();
  if (judge.min_youden >= 1) {
    reader.error("min_youden must be below 1: no number of labels shows a judge without error",
                 "for example `min_youden: 0.6`");
  }
  if (judge.max_age && *judge.max_age <= Duration{}) {
    reader.error("max_age must be above 0: every measurement is older than that", "for example `max_age: 90d`");
  }
  policy.judge = judge;
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
  refuse_later_keys(reader, kLaterInPolicy);
  read_version(reader);
  read_alpha(reader, policy);
  policy.max_error_rate = reader.number("max_error_rate", 0, 1).value_or(policy.max_error_rate);
  policy.warn_on_inconclusive = read_warn(reader).value_or(false);
  if (const Node* judge = reader.get("judge")) read_judge(*judge, policy, diagnostics);
  if (const Node* gates = reader.get("gates")) read_gates(*gates, policy, diagnostics);
  reader.finish();
  if (diagnostics.error_count() > faults) return std::nullopt;
  return policy;
}

Policy default_policy() {
  Policy policy;
  policy.built_in = true;
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
