#include "runner/stats/normal.hpp"

#include <assay/stats/paired_binary.hpp>
#include <assay/stats/power.hpp>
#include <assay/stats/proportion.hpp>

#include <algorithm>
#include <cmath>

namespace assay::stats {

namespace {

constexpr std::uint64_t kMost = 1'000'000'000;

bool possible(const PairedDesign& design) {
  return design.discordance >= 0 && design.discordance <= 1 && std::abs(design.difference) <= design.discordance;
}

/// Φ(numerator / spread), where no spread makes the sign certain.
double chance(double numerator, double spread) {
  if (spread > 0) return normal_cdf(numerator / spread);
  return numerator > 0 ? 1 : 0;
}

/// The least n with `power_of(n)` ≥ power, for a power that grows with n.
template <class Power>
std::optional<std::uint64_t> least_n(Power power_of, double power) {
  std::uint64_t high = 1;
  while (power_of(high) < power) {
    if (high > kMost) return std::nullopt;
    high *= 2;
  }
  std::uint64_t low = high / 2;
  while (high - low > 1) {
    const auto middle = low + (high - low) / 2;
    (power_of(middle) >= power ? high : low) = middle;
  }
  return high;
}

std::optional<std::uint64_t> whole_n(double n, std::uint64_t least) {
  if (!(n < static_cast<double>(kMost))) return std::nullopt;
  return std::max(least, static_cast<std::uint64_t>(std::ceil(n - 1e-9)));
}

}  // namespace

double floor_power(std::uint64_t n, double floor, double rate, double alpha) {
  if (n == 0) return floor <= 0 ? 1 : 0;
  const auto needed = passes_needed(n, floor, alpha);
  if (needed > n) return 0;
  return binomial_cdf(static_cast<double>(n - needed), static_cast<double>(n), 1 - rate);
}

std::optional<std::uint64_t> floor_n(double floor, double rate, double alpha, double power) {
  if (floor <= 0) return 1;
  if (!(rate > floor && rate <= 1)) return std::nullopt;
  const double wide = normal_quantile(1 - alpha) * std::sqrt(floor * (1 - floor)) +
                      normal_quantile(power) * std::sqrt(rate * (1 - rate));
  const auto start = whole_n(wide * wide / ((rate - floor) * (rate - floor)), 1);
  if (!start) return std::nullopt;
  auto n = *start;
  while (floor_power(n, floor, rate, alpha) < power) ++n;
  while (n > 1 && floor_power(n - 1, floor, rate, alpha) >= power) --n;
  return n;
}

std::optional<double> floor_detectable(std::uint64_t n, double floor, double alpha, double power) {
  if (floor_power(n, floor, 1, alpha) < power) return std::nullopt;
  double low = std::max(floor, 0.0);
  double high = 1;
  while (high - low > 1e-9) {
    const double middle = (low + high) / 2;
    (floor_power(n, floor, middle, alpha) >= power ? high : low) = middle;
  }
  return high;
}

double margin_power(std::uint64_t n, const PairedDesign& design, double margin, double alpha) {
  if (n == 0 || !possible(design) || !(margin > 0 && margin < 1)) return 0;
  const double shift = design.difference + margin;
  const double gained = (design.discordance + design.difference) / 2;
  const double lost = design.discordance - gained;
  const PairedCounts expected{0, gained, lost, 1 - design.discordance};
  const double z_of_one = tango_z(expected, -margin);  // shift / σ₀
  const double spread = std::sqrt(std::max(design.discordance - design.difference * design.difference, 0.0));
  const double null_spread = std::abs(shift) < 1e-9 ? spread : shift / z_of_one;  // at the margin both are one
  return chance(shift * std::sqrt(static_cast<double>(n)) - normal_quantile(1 - alpha) * null_spread, spread);
}

std::optional<std::uint64_t> margin_n(const PairedDesign& design, double margin, double alpha, double power) {
  if (!possible(design) || !(margin > 0 && margin < 1) || design.difference <= -margin) return std::nullopt;
  return least_n([&](std::uint64_t n) { return margin_power(n, design, margin, alpha); }, power);
}

std::optional<std::uint64_t> margin_least_n(double margin, double alpha) {
  if (!(margin > 0 && margin < 1)) return std::nullopt;
  const double z = normal_quantile(1 - alpha);
  return whole_n(z * z * (1 - margin) / margin, 1);
}

double harm_power(std::uint64_t n, const PairedDesign& design, double alpha) {
  if (n == 0 || !possible(design)) return 0;
  const double spread = std::sqrt(std::max(design.discordance - design.difference * design.difference, 0.0));
  const double critical = normal_quantile(1 - alpha) * std::sqrt(design.discordance);
  return chance(-design.difference * std::sqrt(static_cast<double>(n)) - critical, spread);
}

std::optional<std::uint64_t> harm_n(const PairedDesign& design, double alpha, double power) {
  if (!possible(design) || design.difference >= 0) return std::nullopt;
  return least_n([&](std::uint64_t n) { return harm_power(n, design, alpha); }, power);
}

std::optional<double> harm_detectable(std::uint64_t n, double discordance, double alpha, double power) {
  const auto power_of = [&](double loss) { return harm_power(n, {std::max(discordance, loss), -loss}, alpha); };
  if (!(discordance >= 0 && discordance <= 1) || power_of(1) < power) return std::nullopt;
  double low = 0;
  double high = 1;
  while (high - low > 1e-9) {
    const double middle = (low + high) / 2;
    (power_of(middle) >= power ? high : low) = middle;
  }
  return high;
}

std::optional<std::uint64_t> mean_n(double variance, double difference, double alpha, double power) {
  if (!(variance >= 0) || difference == 0) return std::nullopt;
  const double z = normal_quantile(1 - alpha) + normal_quantile(power);
  return whole_n(z * z * variance / (difference * difference), 2);
}

double paired_variance(double between, double within_candidate, double candidate_samples, double within_baseline,
                       double baseline_samples) {
  return between + within_candidate / candidate_samples + within_baseline / baseline_samples;
}

double design_effect(double size, double icc) {
  return 1 + (size - 1) * icc;
}

}  // namespace assay::stats
