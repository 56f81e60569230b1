#include "runner/gate/difference.hpp"

#include "runner/gate/least_alpha.hpp"

#include <algorithm>

namespace assay::gate {

namespace {

/// One case on both sides.
struct Both {
  CaseValue candidate;
  CaseValue baseline;  ///< the mean over its runs
};

CaseValue baseline_value(const Comparison& c, std::uint32_t kase, Range range) {
  CaseValue mean{0, 0, std::nullopt};
  double runs = 0;
  double known = 0;
  double known_runs = 0;
  for (const auto& side : c.runs) {
    const auto partner = side.run->pairs.of[kase];
    if (partner >= kOtherDigest) continue;
    const auto value = case_value(side.run->view, partner, c.metric, side.reader, range);
    mean.low += value.low;
    mean.high += value.high;
    mean.missing += value.missing;
    runs += 1;
    known += value.known.value_or(0);
    known_runs += value.known ? 1 : 0;
  }
  mean.low /= runs;
  mean.high /= runs;
  if (known_runs > 0) mean.known = known / known_runs;
  return mean;
}

Range range_of(const Comparison& c) {
  return {0, c.metric.unit == Unit::share ? 1 : c.ceiling};
}

Both both_of(const Comparison& c, std::uint32_t kase) {
  const auto range = range_of(c);
  return {case_value(c.view, kase, c.metric, c.reader, range), baseline_value(c, kase, range)};
}

/// What both sides have themselves, over the cases that both have.
struct Estimates {
  double candidate = 0;
  double baseline = 0;
  double cases = 0;

  void add(const Both& both) {
    if (!both.candidate.known || !both.baseline.known) return;
    candidate += *both.candidate.known;
    baseline += *both.baseline.known;
    cases += 1;
  }
};

void set_estimates(Compared& compared, const Estimates& estimates) {
  if (estimates.cases == 0) return;
  compared.candidate = estimates.candidate / estimates.cases;
  compared.baseline = estimates.baseline / estimates.cases;
}

/// One draw of pass or fail a case on each side.
bool one_draw_each(const Comparison& c, const std::vector<std::uint32_t>& clusters) {
  if (!c.metric.binary || !clusters.empty() || c.runs.size() != 1) return false;
  if (c.metric.fold != Fold::mean) return false;
  const auto& theirs = c.runs.front().run->view;
  return one_sample_each(c.view, c.cases) && std::all_of(c.cases.begin(), c.cases.end(), [&](std::uint32_t kase) {
           const auto partner = c.runs.front().run->pairs.of[kase];
           return theirs.first_row[partner + 1] - theirs.first_row[partner] == 1;
         });
}

bool is_whole(const CaseValue& value) {
  const auto whole = [](double v) { return v == 0 || v == 1; };
  return whole(value.low) && whole(value.high);
}

void count(stats::PairedCounts& counts, double candidate, double baseline) {
  counts.both += candidate * baseline;
  counts.gained += candidate * (1 - baseline);
  counts.lost += (1 - candidate) * baseline;
  counts.neither += (1 - candidate) * (1 - baseline);
}

void count(PairedPasses& passes, const Both& both, bool better_low) {
  const auto& [candidate, baseline] = both;
  if (better_low) {
    count(passes.low, 1 - candidate.high, 1 - baseline.low);
    count(passes.high, 1 - candidate.low, 1 - baseline.high);
  } else {
    count(passes.low, candidate.low, baseline.high);
    count(passes.high, candidate.high, baseline.low);
  }
}

/// Differences, more is better: the worst and the best that they may be.
struct Gains {
  std::vector<double> low;
  std::vector<double> high;

  void add(const Both& both, bool better_low) {
    const auto& [candidate, baseline] = both;
    low.push_back(better_low ? baseline.low - candidate.high : candidate.low - baseline.high);
    high.push_back(better_low ? baseline.high - candidate.low : candidate.high - baseline.low);
  }
};

Compared start(const Comparison& c, const std::vector<std::uint32_t>& clusters) {
  Compared compared;
  compared.cases = c.cases.size();
  compared.better_low = c.metric.better == Direction::down;
  if (!clusters.empty()) compared.clusters = stats::count_clusters(clusters);
  return compared;
}

/// The quantile of all samples of the baseline's runs.
Measured baseline_ranks(const Comparison& c) {
  Ranks ranks;
  ranks.quantile = c.metric.quantile;
  for (const auto& side : c.runs) {
    std::vector<std::uint32_t> partners;
    for (const auto kase : c.cases) {
      if (side.run->pairs.of[kase] < kOtherDigest) partners.push_back(side.run->pairs.of[kase]);
    }
    add_ranks(ranks, side.run->view, partners, side.reader);
  }
  return measured_ranks(std::move(ranks));
}

Measured baseline_means(const Comparison& c, const std::vector<std::uint32_t>& clusters) {
  CaseValues values;
  for (const auto kase : c.cases) values.add(baseline_value(c, kase, range_of(c)));
  return measured_means(c.metric, values, clusters);
}

Compared apart(const Comparison& c, const std::vector<std::uint32_t>& clusters, bool ratio) {
  auto compared = start(c, clusters);
  const Slice slice{{}, c.cases};
  Apart sides{measure(c.view, slice, c.metric, c.reader, c.ceiling),
              c.metric.measure == Measure::quantile ? baseline_ranks(c) : baseline_means(c, clusters), ratio};
  compared.missing = sides.candidate.missing + sides.baseline.missing;
  compared.candidate = sides.candidate.estimate;
  compared.baseline = sides.baseline.estimate;
  if (ratio) compared.least = 0;
  compared.data = std::move(sides);
  return compared;
}

/// The values of one metric on both sides, worst and best.
struct Sides {
  std::vector<double> low;   ///< of the candidate
  std::vector<double> high;  ///< likewise
  std::vector<double> their_low;
  std::vector<double> their_high;
  Estimates estimates;
  std::uint64_t missing = 0;
};

Sides sides_of(const Comparison& c) {
  Sides sides;
  for (const auto kase : c.cases) {
    const auto both = both_of(c, kase);
    sides.low.push_back(both.candidate.low);
    sides.high.push_back(both.candidate.high);
    sides.their_low.push_back(both.baseline.low);
    sides.their_high.push_back(both.baseline.high);
    sides.estimates.add(both);
    sides.missing += both.candidate.missing + both.baseline.missing;
  }
  return sides;
}

double mean(const std::vector<double>& values) {
  return stats::mean_estimate(values).mean;
}

/// Cost per pass, candidate over baseline, is C·P' / C'·P with the means of cost and passes. What a case adds to the
/// spread of C·P' − R·C'·P is P'·c + C·p' − R·(P·c' + C'·p), to first order, so Fieller's test takes these two sums.
stats::PairedMeans product_means(const std::vector<double>& cost, const std::vector<double>& passes,
                                 const std::vector<double>& their_cost, const std::vector<double>& their_passes,
                                 const std::vector<std::uint32_t>& clusters) {
  const double c = mean(cost);
  const double p = mean(passes);
  const double their_c = mean(their_cost);
  const double their_p = mean(their_passes);
  std::vector<double> numerator(cost.size());
  std::vector<double> denominator(cost.size());
  for (std::size_t i = 0; i < cost.size(); ++i) {
    numerator[i] = their_p * cost[i] + c * their_passes[i];
    denominator[i] = p * their_cost[i] + their_c * passes[i];
  }
  auto means = stats::paired_means(numerator, denominator, clusters);
  means.numerator = c * their_p;
  means.denominator = their_c * p;
  return means;
}

Compared cost_per_pass_ratio(const Comparison& c, const std::vector<std::uint32_t>& clusters) {
  auto compared = start(c, clusters);
  Metric passing = *builtin_metric("pass_rate");
  const MetricReader reader{c.view.evidence, Measure::passes, false, nullptr};
  auto runs = c.runs;
  for (auto& side : runs) side.reader = {side.run->view.evidence, Measure::passes, false, nullptr};
  const auto cost = sides_of(c);
  const auto passes = sides_of({c.view, c.cases, runs, passing, reader, 1});
  compared.missing = std::max(cost.missing, passes.missing);
  PairedRatio ratio;
  ratio.low = product_means(cost.low, passes.high, cost.their_high, passes.their_low, clusters);
  ratio.high = product_means(cost.high, passes.low, cost.their_low, passes.their_high, clusters);
  std::vector<double> differences;
  for (std::size_t i = 0; i < passes.low.size(); ++i) differences.push_back(passes.low[i] - passes.their_high[i]);
  const auto difference = stats::delta_estimate(differences, clusters).mean;
  ratio.passes = {mean(cost.high) * mean(cost.their_low), difference.standard_error * difference.standard_error,
                  mean(passes.their_high)};
  const auto& [ours, theirs, cases] = passes.estimates;
  const auto& spent = cost.estimates;
  if (spent.cases > 0 && cases > 0 && ours > 0 && theirs > 0) {
    compared.candidate = spent.candidate / spent.cases / (ours / cases);
    compared.baseline = spent.baseline / spent.cases / (theirs / cases);
  }
  compared.least = 0;
  compared.data = ratio;
  return compared;
}

Compared mean_ratio(const Comparison& c, const std::vector<std::uint32_t>& clusters) {
  auto compared = start(c, clusters);
  const auto sides = sides_of(c);
  set_estimates(compared, sides.estimates);
  compared.missing = sides.missing;
  compared.least = 0;
  compared.data = PairedRatio{stats::paired_means(sides.low, sides.their_high, clusters),
                              stats::paired_means(sides.high, sides.their_low, clusters), std::nullopt};
  return compared;
}

}  // namespace

Compared difference_of(const Comparison& c) {
  const auto clusters = clusters_of(c.view, c.cases);
  if (c.metric.measure == Measure::quantile) return apart(c, clusters, false);
  auto compared = start(c, clusters);
  if (c.metric.unit == Unit::share) {
    compared.least = -1;
    compared.greatest = 1;
  }
  const bool draws = one_draw_each(c, clusters);
  Estimates estimates;
  PairedPasses passes;
  Gains gains;
  bool whole = c.metric.fold != Fold::mean && clusters.empty() && c.runs.size() == 1;
  for (const auto kase : c.cases) {
    const auto both = both_of(c, kase);
    estimates.add(both);
    compared.missing += both.candidate.missing + both.baseline.missing;
    whole = whole && is_whole(both.candidate) && is_whole(both.baseline);
    if (draws || whole) count(passes, both, compared.better_low);
    if (!draws) gains.add(both, compared.better_low);
  }
  set_estimates(compared, estimates);
  if (draws || whole) {
    compared.data = passes;
  } else {
    compared.data = PairedGains{stats::delta_estimate(gains.low, clusters), stats::delta_estimate(gains.high, clusters),
                                c.metric.unit == Unit::share};
  }
  return compared;
}

Compared ratio_of(const Comparison& c) {
  const auto clusters = clusters_of(c.view, c.cases);
  // Rare events on both sides, of which a pair says little: their own bounds hold also where there are none.
  if (c.metric.measure == Measure::quantile || c.metric.unit == Unit::share) return apart(c, clusters, true);
  if (c.metric.measure == Measure::cost_per_pass) return cost_per_pass_ratio(c, clusters);
  return mean_ratio(c, clusters);
}

}  // namespace assay::gate
