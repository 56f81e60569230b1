#include "runner/gate/case_values.hpp"

#include <assay/stats/means.hpp>
#include <assay/stats/repeats.hpp>

#include <algorithm>
#include <cmath>

namespace assay::gate {

namespace {

/// One case's samples.
struct CaseSum {
  double known = 0;
  double known_samples = 0;
  double missing = 0;

  [[nodiscard]] double mean(double of_missing) const {
    return (known + missing * of_missing) / (known_samples + missing);
  }
};

CaseSum sum_case(const SuiteView& view, std::uint32_t kase, const Metric& metric, const MetricReader& reader) {
  CaseSum sum;
  const auto rows = rows_of_case(view, kase, metric.fold == Fold::at_least);
  for (auto row = rows.first; row < rows.end; ++row) {
    double value = 0;
    const auto cell = reader.read(row, value);
    sum.known += cell == Cell::known ? value : 0;
    sum.known_samples += cell == Cell::known ? 1 : 0;
    sum.missing += cell == Cell::known ? 0 : 1;  // the case has the metric, so each of its samples does
  }
  return sum;
}

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

}  // namespace

CaseValue case_value(const SuiteView& view, std::uint32_t kase, const Metric& metric, const MetricReader& reader,
                     Range range) {
  const auto sum = sum_case(view, kase, metric, reader);
  auto value = value_of(sum, metric, range);
  value.missing = static_cast<std::uint64_t>(missing_of(sum, metric));
  return value;
}

std::optional<double> CaseValues::estimate() const {
  if (known_cases == 0) return std::nullopt;
  return known_sum / static_cast<double>(known_cases);
}

void CaseValues::add(const CaseValue& value, bool sums_only) {
  ++cases;
  low_sum += value.low;
  high_sum += value.high;
  missing += value.missing;
  if (value.known) {
    known_sum += *value.known;
    ++known_cases;
  }
  if (sums_only) return;
  const bool open = value.low != value.high;
  if (open && high.empty()) high = low;
  low.push_back(value.low);
  if (open || !high.empty()) high.push_back(value.high);
}

CaseValues gather(const SuiteView& view, const std::vector<std::uint32_t>& cases, const Metric& metric,
                  const MetricReader& reader, Range range, bool sums_only) {
  CaseValues values;
  if (!sums_only) values.low.reserve(cases.size());
  for (const auto kase : cases) values.add(case_value(view, kase, metric, reader, range), sums_only);
  return values;
}

bool one_sample_each(const SuiteView& view, const std::vector<std::uint32_t>& cases) {
  return std::all_of(cases.begin(), cases.end(),
                     [&](std::uint32_t kase) { return view.first_row[kase + 1] - view.first_row[kase] == 1; });
}

bool all_equal(const std::vector<double>& values) {
  return std::all_of(values.begin(), values.end(), [&](double value) { return value == values.front(); });
}

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
  if (stats::count_clusters(labels) == cases.size()) labels.clear();
  return labels;
}

}  // namespace assay::gate
