#include "runner/stats/bca.hpp"

#include "runner/stats/normal.hpp"

namespace assay::stats {

namespace {

/// Φ(z₀ + (z₀+z) / (1 − a(z₀+z))).
std::optional<double> corrected_level(double bias, double acceleration, double z) {
  const double rest = 1 - acceleration * (bias + z);
  if (!(rest > 0)) return std::nullopt;
  return normal_cdf(bias + (bias + z) / rest);
}

}  // namespace

std::optional<Bootstrap> bootstrap_bounds(double below, double acceleration, double alpha,
                                          const std::function<double(double)>& quantile) {
  if (!(below > 0 && below < 1)) return std::nullopt;
  const double bias = normal_quantile(below);
  const double z = normal_quantile(1 - alpha);
  const auto low = corrected_level(bias, acceleration, -z);
  const auto high = corrected_level(bias, acceleration, z);
  if (!low || !high) return std::nullopt;
  return Bootstrap{{quantile(alpha), quantile(1 - alpha)}, {quantile(*low), quantile(*high)}, bias, acceleration};
}

}  // namespace assay::stats
