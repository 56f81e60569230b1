#pragma once
/// A canary beside the stable version: failures attributed to either, and thresholds from counts. Pure, deterministic.

#include <cstdint>
#include <optional>

namespace assay::stats {

/// What a batch of failures adds to the log evidence that the canary's failure rate is more than that of stable, by
/// betting on `ratio`. A failure falls on the canary with chance w, its share of the requests, if both are equal, and
/// w' = wR/(wR + 1−w) if it fails R times as often: c·ln(w'/w) + s·ln((1−w')/(1−w)) for c canary and s stable failures.
/// Sum over batches, abort at ln(1/alpha): a canary no worse than stable is ever aborted with chance ≤ alpha, however
/// the common failure rate drifts and however often one looks. Each batch may have its own share, fixed before it is
/// seen. For rare failures that come one by one; 0 < share < 1, ratio > 1, otherwise 0.
/// Source: Ville's inequality; Wald's likelihood ratio of a binomial split, see Shafer 2021, doi:10.1111/rssa.12647.
[[nodiscard]] double attribution_evidence(double canary_failures, double stable_failures, double share, double ratio);

/// The expected number of failures, of both, until that evidence reaches ln(1/alpha) where the ratio is the true one:
/// ln(1/alpha) / (w' ln(w'/w) + (1−w') ln((1−w')/(1−w))). Nothing for a share or ratio out of range.
[[nodiscard]] std::optional<double> attribution_failures(double share, double ratio, double alpha);

/// The least number of canary requests of which the failures expected at `rate`, rounded up, have a Clopper–Pearson
/// 1−alpha upper bound of at most `tolerated`: 294 for 0.02 and 0.04 at 0.05. Nothing unless 0 ≤ rate < tolerated < 1,
/// or above 10⁷.
[[nodiscard]] std::optional<std::uint64_t> promotion_requests(double rate, double tolerated, double alpha);

/// The least number of failures in n requests that is too many for `rate`: P(Bin(n, rate) ≥ k) ≤ alpha; n + 1 if not
/// even n are. A fixed threshold, to be looked at once.
[[nodiscard]] std::uint64_t abort_failures(std::uint64_t n, double rate, double alpha);

}  // namespace assay::stats
