#include "runner/stats/clusters.hpp"

#include <algorithm>

namespace assay::stats {

DenseClusters dense_clusters(std::span<const std::uint32_t> labels) {
  std::vector<std::uint32_t> distinct(labels.begin(), labels.end());
  std::sort(distinct.begin(), distinct.end());
  distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
  DenseClusters dense;
  dense.count = distinct.size();
  dense.index.reserve(labels.size());
  for (const auto label : labels) {
    const auto found = std::lower_bound(distinct.begin(), distinct.end(), label);
    dense.index.push_back(static_cast<std::uint32_t>(found - distinct.begin()));
  }
  return dense;
}

std::vector<double> residual_sums(std::span<const double> values, double mean, const DenseClusters& clusters) {
  std::vector<double> sums(clusters.count, 0.0);
  for (std::size_t i = 0; i < values.size(); ++i) sums[clusters.index[i]] += values[i] - mean;
  return sums;
}

}  // namespace assay::stats
