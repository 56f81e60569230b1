#pragma once
/// One metric, case by case: what each case is worth at least, at most, and by what was measured of it.

#include "runner/gate/metrics.hpp"
#include "runner/gate/suite_view.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace assay::gate {

/// Of a metric's values; its ends stand for samples that are missing.
struct Range {
  double least = 0;
  double greatest = 1;
};

/// What a case is worth.
struct CaseValue {
  double low = 0;
  double high = 1;
  std::optional<double> known;  ///< by its known samples alone; nothing where they do not tell
  std::uint64_t missing = 0;    ///< samples, those that a fold lacks among them
};

[[nodiscard]] CaseValue case_value(const SuiteView& view, std::uint32_t kase, const Metric& metric,
                                   const MetricReader& reader, Range range);

/// The values of many cases; or their sums alone, where nothing else is asked of them.
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
  [[nodiscard]] std::optional<double> estimate() const;
  void add(const CaseValue& value, bool sums_only = false);
};

[[nodiscard]] CaseValues gather(const SuiteView& view, const std::vector<std::uint32_t>& cases, const Metric& metric,
                                const MetricReader& reader, Range range, bool sums_only = false);

[[nodiscard]] bool one_sample_each(const SuiteView& view, const std::vector<std::uint32_t>& cases);

[[nodiscard]] bool all_equal(const std::vector<double>& values);

/// Every case passes or does not: one Bernoulli draw a case, whatever its samples.
[[nodiscard]] bool zeros_and_ones(const CaseValues& values);

/// Cluster labels of these cases; empty where no two of them share one.
[[nodiscard]] std::vector<std::uint32_t> clusters_of(const SuiteView& view, const std::vector<std::uint32_t>& cases);

}  // namespace assay::gate
