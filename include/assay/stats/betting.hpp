#pragma once
/// Evidence by betting: valid at every look, however often and whenever one stops. Pure and deterministic.
///
/// An e-process is the wealth of a gambler who bets against a hypothesis; under it the chance of ever reaching 1/alpha
/// is at most alpha (Ville). Values lie in 0…1: a difference d of such values enters as (d + 1) / 2, a canary's score
/// against the stable one's as such a difference of pairs. Source: Waudby-Smith and Ramdas 2024,
/// doi:10.1093/jrsssb/qkad009.

#include <assay/stats/proportion.hpp>

#include <cstdint>
#include <optional>
#include <span>

namespace assay::stats {

/// Evidence that the mean is above `null_mean`, value by value: wealth × (1 + λ(x − null_mean)) with the bet (aGRAPA)
/// λ = (μ̂−m)/(σ̂² + (μ̂−m)²) from the values before, within 0 and cap/m. For values with a common conditional mean.
/// Non-inferiority with a margin on differences: x = (d + 1)/2, null_mean (1 − margin)/2.
struct MeanEvidence {
  double null_mean = 0.5;   ///< 0 < m < 1; outside, the wealth stays 1
  double cap = 0.5;         ///< 0 < cap < 1: the share of the wealth at risk
  double prior_mean = 0.5;  ///< counts as one value, as from history
  double prior_variance = 0.25;
  double n = 0;
  double sum = 0;
  double squares = 0;  ///< Σ(x_i − μ̂_i)²
  double log_wealth = 0;
  double log_most = 0;  ///< the most there was, at least 0: the p-value is exp(−log_most)
};

/// Adds one value; one outside 0…1, or not a number, is taken as the nearer (or 0): against the claim.
void observe(MeanEvidence& evidence, double value);

/// min(1, 1/most wealth): valid at any time.
[[nodiscard]] double anytime_p(const MeanEvidence& evidence);

/// log K⁺ (bets that the mean is above m) and log K⁻ (below) after all values, bets λ_t = √(2 ln(1/alpha) / (σ̂²_{t−1} t
/// ln(1+t))), at most cap/m and cap/(1−m). The `most_` ones are maxima over time. ±∞ where m is proved impossible.
struct Capital {
  double log_up = 0;
  double log_down = 0;
  double most_up = 0;
  double most_down = 0;
};
[[nodiscard]] Capital betting_capital(std::span<const double> values, double mean, double alpha, double cap = 0.5,
                                      std::uint64_t population = 0);

/// Bounds of the mean, each one-sided 1−alpha and valid at all times at once: the m at which the most of K⁺ (K⁻) is
/// 1/alpha, to 1e-9. `population` N > 0: the values are a random part, without replacement, of N, and the bounds are of
/// the mean over those N ("what the whole suite would show"), with m_t = (Nm − Σx)/(N − t + 1). Without values 0 and 1.
/// Nothing where a value is outside 0…1 or there are more than N. Order matters: give the values as they were drawn.
[[nodiscard]] std::optional<Interval> betting_bounds(std::span<const double> values, double alpha, double cap = 0.5,
                                                     std::uint64_t population = 0);

}  // namespace assay::stats
