#include "runner/gate/case_values.hpp"
#include "runner/gate/interval.hpp"

#include <assay/stats/quantile.hpp>

#include <algorithm>
#include <cmath>

namespace assay::gate {

namespace {

stats::MeanEstimate mean_of(const std::vector<double>& values, const std::vector<std::uint32_t>& clusters) {
  return clusters.empty() ? stats::mean_estimate(values) : stats::clustered_mean(values, clusters);
}

Counts counts_of(const CaseValues& values) {
  return {static_cast<double>(values.cases), values.low_sum, values.high_sum};
}

Ratio ratio_of(const CaseValues& cost, const CaseValues& passes, const std::vector<std::uint32_t>& clusters) {
  Ratio ratio;
  ratio.low = stats::paired_means(cost.low, passes.highs(), clusters);
  ratio.high = stats::paired_means(cost.highs(), passes.low, clusters);
  ratio.cost_low = mean_of(cost.low, clusters);
  ratio.cost_high = mean_of(cost.highs(), clusters);
  ratio.counts = counts_of(passes);
  ratio.passes_equal = all_equal(passes.low) || all_equal(passes.highs());
  return ratio;
}

void measure_ratio(Measured& measured, const CaseValues& cost, const CaseValues& passes,
                   const std::vector<std::uint32_t>& clusters) {
  measured.missing = std::max(cost.missing, passes.missing);
  const auto cost_mean = cost.estimate();
  const auto pass_mean = passes.estimate();
  if (cost_mean && pass_mean && *pass_mean > 0) measured.estimate = *cost_mean / *pass_mean;
  measured.data = ratio_of(cost, passes, clusters);
}

}  // namespace

void add_ranks(Ranks& ranks, const SuiteView& view, const std::vector<std::uint32_t>& cases,
               const MetricReader& reader) {
  for (const auto kase : cases) {
    const auto rows = rows_of_case(view, kase, true);
    for (auto row = rows.first; row < rows.end; ++row) {
      double value = 0;
      const auto cell = reader.read(row, value);
      if (cell == Cell::known) ranks.sorted.push_back(value);
      if (cell == Cell::missing) ++ranks.missing;
    }
  }
}

Measured measured_ranks(Ranks ranks) {
  Measured measured;
  measured.greatest = HUGE_VAL;
  std::sort(ranks.sorted.begin(), ranks.sorted.end());
  measured.missing = ranks.missing;
  if (!ranks.sorted.empty()) measured.estimate = stats::sample_quantile(ranks.sorted, ranks.quantile);
  measured.data = std::move(ranks);
  return measured;
}

Measured measured_means(const Metric& metric, const CaseValues& values, const std::vector<std::uint32_t>& clusters) {
  Measured measured;
  measured.cases = values.cases;
  measured.greatest = metric.unit == Unit::share ? 1 : HUGE_VAL;
  measured.missing = values.missing;
  measured.estimate = values.estimate();
  if (metric.fold != Fold::mean && clusters.empty() && zeros_and_ones(values)) {
    measured.data = counts_of(values);
    return measured;
  }
  Means means{mean_of(values.low, clusters), mean_of(values.highs(), clusters), counts_of(values)};
  means.clustered = !clusters.empty();
  if (metric.unit == Unit::share) {
    means.guard_low = metric.binary || all_equal(values.low);
    means.guard_high = metric.binary || all_equal(values.highs());
  }
  measured.data = means;
  return measured;
}

Measured measure(const SuiteView& view, const Slice& slice, const Metric& metric, const MetricReader& reader,
                 double ceiling) {
  Measured measured;
  const bool share = metric.unit == Unit::share;
  const Range range{0, share ? 1 : ceiling};
  const auto clusters = clusters_of(view, slice.cases);
  if (metric.measure == Measure::quantile) {
    Ranks ranks;
    ranks.quantile = metric.quantile;
    add_ranks(ranks, view, slice.cases, reader);
    measured = measured_ranks(std::move(ranks));
  } else if (metric.measure == Measure::cost_per_pass) {
    const MetricReader passes{view.evidence, Measure::passes, false, nullptr};
    measure_ratio(measured, gather(view, slice.cases, metric, reader, range),
                  gather(view, slice.cases, metric, passes, {0, 1}), clusters);
  } else if (metric.binary && clusters.empty() && metric.fold == Fold::mean && one_sample_each(view, slice.cases)) {
    const auto values = gather(view, slice.cases, metric, reader, range, true);
    measured.missing = values.missing;
    measured.estimate = values.estimate();
    measured.data = counts_of(values);
  } else {
    measured = measured_means(metric, gather(view, slice.cases, metric, reader, range), clusters);
  }
  measured.cases = slice.cases.size();
  measured.greatest = share ? 1 : HUGE_VAL;
  if (!clusters.empty()) measured.clusters = stats::count_clusters(clusters);
  return measured;
}

}  // namespace assay::gate
