#pragma once
/// What was measured on a slice, ready to be held against any bound.

#include "runner/gate/case_values.hpp"
#include "runner/gate/slices.hpp"
#include "runner/gate/suite_view.hpp"

#include <assay/stats/means.hpp>
#include <assay/stats/ratio.hpp>

#include <optional>
#include <variant>
#include <vector>

namespace assay::gate {

/// Missing samples are failures in `passes_low` and passes in `passes_high`. May be fractional: case means add up.
struct Counts {
  double n = 0;
  double passes_low = 0;
  double passes_high = 0;
};

/// Means of case values; a guarded side is never narrower than Wilson with n = cases.
struct Means {
  stats::MeanEstimate low;   ///< missing samples at the metric's least value
  stats::MeanEstimate high;  ///< missing samples at its greatest
  Counts counts;
  bool guard_low = false;
  bool guard_high = false;
  bool clustered = false;
};

/// Values of samples, ascending; each missing one lies above all of them in U and below in L.
struct Ranks {
  std::vector<double> sorted;
  std::uint64_t missing = 0;
  double quantile = 0;
};

/// Cost over passes. Where every case passes alike, the pass rate's own uncertainty is Wilson's.
struct Ratio {
  stats::PairedMeans low;   ///< least cost, most passes
  stats::PairedMeans high;  ///< greatest cost, fewest passes
  stats::MeanEstimate cost_low;
  stats::MeanEstimate cost_high;
  Counts counts;
  bool passes_equal = false;
};

struct Measured {
  std::uint64_t cases = 0;
  std::uint64_t missing = 0;   ///< samples
  std::uint64_t clusters = 0;  ///< 0: no two cases share one
  std::optional<double> estimate;
  double least = 0;  ///< the metric's range
  double greatest = 1;
  std::variant<Counts, Means, Ranks, Ratio> data;
};

/// `ceiling` stands for the unknown greatest value of a metric without one: the greatest seen in the suite.
[[nodiscard]] Measured measure(const SuiteView& view, const Slice& slice, const Metric& metric,
                               const MetricReader& reader, double ceiling);

/// The parts of `measure`, for values that come from several runs. `measured_ranks` sorts.
void add_ranks(Ranks& ranks, const SuiteView& view, const std::vector<std::uint32_t>& cases,
               const MetricReader& reader);
[[nodiscard]] Measured measured_ranks(Ranks ranks);
[[nodiscard]] Measured measured_means(const Metric& metric, const CaseValues& values,
                                      const std::vector<std::uint32_t>& clusters);

/// One-sided 1−alpha bounds, within the metric's range.
[[nodiscard]] double lower_bound(const Measured& measured, double alpha);
[[nodiscard]] double upper_bound(const Measured& measured, double alpha);

/// One-sided p-values against "the metric is at least (at most) `bound`".
[[nodiscard]] double p_at_least(const Measured& measured, double bound);
[[nodiscard]] double p_at_most(const Measured& measured, double bound);

/// The standard error that a claim at `bound` is shown with; nothing where none is defined.
[[nodiscard]] std::optional<double> standard_error(const Measured& measured, const Metric& metric, double bound);

/// `wilson`, `t`, `t-clustered`, `order-statistics`, `fieller`.
[[nodiscard]] std::string_view method_name(const Measured& measured);

}  // namespace assay::gate
