#include <assay/stats/proportion.hpp>
#include <assay/stats/quantile.hpp>

#include <algorithm>
#include <cmath>

namespace assay::stats {

namespace {

/// The least k in 0…n−1 with P(Bin(n, p) ≤ k) ≥ level; n if there is none.
std::uint64_t first_at_least(std::uint64_t n, double p, double level) {
  std::uint64_t low = 0;
  std::uint64_t high = n;
  while (low < high) {
    const auto middle = low + (high - low) / 2;
    if (binomial_cdf(static_cast<double>(middle), static_cast<double>(n), p) >= level) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return low;
}

}  // namespace

double sample_quantile(std::span<const double> sorted, double p) {
  const double place = static_cast<double>(sorted.size() - 1) * p;
  const auto below = std::min(static_cast<std::size_t>(place), sorted.size() - 1);
  const double fraction = place - static_cast<double>(below);
  if (fraction <= 0 || below + 1 == sorted.size()) return sorted[below];
  return sorted[below] + fraction * (sorted[below + 1] - sorted[below]);
}

std::optional<std::uint64_t> upper_rank(std::uint64_t n, double p, double alpha) {
  const auto k = first_at_least(n, p, 1 - alpha);
  if (k >= n) return std::nullopt;
  return k + 1;
}

std::optional<std::uint64_t> lower_rank(std::uint64_t n, double p, double alpha) {
  std::uint64_t low = 0;
  std::uint64_t high = n;
  while (low < high) {
    const auto middle = low + (high - low) / 2;
    if (binomial_cdf(static_cast<double>(middle), static_cast<double>(n), p) > alpha) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  if (low == 0) return std::nullopt;
  return low;
}

std::uint64_t quantile_min_n(double p, double alpha) {
  return zero_failure_n(1 - p, alpha);
}

}  // namespace assay::stats
