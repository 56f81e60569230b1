#include "runner/gate/claims.hpp"

#include "runner/gate/interval.hpp"
#include "runner/gate/judges.hpp"
#include "runner/gate/reasons.hpp"
#include "runner/gate/slices.hpp"
#include "runner/gate/zero_tolerance.hpp"

#include <assay/stats/multiplicity.hpp>
#include <assay/stats/proportion.hpp>

#include <fmt/format.h>

namespace assay::gate {

namespace {

std::string number(double value, Unit unit) {
  return unit == Unit::seconds ? fmt::format("{:.12g} s", value) : fmt::format("{:.12g}", value);
}

/// What the claims of one gate are decided on.
struct Scene {
  const GateSpec& gate;
  double alpha;
  const SuiteView& view;
  Metric metric;
  MetricReader reader;
};

Row blank(const Scene& scene, const Claim& claim, const Tags& slice) {
  Row row;
  row.result.id = scene.gate.id;
  row.result.suite = scene.view.evidence->id;
  row.result.metric = scene.gate.metric;
  row.result.slice = slice;
  row.result.alpha = scene.alpha;
  row.result.claim = claim.text;
  row.result.blocking = !scene.gate.warn_if_open.value_or(scene.gate.by.has_value());
  row.result.unit = scene.metric.unit;
  return row;
}

/// One row for each claim that cannot be held against numbers.
std::vector<Row> without_numbers(const Scene& scene, GateState state, const std::string& reason) {
  std::vector<Row> rows;
  for (const auto& claim : claims_of(scene.gate, scene.metric)) {
    auto row = blank(scene, claim, {});
    row.result.state = state;
    row.result.method = "none";
    row.result.reason = reason;
    rows.push_back(std::move(row));
  }
  return rows;
}

std::string too_small(const Scene& scene, const Measured& measured) {
  return fmt::format("the slices below min_n {} have {} {} together: too few for a claim about each of them",
                     scene.gate.min_n, measured.cases, measured.cases == 1 ? "case" : "cases");
}

Row decide_claim(const Scene& scene, const Claim& claim, const Slice& slice, const Measured& measured) {
  auto row = blank(scene, claim, slice.tags);
  const bool floor = claim.kind == ClaimKind::floor;
  const double low = lower_bound(measured, scene.alpha);
  const double high = upper_bound(measured, scene.alpha);
  auto& result = row.result;
  result.n = measured.cases;
  result.estimate = measured.estimate;
  result.interval = {low, high};
  result.method = method_name(measured);
  result.p = floor ? p_at_least(measured, claim.bound) : p_at_most(measured, claim.bound);
  if (const auto se = standard_error(measured, scene.metric, claim.bound)) {
    result.mde = stats::detectable_difference(*se, scene.alpha);
  }
  const bool holds = floor ? low >= claim.bound : high <= claim.bound;
  const bool harmed = floor ? high < claim.bound : low > claim.bound;
  result.state = holds ? GateState::pass : harmed ? GateState::block : GateState::inconclusive;
  result.reason = reason_of({scene.metric, measured, claim, scene.alpha, low, high, result.state});
  if (slice.small && result.state == GateState::pass) {
    result.state = GateState::inconclusive;
    result.reason = too_small(scene, measured);
  }
  row.interval_open = result.state == GateState::inconclusive;
  row.clusters = measured.clusters;
  return row;
}

/// A harm must survive Holm over the gate's slices.
void correct_blocks(std::vector<Row>& rows, const std::vector<double>& harms, double alpha) {
  const auto adjusted = stats::holm(harms);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    auto& row = rows[i];
    if (row.result.state != GateState::block || adjusted[i] <= alpha) continue;
    row.result.state = GateState::inconclusive;
    row.interval_open = true;
    row.result.reason =
        fmt::format("{}, but by chance one of {} slices may: p {:.3g} after Holm's correction, above {:g}",
                    row.result.reason, rows.size(), adjusted[i], alpha);
  }
}

/// Whether the judge had a say in any sample of the slice.
bool judged(const SuiteView& view, const Slice& slice, const Judge& judge) {
  if (!judge.pass) return true;
  return std::any_of(slice.cases.begin(), slice.cases.end(), [&](std::uint32_t kase) {
    const auto* known = judge.pass->known.data();
    return std::any_of(known + view.first_row[kase], known + view.first_row[kase + 1], [](auto k) { return k != 0; });
  });
}

/// A row that rests on a judge that may not decide is open, whatever its interval says.
void hold(Row& row, const Scene& scene, const Slice& slice) {
  if (row.proven_failure && row.computed) return;
  std::size_t others = 0;
  for (const auto* judge : scene.view.doubted) {
    if (!rests_on(scene.gate, *judge) || !judged(scene.view, slice, *judge)) continue;
    row.held_by ? void(++others) : void(row.held_by = judge);
  }
  if (!row.held_by) return;
  row.result.state = GateState::inconclusive;
  row.proven_failure = false;
  row.interval_open = false;
  // With `by` an open slice is a warning, as small ones are open by nature: a judge in doubt is not small.
  if (!scene.gate.warn_if_open) row.result.blocking = true;
  const auto more = others == 0 ? "" : fmt::format(" (nor may {} other{})", others, others == 1 ? "" : "s");
  row.result.reason = row.held_by->why + more + so_far(row.result);
}

std::vector<Row> decide_slices(const Scene& scene, const Claim& claim, const std::vector<Slice>& slices,
                               const std::vector<Measured>& measured) {
  std::vector<Row> rows;
  std::vector<double> harms;
  for (std::size_t i = 0; i < slices.size(); ++i) {
    if (claim.kind == ClaimKind::zero_tolerance) {
      auto row = blank(scene, claim, slices[i].tags);
      decide_zero_tolerance(row, {scene.view, slices[i], scene.reader, claim.bound, scene.gate.min_n});
      rows.push_back(std::move(row));
      continue;
    }
    rows.push_back(decide_claim(scene, claim, slices[i], measured[i]));
    harms.push_back(claim.kind == ClaimKind::floor ? p_at_most(measured[i], claim.bound)
                                                   : p_at_least(measured[i], claim.bound));
  }
  if (scene.gate.by && !harms.empty()) correct_blocks(rows, harms, scene.alpha);
  for (std::size_t i = 0; i < rows.size(); ++i) hold(rows[i], scene, slices[i]);
  return rows;
}

/// The metric as this suite has it; a check's metric that has no column keeps its name.
Scene make_scene(const GateSpec& gate, double alpha, const SuiteView& view) {
  Scene scene{gate, alpha, view, {}, {}};
  const auto* column = view.evidence->column(gate.metric);
  if (auto builtin = builtin_metric(gate.metric)) {
    scene.metric = std::move(*builtin);
    column = scene.metric.column.empty() ? nullptr : view.evidence->column(scene.metric.column);
  } else if (column) {
    scene.metric = check_metric(gate.metric, column->unit, column->better);
  } else {
    scene.metric = check_metric(gate.metric, Unit::share, Direction::up);
  }
  if (gate.at_least) {
    scene.metric.fold = Fold::at_least;
    scene.metric.k = *gate.at_least;
  }
  scene.reader = {view.evidence, scene.metric.measure, scene.metric.from_check, column};
  return scene;
}

bool could_not_tell(const MetricReader& reader) {
  constexpr std::uint8_t kCouldNotTell = 2;
  return reader.from_check && std::find(reader.column->known.begin(), reader.column->known.end(), kCouldNotTell) !=
                                  reader.column->known.end();
}

/// Why the metric has no number at all in this suite.
std::optional<std::string> absent(const Scene& scene, bool any_known) {
  if (scene.metric.column.empty()) return std::nullopt;
  const auto& suite = scene.view.evidence->id;
  if (!scene.reader.column) return fmt::format("suite '{}' has no metric '{}'", suite, scene.metric.name);
  if (any_known || could_not_tell(scene.reader)) return std::nullopt;
  const auto* hint = scene.metric.column == "ttft" || scene.metric.column == "itl"
                         ? " (an answer that comes as a whole has none: the target must stream)"
                     : scene.metric.unit == Unit::usd || scene.metric.unit == Unit::tokens
                         ? " (the endpoint must report its usage)"
                         : "";
  return fmt::format("no sample of suite '{}' has a value for {}{}", suite, scene.metric.name, hint);
}

std::string left_without(const Scene& scene, Extent extent) {
  const auto& suite = scene.view.evidence->id;
  if (extent == Extent::cut_short) {
    return fmt::format("the run ended before suite '{}' had a case for this gate: resume the run", suite);
  }
  return fmt::format("the narrowed run has no case of suite '{}' for this gate: run without --where and --limit",
                     suite);
}

/// True where the missing values may be those of the cases that were left out.
bool may_be_left_out(const Scene& scene, Extent extent) {
  if (extent == Extent::narrowed) return scene.metric.from_check;
  return extent == Extent::cut_short && (scene.metric.from_check || scene.reader.column);
}

std::string none_matches(const Scene& scene) {
  const auto& suite = scene.view.evidence->id;
  if (scene.gate.where.empty()) return fmt::format("no case of suite '{}' feeds {}", suite, scene.metric.name);
  return fmt::format("no case of suite '{}' has {} and feeds {}", suite, tags_text(scene.gate.where),
                     scene.metric.name);
}

}  // namespace

std::vector<Claim> claims_of(const GateSpec& gate, const Metric& metric) {
  auto where = gate.where.empty() ? std::string() : " where " + tags_text(gate.where);
  if (gate.at_least)
    where += fmt::format(", at least {} {} a case", *gate.at_least, *gate.at_least == 1 ? "pass" : "passes");
  std::vector<Claim> claims;
  if (gate.floor) {
    claims.push_back({ClaimKind::floor, *gate.floor,
                      fmt::format("{} >= {}{}", metric.name, number(*gate.floor, metric.unit), where)});
  }
  if (gate.max) {
    claims.push_back(
        {ClaimKind::max, *gate.max, fmt::format("{} <= {}{}", metric.name, number(*gate.max, metric.unit), where)});
  }
  if (gate.zero_tolerance) {
    const auto what = gate.metric == "pass_rate" ? std::string("no failing sample")
                                                 : fmt::format("no sample that fails {}", without_pass(gate.metric));
    const auto rate = gate.max_rate ? fmt::format(", failure rate <= {:.12g}", *gate.max_rate) : "";
    claims.push_back({ClaimKind::zero_tolerance, gate.max_rate.value_or(0), what + where + rate});
  }
  return claims;
}

std::vector<Row> rows_of(const GateSpec& gate, double alpha, const SuiteView& view, Extent extent) {
  const auto scene = make_scene(gate, alpha, view);
  const auto left = [&] { return without_numbers(scene, GateState::inconclusive, left_without(scene, extent)); };
  const auto error = [&](const std::string& why) { return without_numbers(scene, GateState::error, why); };
  if (view.unusable) return error(*view.unusable);
  if (view.evidence->rows.empty()) {
    if (extent != Extent::whole) return left();
    return error(fmt::format("no case of suite '{}' was run", view.evidence->id));
  }
  const auto known = known_range(scene.reader);
  if (const auto why = absent(scene, known.any)) return may_be_left_out(scene, extent) ? left() : error(*why);
  if (const auto why = find_bad_value(scene.reader, scene.metric.unit)) {
    return error(fmt::format("{} cannot be used: {}", scene.metric.name, *why));
  }
  const auto slices = cut(view, gate, scene.reader);
  if (slices.empty()) return extent != Extent::whole ? left() : error(none_matches(scene));
  std::vector<Measured> measured;
  if (gate.floor || gate.max) {
    for (const auto& slice : slices) {
      measured.push_back(measure(view, slice, scene.metric, scene.reader, known.greatest));
    }
  }
  std::vector<Row> rows;
  for (const auto& claim : claims_of(gate, scene.metric)) {
    for (auto& row : decide_slices(scene, claim, slices, measured)) rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace assay::gate
