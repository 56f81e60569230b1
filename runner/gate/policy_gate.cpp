#include "runner/gate/policy_gate.hpp"

#include "runner/gate/metrics.hpp"
#include "runner/gate/policy_sections.hpp"

#include <assay/stats/power.hpp>
#include <assay/stats/proportion.hpp>
#include <assay/text/reader.hpp>

#include <fmt/format.h>

#include <array>

namespace assay::gate {

namespace {

using text::MapReader;
using text::Node;

const std::array<std::string, 4> kAxes{"quality", "safety", "platform", "cost"};  // in the order of `Axis`

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

void read_axis(MapReader& reader, GateSpec& gate) {
  const auto word = reader.choice("axis", kAxes);
  for (std::size_t i = 0; word && i < kAxes.size(); ++i) {
    if (*word == kAxes[i]) gate.axis = static_cast<Axis>(i);
  }
}

void read_comparison(MapReader& reader, GateSpec& gate) {
  gate.margin = reader.number("margin");
  gate.max_increase = reader.number("max_increase");
  gate.improvement = reader.number("improvement");
}

void read_options(MapReader& reader, GateSpec& gate) {
  gate.floor = reader.number("floor");
  gate.zero_tolerance = reader.boolean("zero_tolerance").value_or(false);
  gate.max_rate = reader.number("max_rate", 0, 1);
  gate.confirm = reader.string("confirm");
  if (const auto k = reader.integer("at_least", 1, kMostRepeats)) gate.at_least = static_cast<std::uint64_t>(*k);
  gate.by = reader.string("by");
  for (auto& [key, value] : reader.string_map("where")) gate.where[key] = value;
  read_axis(reader, gate);
  read_comparison(reader, gate);
}

/// The least number of cases that could prove any of the gate's claims without one loss.
std::uint64_t least_n(const GateSpec& gate, double alpha) {
  std::uint64_t least = 0;
  const auto within = [](const std::optional<double>& share) { return share && *share > 0 && *share < 1; };
  if (within(gate.floor)) least = std::max(least, stats::all_pass_n(*gate.floor, alpha));
  if (within(gate.margin)) least = std::max(least, stats::margin_least_n(*gate.margin, alpha).value_or(0));
  return least;
}

void read_min_n(MapReader& reader, double alpha, GateSpec& gate) {
  const Node* node = reader.get("min_n");
  if (!node) return;
  if (!node->is_scalar() || node->scalar != "auto") {
    gate.min_n = static_cast<std::uint64_t>(reader.integer("min_n", 0).value_or(0));
    return;
  }
  gate.min_n = least_n(gate, alpha);
  if (gate.min_n > 0) return;
  reader.diagnostics().error(node->place(), "min_n: auto goes by the gate's margin or floor, and it has neither",
                             "write a number: `min_n: 25`");
}

void check_share(MapReader& reader, std::string_view key, std::optional<double> value) {
  if (!value || (*value >= 0 && *value <= 1)) return;
  const bool percent = *value > 1 && *value <= 100;
  reader.error(fmt::format("{} {} is no share: a share lies between 0 and 1", key, *value),
               percent ? fmt::format("`{}: {}`", key, *value / 100) : fmt::format("for example `{}: 0.8`", key));
}

void check_direction(MapReader& reader, const Metric& metric, const GateSpec& gate) {
  const bool down = metric.better == Direction::down;
  if (gate.floor && down) {
    reader.error(fmt::format("{} is better when lower, so it has no floor", metric.name), "write `max:` instead");
  }
  if (gate.max && !down) {
    reader.error(fmt::format("{} is better when higher, so it has no maximum", metric.name), "write `floor:` instead");
  }
  if (gate.margin && down) {
    reader.error(fmt::format("{} is better when lower, so it has no margin", metric.name),
                 "write `max_increase:` instead, as a share of what the baseline has");
  }
  if (gate.max_increase && !down) {
    reader.error(fmt::format("{} is better when higher, so an increase is no harm", metric.name),
                 "write `margin:` instead");
  }
  if (metric.unit != Unit::share) return;
  check_share(reader, "floor", gate.floor);
  check_share(reader, "max", gate.max);
  check_share(reader, "improvement", gate.improvement);
}

/// Latency percentiles and K that are not in the table.
void check_name(MapReader& reader, const std::string& name) {
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

std::string as_pass_metric(const GateSpec& gate) {
  return builtin_metric(gate.metric) ? "`metric: pass_rate`" : fmt::format("`metric: {}.pass`", gate.metric);
}

void check_zero_tolerance(MapReader& reader, const GateSpec& gate) {
  if (gate.zero_tolerance && !is_pass_metric(gate.metric)) {
    reader.error(fmt::format("zero_tolerance is about samples that fail, and {} is no pass rate", gate.metric),
                 as_pass_metric(gate));
  }
  if (gate.max_rate && !gate.zero_tolerance) {
    reader.error("max_rate goes with zero_tolerance only", "add `zero_tolerance: true`, or write `max:`");
  }
  if (gate.max_rate && (*gate.max_rate <= 0 || *gate.max_rate >= 1)) {
    reader.error("max_rate must lie between 0 and 1, both excluded", "for example `max_rate: 0.01`");
  }
  if (gate.confirm && !gate.zero_tolerance) {
    reader.error("confirm goes with zero_tolerance only: the judge that is asked before one failure blocks",
                 "add `zero_tolerance: true`, or leave confirm out");
  }
  if (gate.confirm && gate.confirm->empty()) {
    reader.error("confirm names no judge", "the name of a judge of the configuration: `confirm: second`");
  }
}

void check_improvement(MapReader& reader, const GateSpec& gate) {
  if (gate.metric != "cost_per_pass" || !gate.improvement) return;
  reader.error("an improvement of cost_per_pass cannot be claimed", "write `max:` or `max_increase:`");
}

void check_repeats(MapReader& reader, const GateSpec& gate) {
  if (!gate.at_least) return;
  if (!is_pass_metric(gate.metric)) {
    reader.error(fmt::format("at_least counts the samples of a case that pass, and {} is no pass rate", gate.metric),
                 as_pass_metric(gate));
  }
  if (gate.zero_tolerance) {
    reader.error("zero_tolerance takes every sample of every case, so at_least says nothing beside it",
                 "write `floor:` instead, or leave at_least out");
  }
}

void check_comparison(MapReader& reader, const GateSpec& gate) {
  check_margin(reader, "margin", gate.margin);
  if (gate.max_increase && *gate.max_increase <= 0) {
    reader.error("max_increase must be above 0: the share by which the candidate may be above its baseline",
                 "for example `max_increase: 0.10`");
  }
  if (gate.improvement && *gate.improvement < 0) {
    reader.error("improvement must be 0 or more: better than the baseline by more than this",
                 "write `margin:` for what may be lost");
  }
  if (compares(gate) && gate.metric == "flake_rate") {
    reader.error("flake_rate comes from the history of the cases, so no baseline has one", "write `max:` instead");
  }
}

/// `faulty`: the gate has a fault already, so a condition may well have been meant.
void check_conditions(MapReader& reader, const GateSpec& gate, bool faulty) {
  if (!gate.floor && !gate.max && !gate.zero_tolerance && !compares(gate) && !faulty) {
    reader.error(fmt::format("gate '{}' has no condition, so it could never fail", gate.id),
                 "write `floor:`, `max:`, `margin:`, `max_increase:`, `improvement:` or `zero_tolerance: true`");
  }
  check_zero_tolerance(reader, gate);
  check_improvement(reader, gate);
  check_repeats(reader, gate);
  check_comparison(reader, gate);
  if (gate.min_n > 0 && !gate.by) reader.error("min_n is the least size of a slice, so it needs `by`", "add `by: TAG`");
  if (gate.by && gate.by->empty()) reader.error("by names no tag", "for example `by: topic`");
}

}  // namespace

bool compares(const GateSpec& gate) {
  return gate.margin || gate.max_increase || gate.improvement;
}

GateSpec read_gate(const Node& node, double alpha, Diagnostics& diagnostics) {
  GateSpec gate;
  gate.at = node.place();
  MapReader reader(node, "gate", diagnostics);
  if (!node.is_map()) return gate;
  const auto faults = diagnostics.error_count();
  if (reader.require("id", "id: overall")) gate.id = reader.string("id").value_or("");
  if (reader.require("metric", "metric: pass_rate")) gate.metric = reader.string("metric").value_or("");
  gate.suites = reader.strings("suite");
  const bool no_suite = reader.get("suite") && gate.suites.empty() && diagnostics.error_count() == faults;
  if (no_suite) reader.error("suite names none", "a suite's id, or leave it out for every suite");
  read_options(reader, gate);
  read_min_n(reader, alpha, gate);
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

}  // namespace assay::gate
