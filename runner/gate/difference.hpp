#pragma once
/// A metric of some cases beside that of a baseline, case by case, ready to be held against a margin or an increase.

#include "runner/gate/baseline.hpp"
#include "runner/gate/interval.hpp"

#include <assay/stats/delta.hpp>
#include <assay/stats/paired_binary.hpp>
#include <assay/stats/ratio.hpp>

#include <cmath>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace assay::gate {

/// One sample of pass or fail on each side, in one baseline run. Missing ones are the candidate's failures and the
/// baseline's passes in `low`, and the reverse in `high`.
struct PairedPasses {
  stats::PairedCounts low;
  stats::PairedCounts high;
};

/// Differences of case values, candidate − baseline, turned so that more is better.
struct PairedGains {
  stats::DeltaEstimate low;
  stats::DeltaEstimate high;
  bool share = false;  ///< its variance has a floor
};

/// Candidate over baseline, of metrics that are better when lower.
struct PairedRatio {
  stats::PairedMeans low;
  stats::PairedMeans high;
  /// Of a cost per pass: what the variance of the pass rates' difference lacks of the floor for margin m is
  /// weight · max(0, m'(1−m')/n − variance) with m' = rate · m/(1+m).
  struct Passes {
    double weight = 0;
    double variance = 0;
    double rate = 0;  ///< of the baseline
  };
  std::optional<Passes> passes;
};

/// Both sides by themselves: each bound of theirs takes half of alpha (Bonferroni).
struct Apart {
  Measured candidate;
  Measured baseline;
  bool ratio = false;  ///< else the gain
};

struct Compared {
  std::uint64_t cases = 0;    ///< in common
  std::uint64_t missing = 0;  ///< samples of both sides
  std::uint64_t clusters = 0;
  bool better_low = false;          ///< of the metric: a gain is what the candidate has less
  std::optional<double> candidate;  ///< over the cases that both have a value for
  std::optional<double> baseline;
  double least = -HUGE_VAL;  ///< of the gain or the ratio
  double greatest = HUGE_VAL;
  std::variant<PairedPasses, PairedGains, PairedRatio, Apart> data;
};

/// A run of the baseline that has the metric.
struct BaselineSide {
  const BaselineRun* run = nullptr;
  MetricReader reader;
};

/// What of a metric is compared.
struct Comparison {
  const SuiteView& view;
  const std::vector<std::uint32_t>& cases;  ///< of the candidate, each with a partner in one of `runs`
  const std::vector<BaselineSide>& runs;
  const Metric& metric;
  const MetricReader& reader;  ///< of the candidate
  double ceiling = 0;          ///< the greatest value seen on either side
};

/// For a margin or an improvement.
[[nodiscard]] Compared difference_of(const Comparison& comparison);
/// For a greatest increase.
[[nodiscard]] Compared ratio_of(const Comparison& comparison);

/// The least variance of one case's difference that each bound believes, of shares; and of a ratio the increase that is
/// claimed, which gives its own.
struct Floors {
  double low = 0;
  double high = 0;
  double increase = 0;
};

/// One-sided 1−alpha bounds: of the gain (more is better), or of the ratio candidate / baseline (less is better).
[[nodiscard]] double lower_bound(const Compared& compared, double alpha, const Floors& floors);
[[nodiscard]] double upper_bound(const Compared& compared, double alpha, const Floors& floors);
/// One-sided p-values against "it is at least (at most) `bound`".
[[nodiscard]] double p_at_least(const Compared& compared, double bound, const Floors& floors);
[[nodiscard]] double p_at_most(const Compared& compared, double bound, const Floors& floors);

/// The standard error of the gain under `floor`; nothing where none is defined.
[[nodiscard]] std::optional<double> standard_error(const Compared& compared, double floor);

/// `tango`, `t-paired`, `fieller`, `bonferroni`; with `-clustered`.
[[nodiscard]] std::string method_name(const Compared& compared);

}  // namespace assay::gate
