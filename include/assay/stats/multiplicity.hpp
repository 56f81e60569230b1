#pragma once
/// Several tests at once. Pure and deterministic.

#include <span>
#include <vector>

namespace assay::stats {

/// Holm's adjusted p-values, in the order given: with p sorted ascending the running maximum of (m−k+1)·p_(k), at most
/// 1. Rejecting where the adjusted p ≤ alpha keeps the chance of any false rejection at alpha, whatever the dependence.
/// Source: Holm 1979, jstor:4615733; R `p.adjust(method = "holm")`.
[[nodiscard]] std::vector<double> holm(std::span<const double> p_values);

/// Benjamini and Hochberg's adjusted p-values, in the order given: from the greatest down the running minimum of
/// m·p_(k)/k, at most 1. Rejecting where the adjusted p ≤ q keeps the expected share of false ones among the rejected
/// at q, for tests that are independent or positively dependent. For lists to look at, not for gates. Source: Benjamini
/// and Hochberg 1995, doi:10.1111/j.2517-6161.1995.tb02031.x; R `p.adjust(method = "BH")`.
[[nodiscard]] std::vector<double> benjamini_hochberg(std::span<const double> p_values);

}  // namespace assay::stats
