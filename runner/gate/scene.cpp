#include "runner/gate/scene.hpp"

#include <fmt/format.h>

namespace assay::gate {

namespace {

/// Its team, under the axis' name; nobody's where there is none.
std::string owner_of(Axis axis, const SuiteEvidence& suite) {
  const auto under = [&](const std::string& role) {
    const auto found = suite.owners.find(role);
    return found == suite.owners.end() ? std::string() : found->second;
  };
  if (axis != Axis::safety) return under(std::string(name(axis)));
  const auto security = under("security");
  return security.empty() ? under("quality") : security;
}

}  // namespace

std::string number(double value, Unit unit) {
  return unit == Unit::seconds ? fmt::format("{:.12g} s", value) : fmt::format("{:.12g}", value);
}

std::string where_text(const GateSpec& gate) {
  auto where = gate.where.empty() ? std::string() : " where " + tags_text(gate.where);
  if (gate.at_least) {
    where += fmt::format(", at least {} {} a case", *gate.at_least, *gate.at_least == 1 ? "pass" : "passes");
  }
  return where;
}

Axis axis_of(const GateSpec& gate, const Metric& metric, const SuiteEvidence& suite) {
  if (gate.axis) return *gate.axis;
  if (suite.kind == "adversarial") return Axis::safety;
  if (metric.measure == Measure::errors || metric.unit == Unit::seconds) return Axis::platform;
  if (metric.unit == Unit::usd || metric.unit == Unit::tokens || metric.name == "cache_hit_rate") return Axis::cost;
  return Axis::quality;
}

MetricReader reader_of(const Metric& metric, const SuiteView& view) {
  const auto* column = metric.column.empty() ? nullptr : view.evidence->column(metric.column);
  MetricReader reader{view.evidence, metric.measure, metric.from_check, column, nullptr};
  if (metric.measure == Measure::flaky) reader.flaky = &view.flaky;
  return reader;
}

Scene make_scene(const GateSpec& gate, const Terms& terms, const SuiteView& view) {
  Scene scene{gate, terms, view, {}, {}, {}};
  const auto* column = view.evidence->column(gate.metric);
  if (auto builtin = builtin_metric(gate.metric)) {
    scene.metric = std::move(*builtin);
  } else if (column) {
    scene.metric = check_metric(gate.metric, column->unit, column->better);
  } else {
    scene.metric = check_metric(gate.metric, Unit::share, Direction::up);
  }
  if (gate.at_least) {
    scene.metric.fold = Fold::at_least;
    scene.metric.k = *gate.at_least;
  }
  scene.reader = reader_of(scene.metric, view);
  return scene;
}

Row blank(const Scene& scene, const Claim& claim, const Tags& slice) {
  Row row;
  auto& result = row.result;
  result.id = scene.gate.id;
  result.suite = scene.view.evidence->id;
  result.metric = scene.gate.metric;
  result.slice = slice;
  result.alpha = claim.kind == ClaimKind::zero_tolerance ? scene.terms.alpha : scene.terms.level;
  result.claim = claim.text;
  result.blocking = !scene.gate.warn_if_open.value_or(scene.gate.by.has_value());
  result.unit = scene.metric.unit;
  result.axis = axis_of(scene.gate, scene.metric, *scene.view.evidence);
  result.owner = owner_of(result.axis, *scene.view.evidence);
  result.against = claim.against;
  return row;
}

Row without_numbers(const Scene& scene, const Claim& claim, const Tags& slice, GateState state, std::string reason) {
  auto row = blank(scene, claim, slice);
  row.result.state = state;
  row.result.method = "none";
  row.result.reason = std::move(reason);
  return row;
}

std::string too_small(const Scene& scene, std::uint64_t cases) {
  return fmt::format("the slices below min_n {} have {} {} together: too few for a claim about each of them",
                     scene.gate.min_n, cases, cases == 1 ? "case" : "cases");
}

}  // namespace assay::gate
