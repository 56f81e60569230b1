#pragma once
/// Two independent samples by ranks, such as latencies of two runs. Pure and deterministic. Values are finite.

#include <assay/stats/proportion.hpp>

#include <optional>
#include <span>

namespace assay::stats {

struct MannWhitney {
  double u = 0;            ///< pairs in which the second sample's value is greater, ties half
  double superiority = 0;  ///< u / (n·m): the chance that a value of the second is greater
  double z = 0;            ///< tie-corrected, with continuity correction of ½; 0 where all values are equal
  double p_greater = 1;    ///< small where the second sample is greater
  double p_less = 1;       ///< small where it is smaller
  double p_two_sided = 1;
  bool exact = false;  ///< no ties and n·m ≤ 2,500: from the exact distribution of u, otherwise from z
};

/// The Mann–Whitney test, for independent draws. Nothing where a sample is empty. Work: a sort.
/// Source: Mann and Whitney 1947, doi:10.1214/aoms/1177730491; R `wilcox.test`.
[[nodiscard]] std::optional<MannWhitney> mann_whitney(std::span<const double> first, std::span<const double> second);

/// The Hodges–Lehmann shift and its one-sided 1−alpha bounds, −∞ or +∞ where there is none.
struct Shift {
  double estimate = 0;
  Interval interval;
};

/// The median of all differences second − first, with order statistics of them as bounds: the c-th smallest and
/// greatest, c the least with P(U ≤ c) > alpha (n·m ≤ 2,500; beyond, its normal approximation). Valid where the
/// distributions differ by a shift; ties make it conservative. Nothing where a sample is empty. No differences are
/// stored: work is about 100·(n+m) after a sort. Source: Hodges and Lehmann 1963, doi:10.1214/aoms/1177704172;
/// R `wilcox.test(conf.int = TRUE)`.
[[nodiscard]] std::optional<Shift> hodges_lehmann(std::span<const double> first, std::span<const double> second,
                                                  double alpha);

}  // namespace assay::stats
