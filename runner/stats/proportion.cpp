#include "runner/stats/normal.hpp"

#include <assay/stats/proportion.hpp>

#include <boost/math/distributions/beta.hpp>

#include <algorithm>
#include <cmath>

namespace assay::stats {

namespace {

/// side −1: lower, +1: upper.
double wilson_bound(double passes, double n, double alpha, int side) {
  const double z = normal_quantile(1 - alpha);
  const double p = passes / n;
  const double centre = p + z * z / (2 * n);
  const double half = z * std::sqrt(p * (1 - p) / n + z * z / (4 * n * n));
  return std::clamp((centre + side * half) / (1 + z * z / n), 0.0, 1.0);
}

/// z of the score test: how many standard errors, under the bound, the rate lies above it.
double score_z(double passes, double n, double bound) {
  const double distance = passes / n - bound;
  const double se = std::sqrt(bound * (1 - bound) / n);
  if (se > 0) return distance / se;
  if (distance == 0) return 0;
  return std::copysign(HUGE_VAL, distance);
}

std::uint64_t ceil_n(double n) {
  // The closed forms are exact up to rounding: 59.0000000001 is 59.
  return static_cast<std::uint64_t>(std::max(1.0, std::ceil(n - 1e-9)));
}

}  // namespace

double wilson_lower(double passes, double n, double alpha) {
  if (n <= 0 || passes <= 0) return 0;
  return wilson_bound(std::min(passes, n), n, alpha, -1);
}

double wilson_upper(double passes, double n, double alpha) {
  if (n <= 0 || passes >= n) return 1;
  return wilson_bound(std::max(passes, 0.0), n, alpha, +1);
}

Interval wilson(double passes, double n, double alpha) {
  return {wilson_lower(passes, n, alpha / 2), wilson_upper(passes, n, alpha / 2)};
}

double clopper_pearson_lower(double passes, double n, double alpha) {
  if (n <= 0 || passes <= 0) return 0;
  const double k = std::min(passes, n);
  return boost::math::quantile(boost::math::beta_distribution<>(k, n - k + 1), alpha);
}

double clopper_pearson_upper(double passes, double n, double alpha) {
  if (n <= 0 || passes >= n) return 1;
  const double k = std::max(passes, 0.0);
  return boost::math::quantile(boost::math::beta_distribution<>(k + 1, n - k), 1 - alpha);
}

Interval clopper_pearson(double passes, double n, double alpha) {
  return {clopper_pearson_lower(passes, n, alpha / 2), clopper_pearson_upper(passes, n, alpha / 2)};
}

double jeffreys_lower(double passes, double n, double alpha) {
  if (n <= 0 || passes <= 0) return 0;
  const double k = std::min(passes, n);
  return boost::math::quantile(boost::math::beta_distribution<>(k + 0.5, n - k + 0.5), alpha);
}

double jeffreys_upper(double passes, double n, double alpha) {
  if (n <= 0 || passes >= n) return 1;
  const double k = std::max(passes, 0.0);
  return boost::math::quantile(boost::math::beta_distribution<>(k + 0.5, n - k + 0.5), 1 - alpha);
}

Interval jeffreys(double passes, double n, double alpha) {
  return {jeffreys_lower(passes, n, alpha / 2), jeffreys_upper(passes, n, alpha / 2)};
}

double zero_failure_upper(double n, double alpha) {
  if (n <= 0) return 1;
  return -std::expm1(std::log(alpha) / n);
}

std::uint64_t zero_failure_n(double rate, double alpha) {
  return ceil_n(std::log(alpha) / std::log1p(-rate));
}

double score_p_at_least(double passes, double n, double bound) {
  if (n <= 0) return 1;
  return normal_cdf(-score_z(passes, n, bound));
}

double score_p_at_most(double passes, double n, double bound) {
  if (n <= 0) return 1;
  return normal_cdf(score_z(passes, n, bound));
}

double binomial_cdf(double k, double n, double rate) {
  if (k < 0) return 0;
  if (k >= n) return 1;
  return boost::math::cdf(boost::math::beta_distribution<>(n - k, k + 1), 1 - rate);
}

std::uint64_t score_n(double rate, double bound, double alpha) {
  if (rate == bound || bound <= 0 || bound >= 1) return 0;
  const double z = normal_quantile(1 - alpha);
  const double n = z * z * bound * (1 - bound) / ((rate - bound) * (rate - bound));
  return n < 1e15 ? ceil_n(n) : 0;
}

std::uint64_t all_pass_n(double floor, double alpha) {
  if (floor >= 1) return 0;
  if (floor <= 0) return 1;
  return score_n(1, floor, alpha);
}

std::uint64_t passes_needed(std::uint64_t n, double floor, double alpha) {
  if (floor <= 0) return 0;
  const auto total = static_cast<double>(n);
  std::uint64_t low = 0;
  std::uint64_t high = n + 1;
  while (low < high) {
    const auto middle = low + (high - low) / 2;
    if (wilson_lower(static_cast<double>(middle), total, alpha) >= floor) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return low;
}

double detectable_difference(double standard_error, double alpha, double power) {
  return (normal_quantile(1 - alpha) + normal_quantile(power)) * standard_error;
}

}  // namespace assay::stats
