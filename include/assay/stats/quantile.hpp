#pragma once
/// Quantiles and their bounds by order statistics: no assumption about the distribution. Pure and deterministic.

#include <cstdint>
#include <optional>
#include <span>

namespace assay::stats {

/// The sample quantile of type 7 (Hyndman and Fan 1996, doi:10.1080/00031305.1996.10473566), as R and NumPy have it by
/// default: linear between the order statistics around 1 + (n−1)·p. `sorted` is ascending and not empty; 0 ≤ p ≤ 1.
[[nodiscard]] double sample_quantile(std::span<const double> sorted, double p);

/// The rank (from 1) of the order statistic that is a one-sided 1−alpha upper bound of the p-quantile: the least u with
/// P(Bin(n, p) ≤ u−1) ≥ 1−alpha. Nothing where even the largest value is none. Valid for independent draws of any
/// distribution. Source: Conover, Practical Nonparametric Statistics, 3rd ed., 3.2; R `DescTools::QuantileCI`.
[[nodiscard]] std::optional<std::uint64_t> upper_rank(std::uint64_t n, double p, double alpha);

/// The rank of the lower bound: the greatest l with P(Bin(n, p) ≤ l−1) ≤ alpha. Nothing where even the smallest value
/// is none.
[[nodiscard]] std::optional<std::uint64_t> lower_rank(std::uint64_t n, double p, double alpha);

/// The least n that has an upper bound at all: ln(alpha) / ln(p). At alpha 0.05: p95 59, p99 299.
[[nodiscard]] std::uint64_t quantile_min_n(double p, double alpha);

}  // namespace assay::stats
