#pragma once
/// Prediction-powered inference: a mean from few labels and many judgements. Pure and deterministic.

#include <assay/stats/proportion.hpp>

#include <optional>
#include <span>

namespace assay::stats {

struct PpiEstimate {
  double mean = 0;
  double standard_error = 0;
  double lambda = 0;  ///< the weight of the judge: 0 the labels alone, 1 plain PPI
};

/// θ = λ·mean(f̃) + mean(y − λf) with SE² = λ²s²_f̃/N + s²_{y−λf}/n. `labels` y and `judged` f are the same n answers,
/// `unlabelled` f̃ the judge on N others from the same population. Without `lambda` it is Cov(y, f) / ((1 + n/N) Var f),
/// the variance over all n + N judgements, within 0 and 1; for large n that is never worse than the labels alone
/// (PPI++). 0 where the judge is constant. Bounds: mean ∓ z·SE, from about n = 50. Nothing unless n ≥ 2, N ≥ 2 and
/// labels and judged are of one length. Source: Angelopoulos et al. 2023, doi:10.1126/science.adi6000; Angelopoulos,
/// Duchi and Zrnic 2023, arXiv:2311.01453.
[[nodiscard]] std::optional<PpiEstimate> ppi(std::span<const double> labels, std::span<const double> judged,
                                             std::span<const double> unlabelled,
                                             std::optional<double> lambda = std::nullopt);

/// Of a share: mean ∓ z·SE, clipped to 0…1; each end one-sided 1−alpha.
[[nodiscard]] Interval ppi_interval(const PpiEstimate& estimate, double alpha);

}  // namespace assay::stats
