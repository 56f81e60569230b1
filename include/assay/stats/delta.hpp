#pragma once
/// Means of paired differences (candidate − baseline, case by case) against a margin. Pure and deterministic.
///
/// For cases with several samples, a baseline that is a mean of runs, scores, costs, or clusters. One sample of pass or
/// fail on each side has a better test in paired_binary.hpp.

#include <assay/stats/means.hpp>

#include <cstdint>
#include <span>

namespace assay::stats {

/// The mean difference, its spread and its skew.
struct DeltaEstimate {
  MeanEstimate mean;
  double third_cumulant = 0;  ///< of the mean: Σ_g (Σ_{i∈g} (d_i−d̄))³ / n³, a cluster being one case without clusters
  double n = 0;               ///< cases
};

/// `clusters` is empty or labels each difference; then the CR1 standard error with G−1 degrees of freedom. Empty input:
/// all zero.
[[nodiscard]] DeltaEstimate delta_estimate(std::span<const double> deltas, std::span<const std::uint32_t> clusters);

/// The least variance a difference of 0…1 values is believed to have, so that a quiet suite proves nothing by being
/// quiet. For the claim "not worse than −margin": margin·(1−margin), the variance of the quietest suite that is at the
/// margin (margin·n cases lost, none gained). For "worse": a quarter of it. 0 for a margin outside 0…1. Other units
/// have no floor: pass 0.
[[nodiscard]] double margin_floor(double margin);
[[nodiscard]] double harm_floor(double margin);

/// One-sided p-value against "the true mean difference is at least `bound`": of the smaller of Student's t and
/// Johnson's skew-adjusted t, (x + κ/6s² + κx²/3s⁴) / s with x = d̄ − bound, κ the third cumulant and s the standard
/// error of the mean, s² no less than floor/n. Where regressions are rare and large the plain t is too sure. For κ < 0
/// the adjusted t turns down at x = −3s⁴/2κ; beyond, it keeps its greatest value, so that p falls with `bound`.
/// Approximate: one run against one, it passes a true −0.05 at most 6.1 % of the time at n = 100, 5.7 % at 200. 1
/// without degrees of freedom. Source: Johnson 1978, doi:10.1080/01621459.1978.10480051.
[[nodiscard]] double delta_p_at_least(const DeltaEstimate& estimate, double bound, double floor);

/// Against "the true mean difference is at most `bound`": Student's t with the floor, without an adjustment for skew.
[[nodiscard]] double delta_p_at_most(const DeltaEstimate& estimate, double bound, double floor);

/// The bounds at which these are alpha: the lower one −∞ where the skew leaves none, both infinite without degrees of
/// freedom. 0 < alpha < 0.5.
[[nodiscard]] double delta_lower(const DeltaEstimate& estimate, double alpha, double floor);
[[nodiscard]] double delta_upper(const DeltaEstimate& estimate, double alpha, double floor);

}  // namespace assay::stats
