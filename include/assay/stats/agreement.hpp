#pragma once
/// Agreement between raters, beyond chance. Pure and deterministic.
///
/// All of these fall with the imbalance of the classes, whatever the raters do: show the rates of error beside them.

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace assay::stats {

/// What a disagreement by i−j classes of k costs: all the same; |i−j|/(k−1); its square.
enum class KappaWeights { nominal, linear, quadratic };

struct Kappa {
  double kappa = 0;
  double observed = 0;        ///< (weighted) agreement seen
  double expected = 0;        ///< by chance, from the margins
  double standard_error = 0;  ///< large-sample, of Fleiss, Cohen and Everitt
};

/// Cohen's (weighted) κ = (p_o − p_e) / (1 − p_e) of two raters; `table` is row-major, k × k counts, row the first
/// rater's class. Nothing unless k ≥ 2, the size is k², counts are not negative and not all zero, and p_e < 1 (one
/// class only). Source: Cohen 1960, doi:10.1177/001316446002000104, and 1968, doi:10.1037/h0026256; Fleiss, Cohen and
/// Everitt 1969, doi:10.1037/h0028106.
[[nodiscard]] std::optional<Kappa> cohen_kappa(std::span<const double> table, std::size_t k,
                                               KappaWeights weights = KappaWeights::nominal);

/// Nominal: equal or not; ordinal: distance in mid-ranks; interval: difference.
enum class AlphaLevel { nominal, ordinal, interval };

/// Krippendorff's α = 1 − D_o/D_e for any number of raters with gaps: `units` holds each unit's ratings, in any order;
/// those with fewer than two count for nothing. 1 is full agreement, 0 chance, below it worse. Nothing where nothing
/// can be paired or all values are the same, as then agreement cannot be told from chance.
/// Source: Krippendorff 2011, repository.upenn.edu/asc_papers/43; 2018, ISBN 978-1506395661.
[[nodiscard]] std::optional<double> krippendorff_alpha(std::span<const std::vector<double>> units, AlphaLevel level);

}  // namespace assay::stats
