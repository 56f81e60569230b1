#pragma once
/// How often each interval of `runner/stats` holds the truth, over a grid of truths and sizes.

#include <assay/stats/proportion.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace assay::bench {

/// The chance that one bound, the other, and both together hold.
struct Hits {
  double lower = 0;  ///< one-sided 95 %: what a gate decides on
  double upper = 0;
  double both = 0;  ///< two-sided 95 %
};

/// Over all points of a method's grid.
struct Coverage {
  std::string method;
  std::string over;
  std::uint64_t draws = 0;  ///< at each point; 0: all outcomes were summed, which is exact
  bool guaranteed = false;  ///< by its construction never below 95 %
  std::uint64_t points = 0;
  Hits least{1, 1, 1};
  Hits mean;
  std::string worst;  ///< the point where the two-sided one is least
};

/// Bounds at 0.05 and at 0.025 on each side of what was seen.
struct Bounds {
  stats::Interval one_sided;
  stats::Interval two_sided;
};

/// Adds what an outcome of that chance says of the truth.
void count(Hits& hits, const Bounds& bounds, double truth, double chance);
void add_point(Coverage& coverage, const Hits& hits, const std::string& where);

/// By summing over all outcomes.
[[nodiscard]] std::vector<Coverage> exact_coverage();
/// By drawing; `draws` at each point, fewer for the bootstrap.
[[nodiscard]] std::vector<Coverage> drawn_coverage(std::uint64_t draws);

}  // namespace assay::bench
