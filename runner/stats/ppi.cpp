#include "runner/stats/normal.hpp"

#include <assay/stats/means.hpp>
#include <assay/stats/ppi.hpp>

#include <algorithm>
#include <cmath>
#include <vector>

namespace assay::stats {

namespace {

/// Cov(y, f) / ((1 + n/N) Var f), the variance over all judgements.
double best_weight(std::span<const double> labels, std::span<const double> judged, std::span<const double> unlabelled) {
  std::vector<double> all(judged.begin(), judged.end());
  all.insert(all.end(), unlabelled.begin(), unlabelled.end());
  const double error = mean_estimate(all).standard_error;
  const double variance = error * error * static_cast<double>(all.size());
  if (!(variance > 0)) return 0;
  const auto n = static_cast<double>(labels.size());
  const double label_mean = mean_estimate(labels).mean;
  const double judged_mean = mean_estimate(judged).mean;
  double covariance = 0;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    covariance += (labels[i] - label_mean) * (judged[i] - judged_mean) / (n - 1);
  }
  return std::clamp(covariance / ((1 + n / static_cast<double>(unlabelled.size())) * variance), 0.0, 1.0);
}

}  // namespace

std::optional<PpiEstimate> ppi(std::span<const double> labels, std::span<const double> judged,
                               std::span<const double> unlabelled, std::optional<double> lambda) {
  if (labels.size() < 2 || labels.size() != judged.size() || unlabelled.size() < 2) return std::nullopt;
  const auto imputed = mean_estimate(unlabelled);
  PpiEstimate estimate;
  estimate.lambda = lambda ? *lambda : best_weight(labels, judged, unlabelled);
  std::vector<double> rest;
  for (std::size_t i = 0; i < labels.size(); ++i) rest.push_back(labels[i] - estimate.lambda * judged[i]);
  const auto rectifier = mean_estimate(rest);
  estimate.mean = estimate.lambda * imputed.mean + rectifier.mean;
  estimate.standard_error = std::hypot(estimate.lambda * imputed.standard_error, rectifier.standard_error);
  return estimate;
}

Interval ppi_interval(const PpiEstimate& estimate, double alpha) {
  const double half = normal_quantile(1 - alpha) * estimate.standard_error;
  return {std::clamp(estimate.mean - half, 0.0, 1.0), std::clamp(estimate.mean + half, 0.0, 1.0)};
}

}  // namespace assay::stats
