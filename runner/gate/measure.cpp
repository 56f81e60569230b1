#include "runner/gate/interval.hpp"

#include <assay/stats/quantile.hpp>
#include <assay/stats/repeats.hpp>

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
  double known_sum = 0;  ///< of what the known samples of a case make of it
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

/// What a case is worth.
struct CaseValue {
  double low = 0;
  double high = 1;
  std::optional<double> known;  ///< by its known samples alone; nothing where they do not tell
};

/// Of a case with n samples of which c pass, n at least k.
double folded(const Metric& metric, double n, double c) {
  const auto samples = static_cast<std::uint64_t>(std::llround(n));
  const auto passes = static_cast<std::uint64_t>(std::llround(c));
  if (metric.fold == Fold::any_of_k) return stats::pass_at_k(samples, passes, metric.k);
  if (metric.fold == Fold::all_of_k) return stats::pass_pow_k(samples, passes, metric.k);
  return passes >= metric.k ? 1 : 0;
}

CaseValue value_of(const CaseSum& sum, const Metric& metric, Range range) {
  if (metric.fold == Fold::mean) {
    CaseValue value{sum.mean(range.least), sum.mean(range.greatest), std::nullopt};
    if (sum.known_samples > 0) value.known = sum.known / sum.known_samples;
    return value;
  }
  const double all = sum.known_samples + sum.missing;
  const auto k = static_cast<double>(metric.k);
  if (all < k) return {};
  CaseValue value{folded(metric, all, sum.known), folded(metric, all, sum.known + sum.missing), std::nullopt};
  if (metric.fold != Fold::at_least && sum.known_samples >= k) {
    value.known = folded(metric, sum.known_samples, sum.known);
  } else if (value.low == value.high) {
    value.known = value.low;
  }
  return value;
}

/// Samples without a value, those that a fold lacks among them.
double missing_of(const CaseSum& sum, const Metric& metric) {
  if (metric.fold == Fold::mean) return sum.missing;
  return sum.missing + std::max(0.0, static_cast<double>(metric.k) - sum.known_samples - sum.missing);
}

void keep(CaseValues& values, double low, double high) {
  if (low != high && values.high.empty()) values.high = values.low;
  values.low.push_back(low);
  if (low != high || !values.high.empty()) values.high.push_back(high);
}

CaseValues gather(const SuiteView& view, const std::vector<std::uint32_t>& cases, const Metric& metric,
                  const MetricReader& reader, Range range, bool sums_only = false) {
  CaseValues values;
  values.cases = cases.size();
  if (!sums_only) values.low.reserve(cases.size());
  for (const auto kase : cases) {
    const CaseSum sum = sum_case(view, kase, reader);
    const CaseValue value = value_of(sum, metric, range);
    if (!sums_only) keep(values, value.low, value.high);
    values.low_sum += value.low;
    values.high_sum += value.high;
    values.missing += static_cast<std::uint64_t>(missing_of(sum, metric));
    if (!value.known) continue;
    values.known_sum += *value.known;
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

/// Every case passes or does not: one Bernoulli draw a case, whatever its samples.
bool zeros_and_ones(const CaseValues& values) {
  const auto whole = [](double value) { return value == 0 || value == 1; };
  return std::all_of(values.low.begin(), values.low.end(), whole) &&
         std::all_of(values.high.begin(), values.high.end(), whole);
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
    measure_ratio(measured, gather(view, slice.cases, metric, reader, range),
                  gather(view, slice.cases, metric, passes, {0, 1}), clusters);
  } else {
    const bool sums_only =
        metric.binary && clusters.empty() && metric.fold == Fold::mean && one_sample_each(view, slice.cases);
    const auto values = gather(view, slice.cases, metric, reader, range, sums_only);
    const bool counts = sums_only || (metric.fold != Fold::mean && clusters.empty() && zeros_and_ones(values));
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
