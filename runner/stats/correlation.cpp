#include <assay/stats/correlation.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

namespace assay::stats {

namespace {

/// Each value's rank from 1, ties at the mean of theirs, less the mean of all ranks.
std::vector<double> centred_ranks(std::span<const double> values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
  const double middle = (static_cast<double>(values.size()) + 1) / 2;
  std::vector<double> ranks(values.size());
  for (std::size_t from = 0; from < order.size();) {
    auto to = from;
    while (to < order.size() && values[order[to]] == values[order[from]]) ++to;
    const double shared = static_cast<double>(from + 1 + to) / 2;
    for (; from < to; ++from) ranks[order[from]] = shared - middle;
  }
  return ranks;
}

}  // namespace

std::optional<double> spearman(std::span<const double> first, std::span<const double> second) {
  if (first.size() != second.size() || first.size() < 3) return std::nullopt;
  const auto a = centred_ranks(first);
  const auto b = centred_ranks(second);
  const double aa = std::inner_product(a.begin(), a.end(), a.begin(), 0.0);
  const double bb = std::inner_product(b.begin(), b.end(), b.begin(), 0.0);
  if (aa == 0 || bb == 0) return std::nullopt;
  return std::clamp(std::inner_product(a.begin(), a.end(), b.begin(), 0.0) / std::sqrt(aa * bb), -1.0, 1.0);
}

}  // namespace assay::stats
