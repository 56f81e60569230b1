#pragma once
/// The bootstrap and the sign-flip test. Deterministic: exact where that is cheap, otherwise every draw is a pure
/// function of `key`, its number and its place.
///
/// Never gate on a bootstrap of fewer than about 50 cases or 10 clusters: it is too narrow, and knows nothing where all
/// values are equal. Bounds are one-sided 1−alpha each, 0 < alpha < 0.5.

#include <assay/stats/proportion.hpp>

#include <cstdint>
#include <optional>
#include <span>

namespace assay::stats {

/// Bounds from a bootstrap distribution.
struct Bootstrap {
  Interval percentile;
  Interval bca;             ///< bias-corrected and accelerated
  double bias = 0;          ///< z₀ = Φ⁻¹(share of replicates below the estimate, ties half)
  double acceleration = 0;  ///< a = Σ(θ̄−θ₍ᵢ₎)³ / 6(Σ(θ̄−θ₍ᵢ₎)²)^{3/2} over the jackknife
};

/// The bootstrap of a mean pass/fail difference without drawing: the replicates' distribution is a trinomial, summed
/// exactly. `gained` + `lost` ≤ n. Nothing without discordance or where n < 2. Work grows with gained + lost.
/// Source: Efron 1987, doi:10.1080/01621459.1987.10478410 (BCa).
[[nodiscard]] std::optional<Bootstrap> trinomial_bootstrap(std::uint64_t n, std::uint64_t gained, std::uint64_t lost,
                                                           double alpha);

/// BCa bounds of Σ numerator / Σ denominator, resampling whole clusters (`clusters` empty: single cases). With every
/// denominator 1 it is the bootstrap of a mean; with passes that of cost per pass, where a replicate without a pass is
/// +∞. Nothing with fewer than two clusters, where all replicates are equal, where leaving one cluster out leaves no
/// denominator, or without draws. Values are finite; work is draws × clusters. Source: Efron 1987; Davison and Hinkley
/// 1997, doi:10.1017/CBO9780511802843 (clusters).
[[nodiscard]] std::optional<Bootstrap> bootstrap_ratio(std::span<const double> numerator,
                                                       std::span<const double> denominator,
                                                       std::span<const std::uint32_t> clusters, double alpha,
                                                       std::uint32_t draws, std::uint64_t key);
[[nodiscard]] std::optional<Bootstrap> bootstrap_mean(std::span<const double> values,
                                                      std::span<const std::uint32_t> clusters, double alpha,
                                                      std::uint32_t draws, std::uint64_t key);

/// P-values of a sign-flip test.
struct SignFlip {
  double p_at_least = 1;  ///< small where the mean difference is above 0
  double p_at_most = 1;   ///< small where it is below
  bool exact = true;
};

/// The share of sign patterns whose sum is at least (at most) the one observed, for differences symmetric around 0
/// under the hypothesis; flips whole clusters (`clusters` empty: single cases). Exact with up to 30 that are not 0, by
/// sums of halves; otherwise (1 + hits) / (1 + draws), which keeps the level. With differences of −1, 0, 1 it is
/// McNemar's exact test. Source: Fisher 1935; Phipson and Smyth 2010, doi:10.2202/1544-6115.1585 (the added one).
[[nodiscard]] SignFlip sign_flip(std::span<const double> deltas, std::span<const std::uint32_t> clusters,
                                 std::uint32_t draws, std::uint64_t key);

}  // namespace assay::stats
