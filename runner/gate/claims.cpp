#include "runner/gate/comparison.hpp"
#include "runner/gate/interval.hpp"
#include "runner/gate/judges.hpp"
#include "runner/gate/reasons.hpp"
#include "runner/gate/scene.hpp"
#include "runner/gate/zero_tolerance.hpp"

#include <assay/stats/multiplicity.hpp>
#include <assay/stats/proportion.hpp>

#include <fmt/format.h>

namespace assay::gate {

namespace {

Row decide_claim(const Scene& scene, const Claim& claim, const Slice& slice, const Measured& measured) {
  auto row = blank(scene, claim, slice.tags);
  const bool floor = claim.kind == ClaimKind::floor;
  const double alpha = scene.terms.level;
  const double low = lower_bound(measured, alpha);
  const double high = upper_bound(measured, alpha);
  auto& result = row.result;
  result.n = measured.cases;
  result.estimate = measured.estimate;
  result.interval = {low, high};
  result.method = method_name(measured);
  result.p = floor ? p_at_least(measured, claim.bound) : p_at_most(measured, claim.bound);
  if (const auto se = standard_error(measured, scene.metric, claim.bound)) {
    result.mde = stats::detectable_difference(*se, alpha);
  }
  const bool holds = floor ? low >= claim.bound : high <= claim.bound;
  const bool harmed = floor ? high < claim.bound : low > claim.bound;
  result.state = holds ? GateState::pass : harmed ? GateState::block : GateState::inconclusive;
  result.reason = reason_of({scene.metric, measured, claim, alpha, low, high, result.state});
  if (slice.small && result.state == GateState::pass) {
    result.state = GateState::inconclusive;
    result.reason = too_small(scene, measured.cases);
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
    if (adjusted[i] <= alpha) continue;
    row.warning.clear();  // nor is a loss that holds proved to be one
    if (row.result.state != GateState::block) continue;
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

std::vector<DecidedRow> decide_claims(const Scene& scene, const Claim& claim, const std::vector<Slice>& slices) {
  std::vector<DecidedRow> rows;
  for (const auto& slice : slices) {
    auto& decided = rows.emplace_back();
    if (claim.kind == ClaimKind::zero_tolerance) {
      decided.row = blank(scene, claim, slice.tags);
      decide_zero_tolerance(decided.row, {scene.view, slice, scene.reader, claim.bound, scene.gate.min_n});
      continue;
    }
    const auto measured = measure(scene.view, slice, scene.metric, scene.reader, scene.known.greatest);
    decided.row = decide_claim(scene, claim, slice, measured);
    decided.harm =
        claim.kind == ClaimKind::floor ? p_at_most(measured, claim.bound) : p_at_least(measured, claim.bound);
  }
  return rows;
}

std::vector<Row> decide_slices(const Scene& scene, const Claim& claim, const std::vector<Slice>& slices) {
  auto decided = claim.against == Against::nothing ? decide_claims(scene, claim, slices)
                                                   : decide_comparisons(scene, claim, slices);
  std::vector<double> harms;
  std::vector<Row> rows;
  for (auto& [row, harm] : decided) {
    harms.push_back(harm);
    rows.push_back(std::move(row));
  }
  const bool corrected = scene.gate.by && claim.kind != ClaimKind::zero_tolerance;
  if (corrected) correct_blocks(rows, harms, scene.terms.level);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (rows[i].result.interval) hold(rows[i], scene, slices[i]);
  }
  return rows;
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

std::string left_without(const Scene& scene) {
  const auto& suite = scene.view.evidence->id;
  if (scene.terms.extent == Extent::cut_short) {
    return fmt::format("the run ended before suite '{}' had a case for this gate: resume the run", suite);
  }
  return fmt::format("the narrowed run has no case of suite '{}' for this gate: run without --where and --limit",
                     suite);
}

/// True where the missing values may be those of the cases that were left out.
bool may_be_left_out(const Scene& scene) {
  const auto extent = scene.terms.extent;
  if (extent == Extent::narrowed) return scene.metric.from_check;
  return extent == Extent::cut_short && (scene.metric.from_check || scene.reader.column);
}

std::string none_matches(const Scene& scene) {
  const auto& suite = scene.view.evidence->id;
  if (scene.gate.where.empty()) return fmt::format("no case of suite '{}' feeds {}", suite, scene.metric.name);
  return fmt::format("no case of suite '{}' has {} and feeds {}", suite, tags_text(scene.gate.where),
                     scene.metric.name);
}

/// Why no claim of a gate can be held against numbers.
struct Nothing {
  GateState state = GateState::error;
  std::string reason;
};

std::optional<Nothing> nothing_to_decide(const Scene& scene) {
  if (scene.view.unusable) return Nothing{GateState::error, *scene.view.unusable};
  if (!scene.view.evidence->rows.empty()) return std::nullopt;
  if (scene.terms.extent != Extent::whole) return Nothing{GateState::inconclusive, left_without(scene)};
  return Nothing{GateState::error, fmt::format("no case of suite '{}' was run", scene.view.evidence->id)};
}

std::optional<Nothing> no_value(const Scene& scene) {
  if (const auto why = absent(scene, scene.known.any)) {
    if (may_be_left_out(scene)) return Nothing{GateState::inconclusive, left_without(scene)};
    return Nothing{GateState::error, *why};
  }
  if (const auto why = find_bad_value(scene.reader, scene.metric.unit)) {
    return Nothing{GateState::error, fmt::format("{} cannot be used: {}", scene.metric.name, *why)};
  }
  return std::nullopt;
}

std::vector<Row> for_each_claim(const Scene& scene, const std::vector<Claim>& claims, const Nothing& nothing) {
  std::vector<Row> rows;
  for (const auto& claim : claims) rows.push_back(without_numbers(scene, claim, {}, nothing.state, nothing.reason));
  return rows;
}

/// Why only zero tolerance has cases left.
std::optional<std::string> set_aside_wholly(const Scene& scene, const std::vector<Slice>& counted) {
  if (scene.view.too_much_in_quarantine) return scene.view.too_much_in_quarantine;
  if (!counted.empty()) return std::nullopt;
  return fmt::format("every case of suite '{}' that this gate is about is in quarantine, or beyond the run's last look",
                     scene.view.evidence->id);
}

/// A slice of which nothing counts would else have no row, and not be missed.
std::vector<Row> rows_of_lost_slices(const Scene& scene, const Claim& claim, const std::vector<Slice>& all) {
  std::vector<Row> rows;
  for (const auto& slice : all) {
    const auto aside = [&](std::uint32_t kase) { return scene.view.set_aside[kase]; };
    if (slice.small || !std::all_of(slice.cases.begin(), slice.cases.end(), aside)) continue;
    rows.push_back(without_numbers(scene, claim, slice.tags, GateState::inconclusive,
                                   "each of its cases is in quarantine, or beyond the run's last look"));
  }
  return rows;
}

}  // namespace

std::vector<Claim> claims_of(const GateSpec& gate, const Metric& metric) {
  const auto where = where_text(gate);
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

std::vector<Row> rows_of(const GateSpec& gate, const Terms& terms, const SuiteView& view) {
  auto scene = make_scene(gate, terms, view);
  auto claims = claims_of(gate, scene.metric);
  for (auto& claim : comparisons_of(gate, scene.metric, terms.baseline)) claims.push_back(std::move(claim));
  if (auto none = nothing_to_decide(scene)) return for_each_claim(scene, claims, *none);
  scene.known = known_range(scene.reader);
  if (auto none = no_value(scene)) return for_each_claim(scene, claims, *none);
  const auto all = cut(view, gate, scene.reader, Cases::all);
  if (all.empty()) {
    const bool whole = terms.extent == Extent::whole;
    return for_each_claim(
        scene, claims,
        {whole ? GateState::error : GateState::inconclusive, whole ? none_matches(scene) : left_without(scene)});
  }
  const auto counted = view.set_aside.empty() ? all : cut(view, gate, scene.reader, Cases::counted);
  std::vector<Row> rows;
  for (const auto& claim : claims) {
    const bool zero = claim.kind == ClaimKind::zero_tolerance;
    if (const auto why = zero ? std::nullopt : set_aside_wholly(scene, counted)) {
      rows.push_back(without_numbers(scene, claim, {}, GateState::inconclusive, *why));
      continue;
    }
    for (auto& row : decide_slices(scene, claim, zero ? all : counted)) rows.push_back(std::move(row));
    if (zero || view.set_aside.empty()) continue;
    for (auto& row : rows_of_lost_slices(scene, claim, all)) rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace assay::gate
