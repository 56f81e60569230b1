#include "runner/gate/interval.hpp"

#include <assay/stats/quantile.hpp>

#include <algorithm>
#include <cmath>

namespace assay::gate {

namespace {

/// One metric, case by case; or its sums alone, where nothing else is asked of it.
struct CaseValues {
  std::vector<double> low;
  std::vector<double> high;  ///< empty: as `low`, for nothing is missing
  double low_sum = 0;
  double high_sum = 0;
  double known_sum = 0;  ///< of the means of the known samples of a case
  std::uint64_t cases = 0;
  std::uint64_t known_cases = 0;
  std::uint64_t missing = 0;  ///< samples

  [[nodiscard]] const std::vector<double>& highs() const { return high.empty() ? low : high; }
};

struct Range {
  double least = 0;
  double greatest = 1;
};

/// One case's samples.
struct CaseSum {
  double known = 0;
  double known_samples = 0;
  double missing = 0;

  [[nodiscard]] double mean(double of_missing) const {
    return (known + missing * of_missing) / (known_samples + missing);
  }
};

CaseSum sum_case(const SuiteView& view, std::uint32_t kase, const MetricReader& reader) {
  CaseSum sum;
  for (auto row = view.first_row[kase]; row < view.first_row[kase + 1]; ++row) {
    double value = 0;
    const auto cell = reader.read(row, value);
    sum.known += cell == Cell::known ? value : 0;
    sum.known_samples += cell == Cell::known ? 1 : 0;
    sum.missing += cell == Cell::known ? 0 : 1;  // the case has the metric, so each of its samples does
  }
  return sum;
}

void keep(CaseValues& values, double low, double high) {
  if (low != high && values.high.empty()) values.high = values.low;
  values.low.push_back(low);
  if (low != high || !values.high.empty()) values.high.push_back(high);
}

CaseValues gather(const SuiteView& view, const std::vector<std::uint32_t>& cases, const MetricReader& reader,
                  Range range, bool sums_only = false) {
  CaseValues values;
  values.cases = cases.size();
  if (!sums_only) values.low.reserve(cases.size());
  for (const auto kase : cases) {
    const CaseSum sum = sum_case(view, kase, reader);
    const double low = sum.mean(range.least);
    const double high = sum.mean(range.greatest);
    if (!sums_only) keep(values, low, high);
    values.low_sum += low;
    values.high_sum += high;
    values.missing += static_cast<std::uint64_t>(sum.missing);
    if (sum.known_samples == 0) continue;
    values.known_sum += sum.known / sum.known_samples;
    ++values.known_cases;
  }
  return values;
}

bool one_sample_each(const SuiteView& view, const std::vector<std::uint32_t>& cases) {
  return std::all_of(cases.begin(), cases.end(),
                     [&](std::uint32_t kase) { return view.first_row[kase + 1] - view.first_row[kase] == 1; });
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
  return {static_cast<double>(values.cases), values.low_sum, values.high_sum};
}

std::optional<double> estimate_of(const CaseValues& values) {
  if (values.known_cases == 0) return std::nullopt;
  return values.known_sum / static_cast<double>(values.known_cases);
}

void measure_mean(Measured& measured, const Metric& metric, const CaseValues& values,
                  const std::vector<std::uint32_t>& clusters) {
  Means means{mean_of(values.low, clusters), mean_of(values.highs(), clusters), counts_of(values)};
  means.clustered = !clusters.empty();
  if (metric.unit == Unit::share) {
    means.guard_low = metric.binary || all_equal(values.low);
    means.guard_high = metric.binary || all_equal(values.highs());
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
  ratio.low = stats::paired_means(cost.low, passes.highs(), clusters);
  ratio.high = stats::paired_means(cost.highs(), passes.low, clusters);
  ratio.cost_low = mean_of(cost.low, clusters);
  ratio.cost_high = mean_of(cost.highs(), clusters);
  ratio.counts = counts_of(passes);
  ratio.passes_equal = all_equal(passes.low) || all_equal(passes.highs());
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
    const bool counts = metric.binary && clusters.empty() && one_sample_each(view, slice.cases);
    const auto values = gather(view, slice.cases, reader, range, counts);
    measured.missing = values.missing;
    measured.estimate = estimate_of(values);
    if (counts) {
      measured.data = counts_of(values);
    } else {
      measure_mean(measured, metric, values, clusters);
    }
  }
  return measured;
}

}  // namespace assay::gate
