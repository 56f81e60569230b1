#include "runner/gate/metrics.hpp"
#include "runner/gate/policy_json.hpp"
#include "runner/gate/slices.hpp"

#include <assay/gate/forecast.hpp>
#include <assay/gate/gate.hpp>
#include <assay/stats/power.hpp>
#include <assay/text/reader.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace assay::gate {

namespace {

constexpr double kImpliedFloor = 0.8;
constexpr double kImpliedMargin = 0.05;

/// A floor on a part of the suite, or of another way to pass, is not the suite's floor.
bool has_pass_rate_floor(const Policy& policy, const std::string& suite) {
  return std::any_of(policy.gates.begin(), policy.gates.end(), [&](const GateSpec& gate) {
    return gate.metric == "pass_rate" && gate.floor && gate.where.empty() && !gate.by && !gate.at_least &&
           covers(gate, suite);
  });
}

void add_floors(Policy& policy, const std::vector<SuiteFacts>& suites) {
  std::vector<GateSpec> floors;
  for (const auto& suite : suites) {
    if (has_pass_rate_floor(policy, suite.id)) continue;
    if (!suite.floor && !policy.built_in) continue;
    GateSpec gate;
    gate.id = "floor";
    gate.suites = {suite.id};
    gate.metric = "pass_rate";
    gate.floor = suite.floor.value_or(kImpliedFloor);
    if (policy.built_in && policy.baseline) gate.margin = kImpliedMargin;
    floors.push_back(std::move(gate));
  }
  policy.gates.insert(policy.gates.end(), floors.begin(), floors.end());
}

std::string did_you_mean(std::string_view word, const std::vector<std::string>& names, std::string_view otherwise) {
  const auto near = text::nearest(word, names);
  if (!near.empty()) return fmt::format("did you mean '{}'?", near);
  return fmt::format("{}: {}", otherwise, fmt::join(names, ", "));
}

void check_suites(const GateSpec& gate, const std::vector<SuiteFacts>& suites, Diagnostics& diagnostics) {
  std::vector<std::string> names;
  for (const auto& suite : suites) names.push_back(suite.id);
  for (const auto& id : gate.suites) {
    if (std::find(names.begin(), names.end(), id) != names.end()) continue;
    diagnostics.error(gate.at, fmt::format("gate '{}' names suite '{}', which is not in this run", gate.id, id),
                      did_you_mean(id, names, "the suites are"));
  }
}

std::optional<Metric> metric_of(const GateSpec& gate, const SuiteFacts& suite) {
  if (auto builtin = builtin_metric(gate.metric)) return builtin;
  for (const auto& [name, unit] : suite.metrics) {
    if (name == gate.metric || name == without_pass(gate.metric)) {
      return check_metric(gate.metric, unit, Direction::up);
    }
  }
  return std::nullopt;
}

void report_unknown_metric(const GateSpec& gate, const SuiteFacts& suite, Diagnostics& diagnostics) {
  std::vector<std::string> names;
  for (const auto& [name, unit] : suite.metrics) {
    names.push_back(name);
    names.push_back(name + ".pass");
  }
  const auto builtin = builtin_metric_names();
  names.insert(names.end(), builtin.begin(), builtin.end());
  diagnostics.error(
      gate.at,
      fmt::format("gate '{}' is on metric '{}', which no check of suite '{}' feeds", gate.id, gate.metric, suite.id),
      did_you_mean(gate.metric, names, "this suite has"));
}

void check_unit(const GateSpec& gate, const Metric& metric, const SuiteFacts& suite, Diagnostics& diagnostics) {
  const auto complain = [&](std::string message, std::string hint) {
    diagnostics.error(gate.at, fmt::format("gate '{}': {}", gate.id, message), std::move(hint));
  };
  if (gate.max_is_duration && metric.unit != Unit::seconds) {
    complain(fmt::format("max is a duration, but {} of suite '{}' is measured in another unit ({})", metric.name,
                         suite.id, name(metric.unit)),
             "a number without a unit");
  }
  if (!metric.from_check) return;
  if (gate.max && !gate.max_is_duration && metric.unit == Unit::seconds) {
    complain(fmt::format("max of {} must be a duration with its unit", metric.name), "for example `max: 1.5s`");
  }
  const bool down = metric.unit == Unit::seconds || metric.unit == Unit::usd;
  if (gate.floor && down) {
    complain(fmt::format("{} is better when lower, so it has no floor", metric.name), "write `max:` instead");
  }
  if (gate.margin && down) {
    complain(fmt::format("{} is better when lower, so it has no margin", metric.name),
             "write `max_increase:` instead, as a share of what the baseline has");
  }
  const auto outside = [](std::optional<double> bound) { return bound && (*bound < 0 || *bound > 1); };
  if (metric.unit == Unit::share && (outside(gate.floor) || outside(gate.max) || outside(gate.improvement))) {
    complain(fmt::format("{} lies between 0 and 1, its bound does not", metric.name), "for example `floor: 0.8`");
  }
}

/// How many samples of a case the gate looks at together.
void check_samples(const GateSpec& gate, const Metric& metric, const SuiteFacts& suite, Diagnostics& diagnostics) {
  const auto k = std::max(gate.at_least.value_or(0), metric.k);
  if (suite.samples == 0 || k <= suite.samples) return;
  const auto what = gate.at_least ? fmt::format("at_least {}", k) : metric.name;
  diagnostics.error(gate.at,
                    fmt::format("gate '{}': {} takes {} samples of each case, and suite '{}' plans {}", gate.id, what,
                                k, suite.id, suite.samples),
                    fmt::format("`defaults: {{samples: {0}}}` in the suite, or `--samples {0}`", k));
}

bool any_has(const SuiteFacts& suite, const std::string& tag) {
  return std::any_of(suite.tag_sets.begin(), suite.tag_sets.end(),
                     [&](const Tags& tags) { return tags.contains(tag); });
}

void check_selection(const GateSpec& gate, const SuiteFacts& suite, Diagnostics& diagnostics) {
  if (suite.cases == 0) return;
  const bool matched = gate.where.empty() || std::any_of(suite.tag_sets.begin(), suite.tag_sets.end(),
                                                         [&](const Tags& tags) { return matches(tags, gate.where); });
  if (!matched) {
    diagnostics.error(
        gate.at,
        fmt::format("where of gate '{}' ({}) matches no case of suite '{}'", gate.id, tags_text(gate.where), suite.id),
        "correct the tags, or name the suites it is for with `suite:`");
  }
  if (gate.by && !any_has(suite, *gate.by)) {
    diagnostics.error(
        gate.at, fmt::format("gate '{}' is by '{}', a tag that no case of suite '{}' has", gate.id, *gate.by, suite.id),
        "correct the tag, or name the suites it is for with `suite:`");
  }
}

/// Cases of the whole suite that the gate is about; nothing where that is not known.
std::optional<std::uint64_t> cases_of(const GateSpec& gate, const SuiteFacts& suite) {
  if (suite.cases == 0) return std::nullopt;
  if (gate.where.empty()) return suite.cases;
  if (suite.tag_counts.size() != suite.tag_sets.size()) return std::nullopt;
  std::uint64_t cases = 0;
  for (std::size_t i = 0; i < suite.tag_sets.size(); ++i) {
    if (matches(suite.tag_sets[i], gate.where)) cases += suite.tag_counts[i];
  }
  return cases;
}

/// A margin that not even a run without one lost case would show.
void check_margin_size(std::string_view key, double margin, const GateSpec& gate, const SuiteFacts& suite, double alpha,
                       Diagnostics& diagnostics) {
  const auto cases = cases_of(gate, suite);
  const auto least = stats::margin_least_n(margin, alpha);
  if (!cases || *cases == 0 || !least || *cases >= *least) return;
  const auto usual = stats::margin_n({.discordance = kAssumedDiscordance}, margin, alpha);
  const auto where = gate.where.empty() ? std::string() : fmt::format(" with {}", tags_text(gate.where));
  diagnostics.error(
      gate.at,
      fmt::format("gate '{}': suite '{}' has {} case{}{}, and {} {:g} takes at least {}, not one of them lost{}",
                  gate.id, suite.id, *cases, *cases == 1 ? "" : "s", where, key, margin, *least,
                  usual ? fmt::format("; with {} an unchanged candidate passes 80 % of the time ({:g} % of the cases "
                                      "differing from run to run)",
                                      *usual, 100 * kAssumedDiscordance)
                        : ""),
      fmt::format("add cases, widen the {}, or write `zero_tolerance: true` where each case is a requirement", key));
}

/// What is written must be provable; what is implied leaves its row open. Slices are counted when they are decided.
void check_margins(const Policy& policy, const GateSpec& gate, const Metric& metric, const SuiteFacts& suite,
                   Diagnostics& diagnostics) {
  if (!gate.margin || gate.by || policy.built_in || metric.unit != Unit::share) return;
  check_margin_size("margin", *gate.margin, gate, suite, policy.alpha, diagnostics);
  const auto anchor = policy.baseline ? policy.baseline->anchor_margin : std::nullopt;
  if (anchor) check_margin_size("anchor_margin", *anchor, gate, suite, policy.alpha, diagnostics);
}

void check_on(const Policy& policy, const GateSpec& gate, const SuiteFacts& suite, Diagnostics& diagnostics) {
  if (const auto metric = metric_of(gate, suite)) {
    check_unit(gate, *metric, suite, diagnostics);
    check_margins(policy, gate, *metric, suite, diagnostics);
    check_samples(gate, *metric, suite, diagnostics);
    if (needs_price(*metric) && !suite.has_price) {
      diagnostics.error(gate.at, fmt::format("gate '{}' is on {}, but the target has no price", gate.id, metric->name),
                        "add `price: {input_per_mtok: …, output_per_mtok: …}` to the target");
    }
  } else {
    report_unknown_metric(gate, suite, diagnostics);
  }
  check_selection(gate, suite, diagnostics);
}

void check_undecided(const Policy& policy, const std::vector<SuiteFacts>& suites, Diagnostics& diagnostics) {
  for (const auto& suite : suites) {
    const bool decided = std::any_of(policy.gates.begin(), policy.gates.end(),
                                     [&](const GateSpec& gate) { return covers(gate, suite.id); });
    if (decided) continue;
    diagnostics.error({}, fmt::format("no gate of the policy decides suite '{}'", suite.id),
                      "add a gate for it, or `floor: 0.8` to the suite");
  }
}

}  // namespace

Policy apply(const Policy& policy, const std::vector<SuiteFacts>& suites, Diagnostics& diagnostics) {
  Policy applied = policy;
  add_floors(applied, suites);
  for (const auto& gate : applied.gates) {
    check_suites(gate, suites, diagnostics);
    for (const auto& suite : suites) {
      if (covers(gate, suite.id)) check_on(applied, gate, suite, diagnostics);
    }
  }
  check_undecided(applied, suites, diagnostics);
  seal(applied);
  return applied;
}

}  // namespace assay::gate
