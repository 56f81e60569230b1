#pragma once
/// How two measurements of the same things go together. Pure and deterministic.

#include <optional>
#include <span>

namespace assay::stats {

/// Spearman's ρ: Pearson's correlation of the ranks, ties at the mean of theirs; −1…1, 0 is no monotone relation.
/// `first[i]` and `second[i]` belong together and are finite. Nothing for fewer than three pairs, different sizes, or
/// where all of one side are equal. Work: two sorts. Source: Spearman 1904, doi:10.2307/1412159; R
/// `cor(method = "spearman")`.
[[nodiscard]] std::optional<double> spearman(std::span<const double> first, std::span<const double> second);

}  // namespace assay::stats
