#pragma once
/// Pass or fail of the same cases in two runs: tests and bounds of the difference. Pure and deterministic.
///
/// The difference is candidate − baseline, −1…1: (gained − lost) / n. Counts may be fractional. Bounds are one-sided:
/// each misses the true difference with probability about `alpha`, 0 < alpha < 0.5. With n = 0 they are −1 and 1.
/// For cases that are independent draws with one sample in each run; otherwise see delta.hpp.

namespace assay::stats {

struct PairedCounts {
  double both = 0;     ///< cases that pass in both runs
  double gained = 0;   ///< that pass in the candidate's only
  double lost = 0;     ///< that pass in the baseline's only
  double neither = 0;  ///< that pass in none
};

/// McNemar's exact two-sided p-value of "no difference": 2·P(Bin(gained+lost, ½) ≤ min), at most 1. Never rejects more
/// often than its level. 1 without discordance. Source: McNemar 1947, doi:10.1007/BF02295996; statsmodels `mcnemar`.
[[nodiscard]] double mcnemar_exact(const PairedCounts& counts);

/// The mid-p version, exact − P(X = min), 1 where gained = lost: nearer to its level, may exceed it slightly.
/// Source: Fagerland, Lydersen and Laake 2013, doi:10.1186/1471-2288-13-91.
[[nodiscard]] double mcnemar_mid_p(const PairedCounts& counts);

/// One-sided p-values against "the candidate is worse": P(Bin(gained+lost, ½) ≥ lost), small where it is; the mid-p one
/// takes half of P(X = lost).
[[nodiscard]] double mcnemar_loss_exact(const PairedCounts& counts);
[[nodiscard]] double mcnemar_loss_mid_p(const PairedCounts& counts);

/// Newcombe's method 10, square-and-add: D − √((p₁−l₁)² − 2φ(p₁−l₁)(u₂−p₂) + (u₂−p₂)²) from the Wilson bounds of both
/// pass rates and the continuity-corrected correlation φ. A closed form to check Tango's by; a little wide.
/// Source: Newcombe 1998, doi:10.1002/(SICI)1097-0258(19981130)17:22<2635::AID-SIM954>3.0.CO;2-C.
[[nodiscard]] double newcombe_lower(const PairedCounts& counts, double alpha);
[[nodiscard]] double newcombe_upper(const PairedCounts& counts, double alpha);

/// Tango's score statistic of "the true difference is `difference`" (−1…1): (gained − lost − nΔ) / √(n(2q + Δ(1−Δ)))
/// with q the maximum-likelihood share of lost cases under it. Above 0 where the observed difference is greater; ±∞
/// where the hypothesis leaves no room for the data; 0 with n = 0. Near its level from about n = 25, also without
/// any discordance: a true −0.05 passes at most 5.03 % of the time, any bound misses at most 6.5 %. Source: Tango 1998,
/// doi:10.1002/(SICI)1097-0258(19980430)17:8<891::AID-SIM780>3.0.CO;2-B.
[[nodiscard]] double tango_z(const PairedCounts& counts, double difference);

/// The bounds where that statistic is ±z_{1−alpha}, to 1e-12.
[[nodiscard]] double tango_lower(const PairedCounts& counts, double alpha);
[[nodiscard]] double tango_upper(const PairedCounts& counts, double alpha);

/// One-sided p-values against "the true difference is at least (at most) `bound`". At −margin, `tango_p_at_least` is
/// the non-inferiority test: at most alpha where `tango_lower` reaches −margin. 1 with n = 0.
[[nodiscard]] double tango_p_at_least(const PairedCounts& counts, double bound);
[[nodiscard]] double tango_p_at_most(const PairedCounts& counts, double bound);

}  // namespace assay::stats
