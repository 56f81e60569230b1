#pragma once
/// Several tests at once. Pure and deterministic.

#include <span>
#include <vector>

namespace assay::stats {

/// Holm's adjusted p-values, in the order given: with p sorted ascending the running maximum of (m−k+1)·p_(k), at most
/// 1. Rejecting where the adjusted p ≤ alpha keeps the chance of any false rejection at alpha, whatever the dependence.
/// Source: Holm 1979, jstor:4615733; R `p.adjust(method = "holm")`.
[[nodiscard]] std::vector<double> holm(std::span<const double> p_values);

}  // namespace assay::stats
