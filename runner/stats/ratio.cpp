#include "runner/stats/clusters.hpp"
#include "runner/stats/students_t.hpp"

#include <assay/stats/means.hpp>
#include <assay/stats/ratio.hpp>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

namespace assay::stats {

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// The mean of numerator − bound · denominator.
MeanEstimate difference_at(const PairedMeans& means, double bound) {
  const double variance = means.var_numerator - 2 * bound * means.covariance + bound * bound * means.var_denominator;
  return {means.numerator - bound * means.denominator, std::sqrt(std::max(variance, 0.0)), means.dof};
}

}  // namespace

PairedMeans paired_means(std::span<const double> numerator, std::span<const double> denominator,
                         std::span<const std::uint32_t> clusters) {
  if (numerator.empty()) return {};
  std::vector<std::uint32_t> own;
  if (clusters.empty()) {
    own.resize(numerator.size());
    std::iota(own.begin(), own.end(), 0u);
    clusters = own;
  }
  const auto dense = dense_clusters(clusters);
  const auto n = static_cast<double>(numerator.size());
  const auto groups = static_cast<double>(dense.count);
  PairedMeans means;
  means.numerator = std::accumulate(numerator.begin(), numerator.end(), 0.0) / n;
  means.denominator = std::accumulate(denominator.begin(), denominator.end(), 0.0) / n;
  means.dof = groups - 1;
  if (dense.count < 2) return means;
  const auto a = residual_sums(numerator, means.numerator, dense);
  const auto b = residual_sums(denominator, means.denominator, dense);
  const double scale = groups / (groups - 1) / (n * n);
  means.var_numerator = scale * std::inner_product(a.begin(), a.end(), a.begin(), 0.0);
  means.var_denominator = scale * std::inner_product(b.begin(), b.end(), b.begin(), 0.0);
  means.covariance = scale * std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
  return means;
}

Interval fieller(const PairedMeans& means, double alpha) {
  if (means.dof <= 0) return {-kInfinity, kInfinity};
  const double t = t_quantile(1 - alpha, means.dof);
  const double a = means.denominator * means.denominator - t * t * means.var_denominator;
  if (!(a > 0)) return {-kInfinity, kInfinity};
  const double b = means.numerator * means.denominator - t * t * means.covariance;
  const double c = means.numerator * means.numerator - t * t * means.var_numerator;
  const double root = std::sqrt(std::max(b * b - a * c, 0.0));
  return {(b - root) / a, (b + root) / a};
}

double fieller_p_at_most(const PairedMeans& means, double bound) {
  return t_p_at_most(difference_at(means, bound), 0);
}

double fieller_p_at_least(const PairedMeans& means, double bound) {
  return t_p_at_least(difference_at(means, bound), 0);
}

}  // namespace assay::stats
