#include "runner/stats/clusters.hpp"
#include "runner/stats/students_t.hpp"

#include <assay/stats/means.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

namespace assay::stats {

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

bool all_equal(std::span<const double> values) {
  for (const double value : values) {
    if (value != values.front()) return false;
  }
  return true;
}

/// A sum of equal values can be off by an ulp; then the mean is that value and the spread none.
double mean_of(std::span<const double> values) {
  if (all_equal(values)) return values.front();
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

}  // namespace

MeanEstimate mean_estimate(std::span<const double> values) {
  if (values.empty()) return {};
  const auto n = static_cast<double>(values.size());
  MeanEstimate estimate{mean_of(values), 0, n - 1};
  if (values.size() < 2) return estimate;
  double squares = 0;
  for (const double value : values) squares += (value - estimate.mean) * (value - estimate.mean);
  estimate.standard_error = std::sqrt(squares / (n - 1) / n);
  return estimate;
}

MeanEstimate clustered_mean(std::span<const double> values, std::span<const std::uint32_t> clusters) {
  if (values.empty()) return {};
  const auto dense = dense_clusters(clusters);
  const auto groups = static_cast<double>(dense.count);
  MeanEstimate estimate{mean_of(values), 0, groups - 1};
  if (dense.count < 2) return estimate;
  double squares = 0;
  for (const double sum : residual_sums(values, estimate.mean, dense)) squares += sum * sum;
  estimate.standard_error = std::sqrt(groups / (groups - 1) * squares) / static_cast<double>(values.size());
  return estimate;
}

MeanEstimate clustered_mean_cr2(std::span<const double> values, std::span<const std::uint32_t> clusters) {
  if (values.empty()) return {};
  const auto dense = dense_clusters(clusters);
  MeanEstimate estimate{mean_of(values), 0, 0};
  if (dense.count < 2) return estimate;
  std::vector<double> share(dense.count, 0.0);
  for (const auto cluster : dense.index) share[cluster] += 1 / static_cast<double>(values.size());
  const auto sums = residual_sums(values, estimate.mean, dense);
  double squares = 0;
  double pairs = 0;  // Σ_{g≠h} x_g x_h = (Σ x)² − Σ x², x = p²/(1−p)
  double ratios = 0;
  double diagonal = 0;
  for (std::size_t g = 0; g < dense.count; ++g) {
    const double rest = 1 - share[g];
    squares += sums[g] * sums[g] / rest;
    diagonal += share[g] * share[g];
    const double ratio = share[g] * share[g] / rest;
    ratios += ratio;
    pairs -= ratio * ratio;
  }
  pairs += ratios * ratios;
  estimate.standard_error = std::sqrt(squares) / static_cast<double>(values.size());
  estimate.dof = 1 / (diagonal + std::max(pairs, 0.0));
  return estimate;
}

std::size_t count_clusters(std::span<const std::uint32_t> clusters) {
  return dense_clusters(clusters).count;
}

double t_lower(const MeanEstimate& estimate, double alpha) {
  if (estimate.dof <= 0) return -kInfinity;
  return estimate.mean - t_quantile(1 - alpha, estimate.dof) * estimate.standard_error;
}

double t_upper(const MeanEstimate& estimate, double alpha) {
  if (estimate.dof <= 0) return kInfinity;
  return estimate.mean + t_quantile(1 - alpha, estimate.dof) * estimate.standard_error;
}

double t_p_at_least(const MeanEstimate& estimate, double bound) {
  if (estimate.dof <= 0) return 1;
  return t_cdf(bound - estimate.mean, estimate.standard_error, estimate.dof);
}

double t_p_at_most(const MeanEstimate& estimate, double bound) {
  if (estimate.dof <= 0) return 1;
  return t_cdf(estimate.mean - bound, estimate.standard_error, estimate.dof);
}

}  // namespace assay::stats
