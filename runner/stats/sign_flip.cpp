#include "runner/stats/clusters.hpp"

#include <assay/core/random.hpp>
#include <assay/stats/resample.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

namespace assay::stats {

namespace {

constexpr std::size_t kExact = 30;  // two sorted lists of 2^15 sums

/// Sums of clusters that are not 0: flipping a 0 changes nothing.
std::vector<double> flippable(std::span<const double> deltas, std::span<const std::uint32_t> clusters) {
  std::vector<double> sums(deltas.begin(), deltas.end());
  if (!clusters.empty()) sums = residual_sums(deltas, 0, dense_clusters(clusters));
  std::erase(sums, 0.0);
  return sums;
}

/// The sums of all sign patterns, ascending.
std::vector<double> pattern_sums(std::span<const double> values) {
  std::vector<double> sums{0.0};
  for (const double value : values) {
    const auto size = sums.size();
    for (std::size_t i = 0; i < size; ++i) {
      sums.push_back(sums[i] - value);
      sums[i] += value;
    }
  }
  std::sort(sums.begin(), sums.end());
  return sums;
}

/// The number of pairs with a + b ≥ least.
double pairs_at_least(const std::vector<double>& first, const std::vector<double>& second, double least) {
  double pairs = 0;
  auto from = second.end();
  for (const double a : first) {
    while (from != second.begin() && a + *(from - 1) >= least) --from;
    pairs += static_cast<double>(second.end() - from);
  }
  return pairs;
}

SignFlip exact_flips(std::span<const double> sums, double observed, double slack) {
  const auto half = sums.size() / 2;
  const auto first = pattern_sums(sums.first(half));
  const auto second = pattern_sums(sums.subspan(half));
  const double all = std::ldexp(1.0, static_cast<int>(sums.size()));
  // The patterns are symmetric: as many at most −x as at least x.
  return {pairs_at_least(first, second, observed - slack) / all, pairs_at_least(first, second, -observed - slack) / all,
          true};
}

SignFlip drawn_flips(std::span<const double> sums, double observed, double slack, std::uint32_t draws,
                     std::uint64_t key) {
  double at_least = 1;
  double at_most = 1;
  for (std::uint64_t b = 0; b < draws; ++b) {
    const auto draw = mix(key, b);
    double sum = 0;
    for (std::uint64_t i = 0; i < sums.size(); ++i) sum += uniform(mix(draw, i)) < 0.5 ? sums[i] : -sums[i];
    if (sum >= observed - slack) ++at_least;
    if (sum <= observed + slack) ++at_most;
  }
  return {at_least / (1.0 + draws), at_most / (1.0 + draws), false};
}

}  // namespace

SignFlip sign_flip(std::span<const double> deltas, std::span<const std::uint32_t> clusters, std::uint32_t draws,
                   std::uint64_t key) {
  const auto sums = flippable(deltas, clusters);
  if (sums.empty()) return {};
  const double observed = std::accumulate(sums.begin(), sums.end(), 0.0);
  double slack = 0;  // sums in another order differ by rounding
  for (const double sum : sums) slack += 1e-12 * std::abs(sum);
  if (sums.size() <= kExact) return exact_flips(sums, observed, slack);
  return drawn_flips(sums, observed, slack, draws, key);
}

}  // namespace assay::stats
