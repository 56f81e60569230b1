#include "runner/stats/clusters.hpp"
#include "runner/stats/students_t.hpp"

#include <assay/stats/delta.hpp>

#include <algorithm>
#include <cmath>

namespace assay::stats {

namespace {

double floored_error(const DeltaEstimate& estimate, double floor) {
  const double square = estimate.mean.standard_error * estimate.mean.standard_error;
  return std::sqrt(std::max(square, floor / estimate.n));
}

/// The distance x at which Johnson's t turns down; +∞ where it never does.
double turning_point(double cumulant, double error) {
  return cumulant < 0 ? -1.5 * std::pow(error, 4) / cumulant : HUGE_VAL;
}

/// Johnson's numerator, held at its greatest value beyond the turning point.
double skewed_distance(double x, double cumulant, double error) {
  const double held = std::min(x, turning_point(cumulant, error));
  const double square = error * error;
  return held + cumulant / (6 * square) + cumulant * held * held / (3 * square * square);
}

/// The x at which the skewed distance is `wanted`; +∞ where it never is. For cumulant < 0.
double skewed_root(double wanted, double cumulant, double error) {
  const double square = error * error;
  const double a = cumulant / (3 * square * square);
  const double c = cumulant / (6 * square) - wanted;
  const double root = 1 - 4 * a * c;
  if (root < 0) return HUGE_VAL;
  return -2 * c / (1 + std::sqrt(root));
}

}  // namespace

DeltaEstimate delta_estimate(std::span<const double> deltas, std::span<const std::uint32_t> clusters) {
  DeltaEstimate estimate;
  estimate.n = static_cast<double>(deltas.size());
  estimate.mean = clusters.empty() ? mean_estimate(deltas) : clustered_mean(deltas, clusters);
  const double cube_n = estimate.n * estimate.n * estimate.n;
  if (clusters.empty()) {
    for (const double delta : deltas) estimate.third_cumulant += std::pow(delta - estimate.mean.mean, 3) / cube_n;
    return estimate;
  }
  for (const double sum : residual_sums(deltas, estimate.mean.mean, dense_clusters(clusters))) {
    estimate.third_cumulant += std::pow(sum, 3) / cube_n;
  }
  return estimate;
}

double margin_floor(double margin) {
  return margin > 0 && margin < 1 ? margin * (1 - margin) : 0;
}

double harm_floor(double margin) {
  return margin_floor(margin) / 4;
}

double delta_p_at_least(const DeltaEstimate& estimate, double bound, double floor) {
  if (estimate.mean.dof <= 0) return 1;
  const double error = floored_error(estimate, floor);
  const double x = estimate.mean.mean - bound;
  double distance = x;
  // Where it is negative the adjustment has no say: there the claim fails anyway.
  if (error > 0 && x > 0) distance = std::min(x, skewed_distance(x, estimate.third_cumulant, error));
  return t_cdf(-distance, error, estimate.mean.dof);
}

double delta_p_at_most(const DeltaEstimate& estimate, double bound, double floor) {
  if (estimate.mean.dof <= 0) return 1;
  return t_cdf(estimate.mean.mean - bound, floored_error(estimate, floor), estimate.mean.dof);
}

double delta_lower(const DeltaEstimate& estimate, double alpha, double floor) {
  if (estimate.mean.dof <= 0) return -HUGE_VAL;
  const double error = floored_error(estimate, floor);
  double distance = t_quantile(1 - alpha, estimate.mean.dof) * error;
  if (error > 0 && estimate.third_cumulant < 0) {
    distance = std::max(distance, skewed_root(distance, estimate.third_cumulant, error));
  }
  return estimate.mean.mean - distance;
}

double delta_upper(const DeltaEstimate& estimate, double alpha, double floor) {
  if (estimate.mean.dof <= 0) return HUGE_VAL;
  return estimate.mean.mean + t_quantile(1 - alpha, estimate.mean.dof) * floored_error(estimate, floor);
}

}  // namespace assay::stats
