#include "runner/gate/comparison.hpp"

#include "runner/gate/reasons.hpp"

#include <assay/stats/power.hpp>
#include <assay/stats/proportion.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace assay::gate {

namespace {

constexpr double kUsualMargin = 0.05;  // what an improvement on a quiet suite is not believed within

std::string name_of(const BaselinePolicy* baseline, Against against) {
  const bool anchor = against == Against::anchor;
  if (!baseline || (anchor ? baseline->anchor : baseline->ref).empty()) return anchor ? "the anchor" : "the baseline";
  return anchor ? baseline->anchor : baseline->ref;
}

Claim margin_claim(const Metric& metric, double margin, const BaselinePolicy* baseline, Against against,
                   const std::string& where) {
  const bool up = metric.better == Direction::up;
  return {ClaimKind::margin, margin,
          fmt::format("{} {} {} {} {}{}", metric.name, up ? ">=" : "<=", name_of(baseline, against), up ? "-" : "+",
                      number(margin, metric.unit), where),
          against};
}

/// The other side of a claim on this suite.
struct Opponent {
  const SuiteBaseline* baseline = nullptr;
  std::vector<BaselineSide> sides;
  double ceiling = 0;
  std::optional<std::string> fault;  ///< why its values cannot be used
};

/// Under another load latencies are another thing.
std::optional<std::string> other_load(const Scene& scene, const RunEvidence& theirs, const RunEvidence& ours) {
  if (scene.metric.unit != Unit::seconds) return std::nullopt;
  const double a = ours.timing.concurrency;
  const double b = theirs.timing.concurrency;
  if (std::max(a, b) <= 2 * std::min(a, b)) return std::nullopt;
  return fmt::format("not comparable: {} under a load of {:g} attempts at once, and {:g} in run '{}' of the baseline",
                     scene.metric.name, a, b, theirs.run);
}

Opponent opponent_of(const Scene& scene, const Claim& claim) {
  Opponent opponent;
  opponent.baseline = claim.against == Against::anchor ? scene.view.anchor : scene.view.baseline;
  opponent.ceiling = scene.known.greatest;
  if (!opponent.baseline) return opponent;
  for (const auto& run : opponent.baseline->runs) {
    const auto reader = reader_of(scene.metric, run.view);
    if (!scene.metric.column.empty() && !reader.column) continue;
    const auto known = known_range(reader);
    if (!scene.metric.column.empty() && !known.any) continue;
    if (const auto why = find_bad_value(reader, scene.metric.unit)) {
      opponent.fault = fmt::format("{} of run '{}' cannot be used: {}", scene.metric.name, run.run->run, *why);
      return opponent;
    }
    if ((opponent.fault = other_load(scene, *run.run, *scene.view.run))) return opponent;
    opponent.ceiling = std::max(opponent.ceiling, known.greatest);
    opponent.sides.push_back({&run, reader});
  }
  if (opponent.sides.empty())
    opponent.fault = fmt::format("no run of the baseline has a value for {}", scene.metric.name);
  return opponent;
}

std::vector<std::uint32_t> in_common(const Slice& slice, const Opponent& opponent) {
  std::vector<std::uint32_t> cases;
  for (const auto kase : slice.cases) {
    const auto has = [&](const BaselineSide& side) { return side.run->pairs.of[kase] < kOtherDigest; };
    if (std::any_of(opponent.sides.begin(), opponent.sides.end(), has)) cases.push_back(kase);
  }
  return cases;
}

/// The claim as one about the gain or the ratio: what it must be above (a ratio: at most), and where harm begins.
struct Bounds {
  bool ratio = false;
  double claim = 0;
  double harm = 0;
};

Bounds bounds_of(const Claim& claim) {
  if (claim.kind == ClaimKind::max_increase) return {true, 1 + claim.bound, 1};
  if (claim.kind == ClaimKind::improvement) return {false, claim.bound, claim.bound};
  return {false, -claim.bound, 0};
}

Floors floors_of(const Claim& claim) {
  if (claim.kind == ClaimKind::margin) return {stats::margin_floor(claim.bound), stats::harm_floor(claim.bound), 0};
  if (claim.kind == ClaimKind::max_increase) return {0, 0, claim.bound};
  const double floor = std::max(stats::margin_floor(claim.bound), stats::harm_floor(kUsualMargin));
  return {floor, floor, 0};
}

GateState state_of(const Bounds& bounds, double low, double high) {
  const bool holds = bounds.ratio ? high <= bounds.claim : low > bounds.claim;
  const bool harmed = bounds.ratio ? low > bounds.harm : high < bounds.harm;
  return holds ? GateState::pass : harmed ? GateState::block : GateState::inconclusive;
}

/// As the difference candidate − baseline, or as the share above the baseline.
void show_interval(GateResult& result, const Compared& compared, const Bounds& bounds, double low, double high) {
  if (bounds.ratio) {
    result.unit = Unit::share;
    result.interval = {low - 1, high - 1};
  } else {
    result.interval = compared.better_low ? std::pair(-high, -low) : std::pair(low, high);
  }
  if (!compared.candidate || !compared.baseline) return;
  result.of = {*compared.candidate, *compared.baseline};
  if (!bounds.ratio) {
    result.estimate = *compared.candidate - *compared.baseline;
  } else if (*compared.baseline > 0) {
    result.estimate = *compared.candidate / *compared.baseline - 1;
  }
}

/// It holds, and is worse all the same.
std::string tolerable(const Row& row, const Claim& claim, const Metric& metric) {
  const auto& result = row.result;
  const auto worse = claim.kind == ClaimKind::max_increase
                         ? fmt::format("at least {} higher", as_percent(result.interval->first))
                         : fmt::format("at least {} worse", show(-result.interval->second, metric.unit));
  return fmt::format("gate '{}' of suite '{}'{}: a real but tolerable regression: {} is {} than {}, within what {}",
                     result.id, result.suite, result.slice.empty() ? "" : " (" + tags_text(result.slice) + ")",
                     metric.name, worse, claim.against == Against::anchor ? "the anchor's" : "the baseline's",
                     claim.against == Against::anchor ? "anchor_margin allows" : "the gate allows");
}

void decide_state(Row& row, const DecidedComparison& decided, const Bounds& bounds, const Slice& slice,
                  const Scene& scene) {
  auto& result = row.result;
  result.state = state_of(bounds, decided.low, decided.high);
  const auto least = least_cases(decided.claim, decided.metric, decided.alpha);
  const bool few = least && decided.compared.cases < *least;
  if (few && result.state == GateState::pass) result.state = GateState::inconclusive;
  auto said = decided;
  said.state = result.state;
  result.reason = reason_of(said);
  if (slice.small && result.state == GateState::pass) {
    result.state = GateState::inconclusive;
    result.reason = too_small(scene, decided.compared.cases);
  }
  row.interval_open = result.state == GateState::inconclusive;
  result.repeats_help = row.interval_open && !few && !slice.small && !bounds.ratio &&
                        decided.metric.fold == Fold::mean && decided.metric.measure != Measure::quantile;
  const bool worse = bounds.ratio ? decided.low > 1 : decided.high < 0;
  if (result.state == GateState::pass && worse) row.warning = tolerable(row, decided.claim, decided.metric);
}

DecidedRow decide_one(const Scene& scene, const Claim& claim, const Slice& slice, const Opponent& opponent) {
  const auto cases = in_common(slice, opponent);
  if (cases.empty()) {
    return {without_numbers(scene, claim, slice.tags, GateState::inconclusive,
                            fmt::format("none of the {} cases that this gate is about is in the {} as it is now",
                                        slice.cases.size(), claim.against == Against::anchor ? "anchor" : "baseline"))};
  }
  const Comparison comparison{scene.view, cases, opponent.sides, scene.metric, scene.reader, opponent.ceiling};
  const auto bounds = bounds_of(claim);
  const auto floors = floors_of(claim);
  const auto compared = bounds.ratio ? ratio_of(comparison) : difference_of(comparison);
  const double alpha = scene.terms.level;
  DecidedRow decided{blank(scene, claim, slice.tags)};
  auto& row = decided.row;
  auto& result = row.result;
  const double low = lower_bound(compared, alpha, floors);
  const double high = upper_bound(compared, alpha, floors);
  result.n = compared.cases;
  result.method = method_name(compared);
  if (claim.kind != ClaimKind::improvement) result.margin = claim.bound;
  show_interval(result, compared, bounds, low, high);
  result.p = bounds.ratio ? p_at_most(compared, bounds.claim, floors) : p_at_least(compared, bounds.claim, floors);
  decided.harm = bounds.ratio ? p_at_least(compared, bounds.harm, floors) : p_at_most(compared, bounds.harm, floors);
  if (const auto se = standard_error(compared, floors.low)) result.mde = stats::detectable_difference(*se, alpha);
  row.clusters = compared.clusters;
  decide_state(row, {scene.metric, compared, claim, alpha, low, high, GateState::inconclusive, floors}, bounds, slice,
               scene);
  return decided;
}

std::optional<std::string> not_compared(const Scene& scene, const Claim& claim) {
  if (scene.metric.measure == Measure::flaky) return "flake_rate looks back over history itself: write `max:`";
  if (scene.metric.measure != Measure::cost_per_pass || claim.kind == ClaimKind::max_increase) return std::nullopt;
  return "cost_per_pass is compared as a ratio only: write `max_increase:`";
}

/// Nothing to compare with, or values that cannot be used: one row for all slices.
std::optional<Row> without_opponent(const Scene& scene, const Claim& claim, const Opponent& opponent) {
  if (!opponent.baseline) return without_numbers(scene, claim, {}, GateState::error, "nothing to compare with");
  const auto& baseline = *opponent.baseline;
  if (baseline.runs.empty()) {
    auto row = without_numbers(scene, claim, {}, baseline.tolerated ? GateState::inconclusive : GateState::error,
                               baseline.why_none);
    row.result.blocking = baseline.blocking;  // a missing baseline is never a warning only
    return row;
  }
  if (opponent.fault) return without_numbers(scene, claim, {}, GateState::error, *opponent.fault);
  return std::nullopt;
}

}  // namespace

std::vector<Claim> comparisons_of(const GateSpec& gate, const Metric& metric, const BaselinePolicy* baseline) {
  const auto where = where_text(gate);
  std::vector<Claim> claims;
  if (gate.margin) {
    claims.push_back(margin_claim(metric, *gate.margin, baseline, Against::baseline, where));
    if (baseline && !baseline->anchor.empty()) {
      claims.push_back(
          margin_claim(metric, baseline->anchor_margin.value_or(*gate.margin), baseline, Against::anchor, where));
    }
  }
  const auto name = name_of(baseline, Against::baseline);
  if (gate.improvement) {
    const bool up = metric.better == Direction::up;
    claims.push_back({ClaimKind::improvement, *gate.improvement,
                      fmt::format("{} {} {} {} {}{}", metric.name, up ? ">" : "<", name, up ? "+" : "-",
                                  number(*gate.improvement, metric.unit), where),
                      Against::baseline});
  }
  if (gate.max_increase) {
    claims.push_back({ClaimKind::max_increase, *gate.max_increase,
                      fmt::format("{} <= {} + {:.12g} %{}", metric.name, name, 100 * *gate.max_increase, where),
                      Against::baseline});
  }
  return claims;
}

std::optional<std::uint64_t> least_cases(const Claim& claim, const Metric& metric, double alpha) {
  if (claim.kind != ClaimKind::margin || metric.unit != Unit::share) return std::nullopt;
  return stats::margin_least_n(claim.bound, alpha);
}

std::vector<DecidedRow> decide_comparisons(const Scene& scene, const Claim& claim, const std::vector<Slice>& slices) {
  if (const auto why = not_compared(scene, claim)) {
    return {{without_numbers(scene, claim, {}, GateState::error, *why)}};
  }
  const auto opponent = opponent_of(scene, claim);
  if (auto row = without_opponent(scene, claim, opponent)) return {{std::move(*row)}};
  std::vector<DecidedRow> rows;
  for (const auto& slice : slices) rows.push_back(decide_one(scene, claim, slice, opponent));
  return rows;
}

}  // namespace assay::gate
