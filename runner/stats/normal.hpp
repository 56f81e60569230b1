#pragma once
/// The standard normal distribution, with its limits.

namespace assay::stats {

/// The p-quantile; −∞ at 0 or below, +∞ at 1 or above.
[[nodiscard]] double normal_quantile(double p);

[[nodiscard]] double normal_cdf(double z);

}  // namespace assay::stats
