#include "runner/stats/bca.hpp"
#include "runner/stats/clusters.hpp"

#include <assay/core/random.hpp>
#include <assay/stats/resample.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

namespace assay::stats {

namespace {

/// The sums of one cluster.
struct Parts {
  double numerator = 0;
  double denominator = 0;

  double ratio() const { return denominator > 0 ? numerator / denominator : HUGE_VAL; }
};

Parts operator+(const Parts& a, const Parts& b) {
  return {a.numerator + b.numerator, a.denominator + b.denominator};
}

std::vector<Parts> cluster_parts(std::span<const double> numerator, std::span<const double> denominator,
                                 std::span<const std::uint32_t> labels) {
  std::vector<Parts> parts;
  if (labels.empty()) {
    for (std::size_t i = 0; i < numerator.size(); ++i) parts.push_back({numerator[i], denominator[i]});
    return parts;
  }
  const auto dense = dense_clusters(labels);
  parts.resize(dense.count);
  for (std::size_t i = 0; i < numerator.size(); ++i) {
    auto& part = parts[dense.index[i]];
    part = part + Parts{numerator[i], denominator[i]};
  }
  return parts;
}

double replicate(const std::vector<Parts>& parts, std::uint64_t key) {
  Parts sum;
  for (std::uint64_t i = 0; i < parts.size(); ++i) {
    sum = sum + parts[static_cast<std::size_t>(uniform(mix(key, i)) * static_cast<double>(parts.size()))];
  }
  return sum.ratio();
}

/// Nothing where a left-out cluster leaves no denominator, or all leave the same.
std::optional<double> jackknife_acceleration(const std::vector<Parts>& parts, const Parts& total) {
  std::vector<double> without;
  for (const auto& part : parts) {
    const Parts rest{total.numerator - part.numerator, total.denominator - part.denominator};
    if (!(rest.denominator > 1e-12 * total.denominator)) return std::nullopt;
    without.push_back(rest.ratio());
  }
  const double mean = std::accumulate(without.begin(), without.end(), 0.0) / static_cast<double>(without.size());
  double squares = 0;
  double cubes = 0;
  for (const double value : without) {
    squares += std::pow(mean - value, 2);
    cubes += std::pow(mean - value, 3);
  }
  const double rounding = 1e-20 * mean * mean * static_cast<double>(without.size());
  if (!(squares > rounding)) return std::nullopt;
  return cubes / (6 * std::pow(squares, 1.5));
}

/// The share below `estimate`, ties half; sums in another order differ by rounding.
double share_below(const std::vector<double>& sorted, double estimate) {
  const double slack = 1e-12 * (1 + std::abs(estimate));
  const auto low = std::lower_bound(sorted.begin(), sorted.end(), estimate - slack) - sorted.begin();
  const auto high = std::upper_bound(sorted.begin(), sorted.end(), estimate + slack) - sorted.begin();
  return static_cast<double>(low + high) / 2 / static_cast<double>(sorted.size());
}

}  // namespace

std::optional<Bootstrap> bootstrap_ratio(std::span<const double> numerator, std::span<const double> denominator,
                                         std::span<const std::uint32_t> clusters, double alpha, std::uint32_t draws,
                                         std::uint64_t key) {
  if (numerator.size() != denominator.size() || draws == 0) return std::nullopt;
  const auto parts = cluster_parts(numerator, denominator, clusters);
  const auto total = std::accumulate(parts.begin(), parts.end(), Parts{});
  if (parts.size() < 2 || !(total.denominator > 0)) return std::nullopt;
  const auto acceleration = jackknife_acceleration(parts, total);
  if (!acceleration) return std::nullopt;
  std::vector<double> sorted;
  sorted.reserve(draws);
  for (std::uint64_t b = 0; b < draws; ++b) sorted.push_back(replicate(parts, mix(key, b)));
  std::sort(sorted.begin(), sorted.end());
  const auto quantile = [&](double level) {
    const double rank = std::clamp(std::ceil(level * draws - 1e-9), 1.0, static_cast<double>(draws));
    return sorted[static_cast<std::size_t>(rank) - 1];
  };
  return bootstrap_bounds(share_below(sorted, total.ratio()), *acceleration, alpha, quantile);
}

std::optional<Bootstrap> bootstrap_mean(std::span<const double> values, std::span<const std::uint32_t> clusters,
                                        double alpha, std::uint32_t draws, std::uint64_t key) {
  const std::vector<double> ones(values.size(), 1.0);
  return bootstrap_ratio(values, ones, clusters, alpha, draws, key);
}

}  // namespace assay::stats
