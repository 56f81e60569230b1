#include <assay/stats/multiplicity.hpp>

#include <algorithm>
#include <numeric>
#include <utility>

namespace assay::stats {

namespace {

std::vector<std::size_t> ascending(std::span<const double> p_values) {
  std::vector<std::size_t> order(p_values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(),
            [&](auto a, auto b) { return std::pair(p_values[a], a) < std::pair(p_values[b], b); });
  return order;
}

}  // namespace

std::vector<double> holm(std::span<const double> p_values) {
  const auto order = ascending(p_values);
  std::vector<double> adjusted(p_values.size());
  double highest = 0;
  for (std::size_t k = 0; k < order.size(); ++k) {
    const auto factor = static_cast<double>(order.size() - k);
    highest = std::max(highest, std::min(1.0, factor * p_values[order[k]]));
    adjusted[order[k]] = highest;
  }
  return adjusted;
}

std::vector<double> benjamini_hochberg(std::span<const double> p_values) {
  const auto order = ascending(p_values);
  const auto m = static_cast<double>(order.size());
  std::vector<double> adjusted(p_values.size());
  double lowest = 1;
  for (std::size_t k = order.size(); k > 0; --k) {
    const auto place = order[k - 1];
    lowest = std::min(lowest, m / static_cast<double>(k) * p_values[place]);
    adjusted[place] = lowest;
  }
  return adjusted;
}

}  // namespace assay::stats
