#pragma once
/// Student's t, with the limits that a decision meets.

namespace assay::stats {

/// The p-quantile; `dof` > 0.
[[nodiscard]] double t_quantile(double p, double dof);

/// P(T ≤ distance / standard_error), where a standard error of 0 makes every distance certain: 1 at or above 0, else 0.
/// `dof` > 0.
[[nodiscard]] double t_cdf(double distance, double standard_error, double dof);

}  // namespace assay::stats
