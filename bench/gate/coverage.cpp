#include "bench/gate/coverage.hpp"

#include <algorithm>

namespace assay::bench {

void count(Hits& hits, const Bounds& bounds, double truth, double chance) {
  constexpr double kRounding = 1e-9;  // a bound that is the truth holds
  const auto below = [&](double bound) { return bound <= truth + kRounding; };
  const auto above = [&](double bound) { return bound >= truth - kRounding; };
  if (below(bounds.one_sided.low)) hits.lower += chance;
  if (above(bounds.one_sided.high)) hits.upper += chance;
  if (below(bounds.two_sided.low) && above(bounds.two_sided.high)) hits.both += chance;
}

void add_point(Coverage& coverage, const Hits& hits, const std::string& where) {
  if (hits.both < coverage.least.both) coverage.worst = where;
  const auto n = static_cast<double>(++coverage.points);
  const auto take = [&](double Hits::* part) {
    coverage.least.*part = std::min(coverage.least.*part, hits.*part);
    coverage.mean.*part += (hits.*part - coverage.mean.*part) / n;
  };
  take(&Hits::lower);
  take(&Hits::upper);
  take(&Hits::both);
}

}  // namespace assay::bench
