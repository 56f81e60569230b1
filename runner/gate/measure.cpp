#include "runner/gate/interval.hpp"

#include <assay/stats/quantile.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace assay::gate {

namespace {

/// One metric, case by case.
struct CaseValues {
  std::vector<double> low;
  std::vector<double> high;
  double known_sum = 0;  ///< of the means of the known samples of a case
  std::uint64_t known_cases = 0;
  std::uint64_t missing = 0;  ///< samples
  bool one_sample = true;
};

struct Range {
  double least = 0;
  double greatest = 1;
};

CaseValues gather(const SuiteView& view, const std::vector<std::uint32_t>& cases, const MetricReader& reader,
                  Range range) {
  CaseValues values;
  values.low.reserve(cases.size());
  values.high.reserve(cases.size());
  for (const auto kase : cases) {
    double known = 0;
    double known_samples = 0;
    double missing = 0;
    for (auto row = view.first_row[kase]; row < view.first_row[kase + 1]; ++row) {
      double value = 0;
      const auto cell = reader.read(row, value);
      known += cell == Cell::known ? value : 0;
      known_samples += cell == Cell::known ? 1 : 0;
      missing += cell == Cell::known ? 0 : 1;  // the case has the metric, so each of its samples does
    }
    const double samples = known_samples + missing;
    values.low.push_back((known + missing * range.least) / samples);
    values.high.push_back((known + missing * range.greatest) / samples);
    values.missing += static_cast<std::uint64_t>(missing);
    values.one_sample = values.one_sample && samples == 1;
    if (known_samples == 0) continue;
    values.known_sum += known / known_samples;
    ++values.known_cases;
  }
  return values;
}

double sum(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0);
}

bool all_equal(const std::vector<double>& values) {
  return std::all_of(values.begin(), values.end(), [&](double value) { return value == values.front(); });
}

std::vector<std::uint32_t> clusters_of(const SuiteView& view, const std::vector<std::uint32_t>& cases) {
  std::vector<std::uint32_t> labels;
  if (view.clusters.empty()) return labels;
  labels.reserve(cases.size());
  for (const auto kase : cases) labels.push_back(view.clusters[kase]);
  return labels;
}

stats::MeanEstimate mean_of(const std::vector<double>& values, const std::vector<std::uint32_t>& clusters) {
  return clusters.empty() ? stats::mean_estimate(values) : stats::clustered_mean(values, clusters);
}

Counts counts_of(const CaseValues& values) {
  return {static_cast<double>(values.low.size()), sum(values.low), sum(values.high)};
}

std::optional<double> estimate_of(const CaseValues& values) {
  if (values.known_cases == 0) return std::nullopt;
  return values.known_sum / static_cast<double>(values.known_cases);
}

void measure_mean(Measured& measured, const Metric& metric, const CaseValues& values,
                  const std::vector<std::uint32_t>& clusters) {
  measured.missing = values.missing;
  measured.estimate = estimate_of(values);
  if (metric.binary && values.one_sample && clusters.empty()) {
    measured.data = counts_of(values);
    return;
  }
  Means means{mean_of(values.low, clusters), mean_of(values.high, clusters), counts_of(values)};
  means.clustered = !clusters.empty();
  if (metric.unit == Unit::share) {
    means.guard_low = metric.binary || all_equal(values.low);
    means.guard_high = metric.binary || all_equal(values.high);
  }
  measured.data = means;
}

void measure_quantile(Measured& measured, const SuiteView& view, const std::vector<std::uint32_t>& cases,
                      const Metric& metric, const MetricReader& reader) {
  Ranks ranks;
  ranks.quantile = metric.quantile;
  for (const auto kase : cases) {
    for (auto row = view.first_row[kase]; row < view.first_row[kase + 1]; ++row) {
      double value = 0;
      const auto cell = reader.read(row, value);
      if (cell == Cell::known) ranks.sorted.push_back(value);
      if (cell == Cell::missing) ++ranks.missing;
    }
  }
  std::sort(ranks.sorted.begin(), ranks.sorted.end());
  measured.missing = ranks.missing;
  if (!ranks.sorted.empty()) measured.estimate = stats::sample_quantile(ranks.sorted, metric.quantile);
  measured.data = std::move(ranks);
}

void measure_ratio(Measured& measured, const CaseValues& cost, const CaseValues& passes,
                   const std::vector<std::uint32_t>& clusters) {
  Ratio ratio;
  ratio.low = stats::paired_means(cost.low, passes.high, clusters);
  ratio.high = stats::paired_means(cost.high, passes.low, clusters);
  ratio.cost_low = mean_of(cost.low, clusters);
  ratio.cost_high = mean_of(cost.high, clusters);
  ratio.counts = counts_of(passes);
  ratio.passes_equal = all_equal(passes.low) || all_equal(passes.high);
  measured.missing = std::max(cost.missing, passes.missing);
  const auto cost_mean = estimate_of(cost);
  const auto pass_mean = estimate_of(passes);
  if (cost_mean && pass_mean && *pass_mean > 0) measured.estimate = *cost_mean / *pass_mean;
  measured.data = ratio;
}

}  // namespace

Measured measure(const SuiteView& view, const Slice& slice, const Metric& metric, const MetricReader& reader,
                 double ceiling) {
  Measured measured;
  measured.cases = slice.cases.size();
  const bool share = metric.unit == Unit::share;
  measured.greatest = share ? 1 : HUGE_VAL;
  const Range range{0, share ? 1 : ceiling};
  auto clusters = clusters_of(view, slice.cases);
  const auto count = clusters.empty() ? 0 : stats::count_clusters(clusters);
  if (count == slice.cases.size()) clusters.clear();
  if (!clusters.empty()) measured.clusters = count;
  if (metric.measure == Measure::quantile) {
    measure_quantile(measured, view, slice.cases, metric, reader);
  } else if (metric.measure == Measure::cost_per_pass) {
    const MetricReader passes{view.evidence, Measure::passes, false, nullptr};
    measure_ratio(measured, gather(view, slice.cases, reader, range), gather(view, slice.cases, passes, {0, 1}),
                  clusters);
  } else {
    measure_mean(measured, metric, gather(view, slice.cases, reader, range), clusters);
  }
  return measured;
}

}  // namespace assay::gate
