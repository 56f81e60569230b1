#pragma once
/// A ratio of two means over the same cases, such as cost per pass. Pure and deterministic.

#include <assay/stats/proportion.hpp>

#include <cstdint>
#include <span>

namespace assay::stats {

/// The moments of two paired means. Covariances are those of the means, not of the values.
struct PairedMeans {
  double numerator = 0;
  double denominator = 0;
  double var_numerator = 0;
  double var_denominator = 0;
  double covariance = 0;
  double dof = 0;  ///< 0: one pair or one cluster
};

/// `clusters` is empty (every pair is a draw of its own) or labels each pair; then CR1 moments with G−1 degrees of
/// freedom, as in `clustered_mean`.
[[nodiscard]] PairedMeans paired_means(std::span<const double> numerator, std::span<const double> denominator,
                                       std::span<const std::uint32_t> clusters);

/// Fieller's bounds, each one-sided 1−alpha: the R at which the t test of mean(a − R·b) = 0 is just not rejected, roots
/// of (b² − t²v_b)R² − 2(ab − t²c)R + (a² − t²v_a) = 0. Unlike the delta method it holds when the denominator is
/// uncertain; where the denominator cannot be told from 0 the bounds are −∞ and +∞. For a denominator that is not
/// negative. Source: Fieller 1954, doi:10.1111/j.2517-6161.1954.tb00159.x; Franz 2007, arXiv:0710.2024.
[[nodiscard]] Interval fieller(const PairedMeans& means, double alpha);

/// One-sided p-values of the test that the bounds invert, against "the ratio is at most (at least) `bound`". 1 without
/// degrees of freedom.
[[nodiscard]] double fieller_p_at_most(const PairedMeans& means, double bound);
[[nodiscard]] double fieller_p_at_least(const PairedMeans& means, double bound);

}  // namespace assay::stats
