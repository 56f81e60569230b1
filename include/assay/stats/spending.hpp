#pragma once
/// Group-sequential boundaries by alpha spending: how strict each planned look must be. Pure and deterministic.

#include <optional>
#include <span>
#include <vector>

namespace assay::stats {

/// How fast alpha is spent over the information fraction t, 0…1 (Lan–DeMets forms, one-sided):
/// obrien_fleming 2 − 2Φ(z_{1−alpha/2} / √t): little early, the last look nearly as a fixed test;
/// pocock alpha·ln(1 + (e−1)·t): about the same at each look.
enum class Spending { obrien_fleming, pocock };

/// The alpha spent up to fraction t; 0 at t ≤ 0 and alpha from t = 1 on.
[[nodiscard]] double alpha_spent(Spending spending, double fraction, double alpha);

/// The z-value for each look at which a one-sided claim is decided, so that the chance of any wrong one is `alpha`:
/// P(cross at look k, not before) = alpha_spent(t_k) − alpha_spent(t_{k−1}), by numerical integration of the process
/// with independent increments, to about 1e-5. +∞ where a look has less than 1e-14 to spend. `fractions` are the shares
/// of the planned information (cases; variance for repeats), ascending, 0 < t ≤ 1, steps of at least 0.005, at most
/// 200; otherwise nothing. Valid for statistics that are nearly normal with independent increments, and looks fixed by
/// information, never by results. Source: Lan and DeMets 1983, doi:10.1093/biomet/70.3.659; Armitage, McPherson and
/// Rowe 1969, doi:10.2307/2343787; R `gsDesign`, `ldbounds`.
[[nodiscard]] std::optional<std::vector<double>> spending_bounds(Spending spending, std::span<const double> fractions,
                                                                 double alpha);

/// The same for any plan of spending: `spent[k]` is the alpha that is spent up to look k, ascending, 0 < the last <
/// 0.5. For one plan inside another: looks at cases in the first step of rounds of repeats. The same rules for
/// `fractions`; nothing where the lengths differ.
[[nodiscard]] std::optional<std::vector<double>> bounds_of_spent(std::span<const double> fractions,
                                                                 std::span<const double> spent);

/// The chance of crossing first at each look where the final z has mean `drift` (0: the hypothesis; z_{1−alpha} +
/// z_power: what a fixed test would show with that power). The sum is the power. `bounds` may hold +∞. The same rules
/// for `fractions`; nothing where the lengths differ.
[[nodiscard]] std::optional<std::vector<double>> crossing_chances(std::span<const double> fractions,
                                                                  std::span<const double> bounds, double drift);

}  // namespace assay::stats
