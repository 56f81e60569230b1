#include <assay/stats/multiplicity.hpp>

#include <algorithm>
#include <numeric>
#include <utility>

namespace assay::stats {

std::vector<double> holm(std::span<const double> p_values) {
  std::vector<std::size_t> order(p_values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(),
            [&](auto a, auto b) { return std::pair(p_values[a], a) < std::pair(p_values[b], b); });
  std::vector<double> adjusted(p_values.size());
  double highest = 0;
  for (std::size_t k = 0; k < order.size(); ++k) {
    const auto factor = static_cast<double>(order.size() - k);
    highest = std::max(highest, std::min(1.0, factor * p_values[order[k]]));
    adjusted[order[k]] = highest;
  }
  return adjusted;
}

}  // namespace assay::stats
