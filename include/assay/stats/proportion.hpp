#pragma once
/// One proportion: bounds, tests and sample sizes. Pure and deterministic.
///
/// Counts may be fractional (a mean over samples times the number of cases). Bounds are one-sided: each misses the true
/// rate with probability `alpha`, 0 < alpha < 0.5. With n = 0 nothing is known: the bounds are 0 and 1.

#include <cstdint>

namespace assay::stats {

struct Interval {
  double low = 0;
  double high = 1;
};

/// Wilson's score bound, the inversion of the score test: (p̂ + z²/2n − z·√(p̂(1−p̂)/n + z²/4n²)) / (1 + z²/n) with
/// z = Φ⁻¹(1−alpha). Close to the nominal level from about n = 10; not guaranteed.
/// Source: Wilson 1927, doi:10.1080/01621459.1927.10502953; Brown, Cai and DasGupta 2001, doi:10.1214/ss/1009213286.
[[nodiscard]] double wilson_lower(double passes, double n, double alpha);
[[nodiscard]] double wilson_upper(double passes, double n, double alpha);
/// Two-sided: alpha/2 on each side.
[[nodiscard]] Interval wilson(double passes, double n, double alpha);

/// Clopper–Pearson: Beta⁻¹(alpha; k, n−k+1) and Beta⁻¹(1−alpha; k+1, n−k). Never misses more often than alpha, at the
/// price of width. Source: Clopper and Pearson 1934, doi:10.1093/biomet/26.4.404.
[[nodiscard]] double clopper_pearson_lower(double passes, double n, double alpha);
[[nodiscard]] double clopper_pearson_upper(double passes, double n, double alpha);
[[nodiscard]] Interval clopper_pearson(double passes, double n, double alpha);

/// Jeffreys: Beta⁻¹(alpha; k+½, n−k+½), the posterior quantile under the prior Beta(½, ½), with the ends 0 at k = 0 and
/// 1 at k = n. Shorter than the others, right on average over rates and not at each of them: for a report, not a gate.
/// Source: Brown, Cai and DasGupta 2001, doi:10.1214/ss/1009213286.
[[nodiscard]] double jeffreys_lower(double passes, double n, double alpha);
[[nodiscard]] double jeffreys_upper(double passes, double n, double alpha);
[[nodiscard]] Interval jeffreys(double passes, double n, double alpha);

/// The highest rate of failure that n cases without one leave open: 1 − alpha^(1/n), Clopper–Pearson at k = 0.
[[nodiscard]] double zero_failure_upper(double n, double alpha);

/// The least n whose `zero_failure_upper` is at most `rate`: ln(alpha) / ln(1−rate). 0 < rate < 1.
[[nodiscard]] std::uint64_t zero_failure_n(double rate, double alpha);

/// One-sided p-value of the score test against the claim "the true rate is at least `bound`": small where the claim
/// holds; at most alpha exactly where `wilson_lower` reaches the bound. 1 with n = 0.
[[nodiscard]] double score_p_at_least(double passes, double n, double bound);
/// The same against "the true rate is at most `bound`".
[[nodiscard]] double score_p_at_most(double passes, double n, double bound);

/// P(Bin(n, rate) ≤ k): the exact p-value against "the rate of failure is at most `rate`" with k failures in n.
[[nodiscard]] double binomial_cdf(double k, double n, double rate);

/// The least n at which an observed `rate` has its Wilson bound on the far side of `bound`: z²·b(1−b)/(rate−b)², from
/// the score test. 0 if rate equals the bound, or the bound is 0 or 1 (no n would do).
[[nodiscard]] std::uint64_t score_n(double rate, double bound, double alpha);

/// The least n whose all-pass Wilson lower bound reaches `floor`: z²·f/(1−f), at least 1; 11 for 0.8 at alpha 0.05.
/// 0 for a floor of 1, which no n reaches.
[[nodiscard]] std::uint64_t all_pass_n(double floor, double alpha);

/// The least number of passes in n whose Wilson lower bound reaches `floor`; n + 1 if not even n do.
[[nodiscard]] std::uint64_t passes_needed(std::uint64_t n, double floor, double alpha);

/// The smallest true distance from a bound that a one-sided test at alpha shows with probability `power`:
/// (z_{1−alpha} + z_power) · standard error. Normal approximation; Miller 2024, arXiv:2411.00640.
[[nodiscard]] double detectable_difference(double standard_error, double alpha, double power = 0.8);

}  // namespace assay::stats
