#pragma once
/// Means of case values, with or without clusters. Pure and deterministic: sums run in the order given.

#include <cstdint>
#include <span>

namespace assay::stats {

/// A mean and how well it is known. `dof` 0: one value or one cluster, so nothing is known about the spread.
struct MeanEstimate {
  double mean = 0;
  double standard_error = 0;
  double dof = 0;
};

/// SE = √(Σ(x−x̄)² / (n−1) / n), n−1 degrees of freedom. For values that are independent draws. The t interval is exact
/// for normal values and good from about 30 otherwise; with all values equal the SE is 0, so guard 0…1 metrics.
/// Source: Student 1908, doi:10.1093/biomet/6.1.1. Empty input: all zero.
[[nodiscard]] MeanEstimate mean_estimate(std::span<const double> values);

/// The mean over all values with the CR1 cluster-robust SE √(G/(G−1)) · √(Σ_g (Σ_{i∈g} (x_i−x̄))²) / n and G−1 degrees
/// of freedom. `clusters[i]` is any label of value i's cluster. For clusters that are independent draws; too narrow
/// with fewer than about 10. Equals `mean_estimate` where every cluster has one value. Source: Cameron and Miller 2015,
/// doi:10.3368/jhr.50.2.317; Miller 2024, arXiv:2411.00640 (CR0 form).
[[nodiscard]] MeanEstimate clustered_mean(std::span<const double> values, std::span<const std::uint32_t> clusters);

/// The same mean with the CR2 standard error, √(Σ_g (Σ_{i∈g} (x_i−x̄))² / (1−n_g/n)) / n, which is unbiased for equally
/// spread values, and Bell and McCaffrey's degrees of freedom, 1/(Σp_g² + Σ_{g≠h} p_g²p_h²/((1−p_g)(1−p_h))) with
/// p_g = n_g/n. For few clusters or clusters of very different size; with equal ones it is `clustered_mean`.
/// Source: Bell and McCaffrey 2002, Survey Methodology 28(2), 169; Imbens and Kolesár 2016, doi:10.1162/REST_a_00552.
[[nodiscard]] MeanEstimate clustered_mean_cr2(std::span<const double> values, std::span<const std::uint32_t> clusters);

/// The number of different labels.
[[nodiscard]] std::size_t count_clusters(std::span<const std::uint32_t> clusters);

/// One-sided 1−alpha bounds: mean ∓ t_{dof,1−alpha} · SE; −∞ and +∞ without degrees of freedom.
[[nodiscard]] double t_lower(const MeanEstimate& estimate, double alpha);
[[nodiscard]] double t_upper(const MeanEstimate& estimate, double alpha);

/// One-sided p-values of the t test against "the true mean is at least (at most) `bound`": at most alpha exactly where
/// the bound of that side reaches it. 1 without degrees of freedom.
[[nodiscard]] double t_p_at_least(const MeanEstimate& estimate, double bound);
[[nodiscard]] double t_p_at_most(const MeanEstimate& estimate, double bound);

}  // namespace assay::stats
