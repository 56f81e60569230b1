#pragma once
/// Sums of residuals by cluster, shared by means and ratios.

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace assay::stats {

/// Labels made dense, 0…count−1, in ascending order of the label.
struct DenseClusters {
  std::vector<std::uint32_t> index;
  std::size_t count = 0;
};

[[nodiscard]] DenseClusters dense_clusters(std::span<const std::uint32_t> labels);

/// Σ of (values[i] − mean) for each cluster.
[[nodiscard]] std::vector<double> residual_sums(std::span<const double> values, double mean,
                                                const DenseClusters& clusters);

}  // namespace assay::stats
