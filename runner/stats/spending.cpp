#include "runner/stats/normal.hpp"

#include <assay/stats/spending.hpp>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace assay::stats {

namespace {

constexpr double kLeastStep = 0.005;
constexpr double kReach = 8.5;  // standard deviations below the mean that count
constexpr double kLeastSpend = 1e-14;
constexpr std::size_t kPoints = 400;  // even, for Simpson's rule

/// The part of the process that has not crossed yet: B(t) = Z√t, its density weighted for integration. Before the first
/// look it stands at 0.
struct Continuing {
  double time = 0;
  std::vector<double> place{0.0};
  std::vector<double> weight{1.0};
};

bool valid(std::span<const double> fractions) {
  if (fractions.size() > 200) return false;
  double before = 0;
  for (const double fraction : fractions) {
    if (!(fraction - before >= kLeastStep - 1e-12 && fraction <= 1)) return false;
    before = fraction;
  }
  return true;
}

/// P(not crossed before, then Z ≥ z at time t).
double crossing(const Continuing& from, double t, double z, double drift) {
  const double spread = std::sqrt(t - from.time);
  const double threshold = z * std::sqrt(t) - drift * (t - from.time);
  double sum = 0;
  for (std::size_t i = 0; i < from.place.size(); ++i) {
    sum += from.weight[i] * std::erfc((threshold - from.place[i]) / spread / std::numbers::sqrt2) / 2;
  }
  return sum;
}

/// As fine as the increments are narrow.
std::size_t points_for(double width, double spread) {
  const auto wanted = static_cast<std::size_t>(std::ceil(5 * width / spread));
  return std::max(kPoints, wanted + wanted % 2);
}

/// What goes on beyond time t, under the bound z.
Continuing carry_on(const Continuing& from, double t, double z, double drift) {
  const double spread = std::sqrt(t - from.time);
  const double low = drift * t - kReach * std::sqrt(t);
  const double high = std::min(z * std::sqrt(t), drift * t + kReach * std::sqrt(t));
  Continuing next{t, {}, {}};
  if (high <= low) return next;
  const auto points = points_for(high - low, spread);
  const double step = (high - low) / static_cast<double>(points);
  for (std::size_t j = 0; j <= points; ++j) {
    const double x = low + step * static_cast<double>(j) - drift * (t - from.time);
    double density = 0;
    for (std::size_t i = 0; i < from.place.size(); ++i) {
      const double u = (x - from.place[i]) / spread;
      if (std::abs(u) < kReach) density += from.weight[i] * std::exp(-u * u / 2);
    }
    const double simpson = j == 0 || j == points ? 1 : (j % 2 == 1 ? 4 : 2);
    next.place.push_back(low + step * static_cast<double>(j));
    next.weight.push_back(density * simpson * step / 3 / (spread * std::sqrt(2 * std::numbers::pi)));
  }
  return next;
}

/// The z whose crossing chance is `spend`: the chance falls with z.
double bound_for(const Continuing& from, double t, double spend) {
  if (spend < kLeastSpend) return HUGE_VAL;
  double low = -kReach;
  double high = kReach;
  while (high - low > 1e-9) {
    const double middle = (low + high) / 2;
    (crossing(from, t, middle, 0) > spend ? low : high) = middle;
  }
  return (low + high) / 2;
}

}  // namespace

double alpha_spent(Spending spending, double fraction, double alpha) {
  if (!(fraction > 0)) return 0;
  const double t = std::min(fraction, 1.0);
  if (spending == Spending::pocock) return alpha * std::log1p((std::numbers::e - 1) * t);
  return 2 * normal_cdf(normal_quantile(alpha / 2) / std::sqrt(t));
}

std::optional<std::vector<double>> spending_bounds(Spending spending, std::span<const double> fractions, double alpha) {
  if (!(alpha > 0 && alpha < 0.5)) return std::nullopt;
  std::vector<double> spent;
  for (const double t : fractions) spent.push_back(alpha_spent(spending, t, alpha));
  return bounds_of_spent(fractions, spent);
}

std::optional<std::vector<double>> bounds_of_spent(std::span<const double> fractions, std::span<const double> spent) {
  if (!valid(fractions) || fractions.size() != spent.size()) return std::nullopt;
  std::vector<double> bounds;
  Continuing process;
  double before = 0;
  for (std::size_t k = 0; k < fractions.size(); ++k) {
    if (!(spent[k] >= before && spent[k] < 0.5)) return std::nullopt;
    bounds.push_back(bound_for(process, fractions[k], spent[k] - before));
    process = carry_on(process, fractions[k], bounds.back(), 0);
    before = spent[k];
  }
  return bounds;
}

std::optional<std::vector<double>> crossing_chances(std::span<const double> fractions, std::span<const double> bounds,
                                                    double drift) {
  if (!valid(fractions) || fractions.size() != bounds.size() || !std::isfinite(drift)) return std::nullopt;
  std::vector<double> chances;
  Continuing process;
  for (std::size_t k = 0; k < fractions.size(); ++k) {
    chances.push_back(crossing(process, fractions[k], bounds[k], drift));
    process = carry_on(process, fractions[k], bounds[k], drift);
  }
  return chances;
}

}  // namespace assay::stats
