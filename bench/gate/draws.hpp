#pragma once
/// Draws of the distributions that the simulations are made of, each a pure function of its key.

#include <assay/core/random.hpp>

#include <cmath>
#include <cstdint>
#include <numbers>

namespace assay::bench {

/// A standard normal value (Box and Muller 1958, doi:10.1214/aoms/1177706645).
inline double normal(std::uint64_t key) {
  const double u = 1 - uniform(mix(key, std::uint64_t{1}));  // never 0
  return std::sqrt(-2 * std::log(u)) * std::cos(2 * std::numbers::pi * uniform(mix(key, std::uint64_t{2})));
}

inline bool happens(std::uint64_t key, double chance) {
  return uniform(key) < chance;
}

/// How many of n independent tries succeed.
inline int binomial(std::uint64_t key, int n, double chance) {
  int count = 0;
  for (int i = 0; i < n; ++i) count += happens(mix(key, static_cast<std::uint64_t>(i)), chance) ? 1 : 0;
  return count;
}

}  // namespace assay::bench
