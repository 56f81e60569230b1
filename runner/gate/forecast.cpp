#include "runner/gate/comparison.hpp"
#include "runner/gate/interval.hpp"
#include "runner/gate/scene.hpp"
#include "runner/stats/normal.hpp"

#include <assay/gate/forecast.hpp>
#include <assay/stats/power.hpp>
#include <assay/stats/proportion.hpp>
#include <assay/stats/quantile.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

namespace assay::gate {

namespace {

constexpr std::uint64_t kEnoughKnown = 10;  // cases with two samples or more, before their spread is believed
constexpr double kPower = 0.8;

/// A gate on a suite as planned.
struct Stage {
  const GateSpec& gate;
  const Outlook& outlook;
  const SuiteView& view;
  Metric metric;
  MetricReader reader;
};

Stage stage_of(const GateSpec& gate, const Outlook& outlook, const SuiteView& view) {
  auto scene = make_scene(gate, Terms{}, view);
  Stage stage{gate, outlook, view, std::move(scene.metric), scene.reader};
  // Of a call nothing is known yet: every case will have its latency and its cost.
  if (!stage.metric.from_check) stage.reader = {&outlook.planned, Measure::passes, false, nullptr};
  return stage;
}

GateForecast blank(const Stage& stage, const Policy& policy, const Claim& claim, const Slice& slice) {
  GateForecast row;
  row.id = stage.gate.id;
  row.suite = stage.outlook.planned.id;
  row.metric = stage.gate.metric;
  row.claim = claim.text;
  row.against = claim.against;
  row.slice = slice.tags;
  row.unit = stage.metric.unit;
  row.blocking = !stage.gate.warn_if_open.value_or(stage.gate.by.has_value());
  row.n = slice.cases.size();
  row.alpha = policy.alpha;
  if (!stage.view.clusters.empty()) {
    std::vector<std::uint32_t> labels;
    for (const auto kase : slice.cases) labels.push_back(stage.view.clusters[kase]);
    const auto clusters = stats::count_clusters(labels);
    if (clusters < row.n) row.clusters = clusters;
  }
  if (slice.small) row.note = "pooled from slices below min_n: it can block, and never passes";
  return row;
}

/// What the metric was in an earlier run, slice by slice.
using Before = std::map<Tags, Measured>;

Before measured_before(const Stage& stage) {
  Before before;
  const auto* earlier = stage.outlook.earlier;
  if (!earlier || earlier->rows.empty()) return before;
  const auto view = view_suite(*earlier, 1, false);
  const auto reader = reader_of(stage.metric, view);
  if (view.unusable || (!stage.metric.column.empty() && !reader.column)) return before;
  const auto known = known_range(reader);
  if (!known.any) return before;
  for (const auto& slice : cut(view, stage.gate, reader)) {
    before.emplace(slice.tags, measure(view, slice, stage.metric, reader, known.greatest));
  }
  return before;
}

bool is_plain_pass_rate(const Stage& stage) {
  return stage.metric.measure == Measure::passes && stage.metric.fold == Fold::mean;
}

std::optional<double> pass_rate_of(const Stage& stage, const Slice& slice) {
  double sum = 0;
  double n = 0;
  for (const auto kase : slice.cases) {
    if (kase >= stage.outlook.history.size() || stage.outlook.history[kase].samples == 0) continue;
    const auto& chance = stage.outlook.history[kase];
    sum += static_cast<double>(chance.passes) / static_cast<double>(chance.samples);
    ++n;
  }
  return n > 0 ? std::optional(sum / n) : std::nullopt;
}

/// The mean of p(1−p) over cases that were sampled twice, and how many there are.
std::pair<double, std::uint64_t> spread_of(const std::vector<CaseChance>& history,
                                           const std::vector<std::uint32_t>& cases) {
  double sum = 0;
  std::uint64_t known = 0;
  for (const auto kase : cases) {
    if (kase >= history.size() || history[kase].samples < 2) continue;
    const auto m = static_cast<double>(history[kase].samples);
    const double p = static_cast<double>(history[kase].passes) / m;
    sum += p * (1 - p) * m / (m - 1);
    ++known;
  }
  return {known > 0 ? sum / static_cast<double>(known) : 0, known};
}

void set_discordance(GateForecast& row, const Stage& stage, const Slice& slice, const Opponent& opponent) {
  const double parts = 1.0 / stage.outlook.samples + 1.0 / opponent.samples;
  auto [spread, known] = spread_of(stage.outlook.history, slice.cases);
  if (known < kEnoughKnown) {
    std::vector<std::uint32_t> all(stage.outlook.history.size());
    for (std::uint32_t i = 0; i < all.size(); ++i) all[i] = i;
    std::tie(spread, known) = spread_of(stage.outlook.history, all);
  }
  row.assumed = known < kEnoughKnown || !is_plain_pass_rate(stage);
  row.known = row.assumed ? 0 : known;
  row.discordance = std::min(1.0, (row.assumed ? kAssumedDiscordance / 2 : spread) * parts);
}

stats::PairedDesign design_of(double discordance, double loss) {
  return {std::min(1.0, discordance + loss), -loss};
}

/// With too few cases not even one without a loss passes.
double pass_chance(const GateForecast& row, double loss) {
  if (row.least && row.n < *row.least) return 0;
  return stats::margin_power(row.n, design_of(*row.discordance, loss), *row.margin, row.alpha);
}

/// U < 0, and L no better than −δ: the lesser of the two, as one lies within the other.
double block_chance(const GateForecast& row, double loss, double harm_alpha) {
  const double harm = stats::harm_power(row.n, design_of(*row.discordance, loss), harm_alpha);
  return std::min(harm, 1 - pass_chance(row, loss));
}

std::optional<double> detectable_loss(std::uint64_t n, double discordance, double alpha) {
  const auto power_of = [&](double loss) { return stats::harm_power(n, design_of(discordance, loss), alpha); };
  if (power_of(1) < kPower) return std::nullopt;
  double low = 0;
  double high = 1;
  while (high - low > 1e-9) {
    const double middle = (low + high) / 2;
    (power_of(middle) >= kPower ? high : low) = middle;
  }
  return high;
}

/// `slices`: of the gate; a block must survive Holm over them.
void forecast_margin(GateForecast& row, double slices) {
  const double margin = *row.margin;
  const double harm_alpha = row.alpha / slices;
  row.least = stats::margin_least_n(margin, row.alpha);
  row.enough = stats::margin_n({*row.discordance, 0}, margin, row.alpha, kPower);
  if (row.enough && row.least) row.enough = std::max(*row.enough, *row.least);
  row.pass = pass_chance(row, 0);
  row.false_block = block_chance(row, 0, harm_alpha);
  row.mde = detectable_loss(row.n, *row.discordance, harm_alpha);
  for (const double loss : {margin / 2, margin, 2 * margin}) {
    if (loss <= 1) row.losses.push_back({loss, block_chance(row, loss, harm_alpha), pass_chance(row, loss)});
  }
}

/// What is won, and how much of it is proved four times of five: the mirror of a loss.
void forecast_improvement(GateForecast& row) {
  row.pass = row.bound > 0 ? 0 : stats::harm_power(row.n, {*row.discordance, 0}, row.alpha);
  if (const auto gain = detectable_loss(row.n, *row.discordance, row.alpha)) row.mde = *gain + *row.bound;
  row.note = "the chance is that of a candidate that did not change";
}

void forecast_against(GateForecast& row, const Stage& stage, const Slice& slice, const Claim& claim,
                      const Opponent& opponent, std::size_t slices) {
  (claim.kind == ClaimKind::margin ? row.margin : row.bound) = claim.bound;
  if (claim.kind == ClaimKind::max_increase || stage.metric.unit != Unit::share) {
    row.note = "not forecast: how far it differs from run to run is not known";
    return;
  }
  set_discordance(row, stage, slice, opponent);
  if (is_plain_pass_rate(stage)) row.expected = pass_rate_of(stage, slice);
  if (claim.kind == ClaimKind::improvement) return forecast_improvement(row);
  forecast_margin(row, static_cast<double>(slices));
  if (slice.small) row.pass = 0;
}

/// A mean, by the spread that it had.
void forecast_mean(GateForecast& row, const Measured& before, const Metric& metric, bool floor) {
  const auto se = standard_error(before, metric, *row.bound);
  if (!se || !row.expected || before.cases == 0) return;
  const double scaled = *se * std::sqrt(static_cast<double>(before.cases) / static_cast<double>(row.n));
  const double room = floor ? *row.expected - *row.bound : *row.bound - *row.expected;
  const double z = stats::normal_quantile(1 - row.alpha);
  row.pass = scaled > 0 ? stats::normal_cdf(room / scaled - z) : (room >= 0 ? 1 : 0);
  row.mde = stats::detectable_difference(scaled, row.alpha, kPower);
}

void forecast_rate(GateForecast& row, bool floor) {
  // A ceiling on a share is a floor on what is left of it.
  const double bound = floor ? *row.bound : 1 - *row.bound;
  row.least = stats::all_pass_n(bound, row.alpha);
  if (*row.least == 0) row.least.reset();
  if (const auto least = stats::floor_detectable(row.n, bound, row.alpha, kPower)) {
    row.least_rate = floor ? *least : 1 - *least;
    row.mde = *least - bound;
  }
  if (!row.expected) return;
  const double rate = floor ? *row.expected : 1 - *row.expected;
  row.pass = stats::floor_power(row.n, bound, rate, row.alpha);
  row.enough = stats::floor_n(bound, rate, row.alpha, kPower);
}

/// n counts samples, and the claim is one about how many of them lie within the bound.
void forecast_quantile(GateForecast& row, const Measured* before, double quantile, std::uint32_t samples) {
  const auto n = row.n * samples;
  row.least = stats::quantile_min_n(quantile, row.alpha);
  const auto rank = stats::upper_rank(n, quantile, row.alpha);
  if (!rank) {
    row.pass = 0;
    return;
  }
  const auto* ranks = before ? std::get_if<Ranks>(&before->data) : nullptr;
  if (!ranks || ranks->sorted.empty()) return;
  const auto within = std::upper_bound(ranks->sorted.begin(), ranks->sorted.end(), *row.bound) - ranks->sorted.begin();
  const double share = static_cast<double>(within) / static_cast<double>(ranks->sorted.size() + ranks->missing);
  row.pass = 1 - stats::binomial_cdf(static_cast<double>(*rank) - 1, static_cast<double>(n), share);
}

void forecast_zero_tolerance(GateForecast& row, const Stage& stage, const Slice& slice) {
  if (stage.gate.max_rate) row.least = stats::zero_failure_n(*stage.gate.max_rate, row.alpha);
  row.note = fmt::format("{} cases without a failure show a failure rate below {:.2g} %", row.n,
                         100 * stats::zero_failure_upper(static_cast<double>(row.n), row.alpha));
  if (row.least && row.n < *row.least) {
    row.pass = 0;
    return;
  }
  if (!is_plain_pass_rate(stage)) return;
  double chance = 1;
  for (const auto kase : slice.cases) {
    if (kase >= stage.outlook.history.size() || stage.outlook.history[kase].samples == 0) return;
    const auto& seen = stage.outlook.history[kase];
    const double p = static_cast<double>(seen.passes) / static_cast<double>(seen.samples);
    chance *= std::pow(p, stage.outlook.samples);
  }
  row.pass = chance;
}

/// The metric by Wilson's bounds: what has a binomial power.
bool is_rate(const Stage& stage) {
  const auto& metric = stage.metric;
  return metric.unit == Unit::share && metric.binary && (metric.measure == Measure::passes || metric.from_check);
}

void forecast_alone(GateForecast& row, const Stage& stage, const Slice& slice, ClaimKind kind, const Measured* before) {
  if (kind == ClaimKind::zero_tolerance) return forecast_zero_tolerance(row, stage, slice);
  const bool floor = kind == ClaimKind::floor;
  if (before) row.expected = before->estimate;
  if (is_plain_pass_rate(stage)) {
    if (const auto rate = pass_rate_of(stage, slice)) row.expected = rate;
  }
  if (stage.metric.measure == Measure::quantile) {
    forecast_quantile(row, before, stage.metric.quantile, stage.outlook.samples);
  } else if (is_rate(stage)) {
    forecast_rate(row, floor);
  } else if (before) {
    forecast_mean(row, *before, stage.metric, floor);
  }
  if (slice.small) row.pass = 0;
  if (!row.pass && row.note.empty() && !row.expected) row.note = "no history of it";
}

std::vector<GateForecast> rows_on(const GateSpec& gate, const Policy& policy, const Outlook& outlook,
                                  std::span<const Opponent> opponents) {
  const auto view = view_suite(outlook.planned, 1, false);
  const auto stage = stage_of(gate, outlook, view);
  if (view.unusable || (stage.metric.from_check && !stage.reader.column)) return {};
  const auto slices = cut(view, gate, stage.reader);
  const auto before = measured_before(stage);
  std::vector<GateForecast> rows;
  for (const auto& claim : claims_of(gate, stage.metric)) {
    for (const auto& slice : slices) {
      auto row = blank(stage, policy, claim, slice);
      row.bound = claim.bound;
      const auto found = before.find(slice.tags);
      forecast_alone(row, stage, slice, claim.kind, found == before.end() ? nullptr : &found->second);
      rows.push_back(std::move(row));
    }
  }
  for (const auto& claim : comparisons_of(gate, stage.metric, policy.baseline ? &*policy.baseline : nullptr)) {
    const auto opponent = std::find_if(opponents.begin(), opponents.end(),
                                       [&](const Opponent& each) { return each.against == claim.against; });
    if (opponent == opponents.end()) continue;
    for (const auto& slice : slices) {
      auto row = blank(stage, policy, claim, slice);
      forecast_against(row, stage, slice, claim, *opponent, slices.size());
      rows.push_back(std::move(row));
    }
  }
  return rows;
}

}  // namespace

std::vector<GateForecast> forecast(const Policy& policy, std::span<const Outlook> suites,
                                   std::span<const Opponent> opponents) {
  std::vector<GateForecast> rows;
  for (const auto& gate : policy.gates) {
    for (const auto& outlook : suites) {
      if (!covers(gate, outlook.planned.id)) continue;
      for (auto& row : rows_on(gate, policy, outlook, opponents)) rows.push_back(std::move(row));
    }
  }
  return rows;
}

std::optional<LooksForecast> forecast_looks(const Policy& policy, std::span<const GateForecast> rows) {
  if (!policy.sampling || policy.sampling->looks.empty()) return std::nullopt;
  const auto& looks = policy.sampling->looks;
  const auto bounds = stats::spending_bounds(policy.sampling->spending, looks, policy.alpha);
  if (!bounds) return std::nullopt;
  std::optional<LooksForecast> slowest;
  for (const auto& row : rows) {
    if (!row.blocking) continue;
    if (!row.pass) return std::nullopt;
    const double power = std::clamp(*row.pass, 1e-12, 1 - 1e-12);
    const double drift = stats::normal_quantile(1 - policy.alpha) + stats::normal_quantile(power);
    const auto crossing = stats::crossing_chances(looks, *bounds, drift);
    if (!crossing) return std::nullopt;
    LooksForecast one{0, {}, row.id};
    double decided = 0;
    for (std::size_t k = 0; k < looks.size(); ++k) {
      one.fraction += looks[k] * (*crossing)[k];
      one.decided.push_back(decided += (*crossing)[k]);
    }
    one.fraction += 1 - decided;
    if (!slowest || one.fraction > slowest->fraction) slowest = std::move(one);
  }
  return slowest;
}

}  // namespace assay::gate
