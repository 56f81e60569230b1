#include "runner/stats/normal.hpp"

#include <assay/stats/rank.hpp>

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

namespace assay::stats {

namespace {

constexpr double kExact = 2500;  // pairs

std::vector<double> ascending(std::span<const double> values) {
  std::vector<double> sorted(values.begin(), values.end());
  std::sort(sorted.begin(), sorted.end());
  return sorted;
}

/// The distribution function of U without ties: the ways to draw n of n + m ranks, by their sum.
std::vector<double> u_cdf(std::size_t n, std::size_t m) {
  if (n > m) std::swap(n, m);  // the same distribution in less memory
  const std::size_t most = n * m;
  std::vector<std::vector<double>> ways(n + 1, std::vector<double>(most + 1, 0.0));
  for (auto& row : ways) row[0] = 1;  // of k and none: U is 0
  for (std::size_t j = 1; j <= m; ++j) {
    for (std::size_t k = 1; k <= n; ++k) {
      // The greatest of k + j values is one of the k (U grows by j) or one of the j.
      for (std::size_t u = j; u <= k * j; ++u) ways[k][u] += ways[k - 1][u - j];
    }
  }
  auto cdf = ways[n];
  for (std::size_t u = 1; u <= most; ++u) cdf[u] += cdf[u - 1];
  const double all = cdf[most];
  for (auto& value : cdf) value /= all;
  return cdf;
}

/// Σ(t³ − t) over groups of equal values.
double tie_sum(const std::vector<double>& first, const std::vector<double>& second) {
  std::vector<double> all(first.size() + second.size());
  std::merge(first.begin(), first.end(), second.begin(), second.end(), all.begin());
  double sum = 0;
  for (auto from = all.begin(); from != all.end();) {
    const auto to = std::upper_bound(from, all.end(), *from);
    const auto t = static_cast<double>(to - from);
    sum += t * t * t - t;
    from = to;
  }
  return sum;
}

double count_u(const std::vector<double>& first, const std::vector<double>& second) {
  double u = 0;
  for (const double value : second) {
    const auto less = std::lower_bound(first.begin(), first.end(), value);
    const auto equal = std::upper_bound(less, first.end(), value);
    u += static_cast<double>(less - first.begin()) + static_cast<double>(equal - less) / 2;
  }
  return u;
}

/// Tail chances of the normal approximation with continuity correction.
void approximate(MannWhitney& test, double n, double m, double ties) {
  const double all = n + m;
  const double variance = n * m / 12 * (all + 1 - ties / (all * (all - 1)));
  if (!(variance > 0)) return;
  const double distance = test.u - n * m / 2;
  const double error = std::sqrt(variance);
  test.z = std::copysign(std::max(std::abs(distance) - 0.5, 0.0), distance) / error;
  test.p_greater = normal_cdf(-(distance - 0.5) / error);
  test.p_less = normal_cdf((distance + 0.5) / error);
  test.p_two_sided = std::min(1.0, 2 * normal_cdf(-std::abs(test.z)));
}

void enumerate(MannWhitney& test, std::size_t n, std::size_t m) {
  const auto cdf = u_cdf(n, m);
  const auto u = static_cast<std::size_t>(test.u);
  test.p_less = cdf[u];
  test.p_greater = cdf[n * m - u];  // U is symmetric
  test.p_two_sided = std::min(1.0, 2 * std::min(test.p_less, test.p_greater));
  test.exact = true;
}

/// The number of differences second − first that are at most x.
double differences_up_to(const std::vector<double>& first, const std::vector<double>& second, double x) {
  double count = 0;
  auto from = first.begin();
  for (const double value : second) {
    while (from != first.end() && value - *from > x) ++from;
    count += static_cast<double>(first.end() - from);
  }
  return count;
}

/// The greatest difference that is at most x.
double difference_below(const std::vector<double>& first, const std::vector<double>& second, double x) {
  double greatest = -HUGE_VAL;
  auto from = first.begin();
  for (const double value : second) {
    while (from != first.end() && value - *from > x) ++from;
    if (from != first.end()) greatest = std::max(greatest, value - *from);
  }
  return greatest;
}

/// The rank-th smallest difference, rank from 1, by bisection on its value.
double difference_at(const std::vector<double>& first, const std::vector<double>& second, double rank) {
  double low = second.front() - first.back();
  double high = second.back() - first.front();
  if (differences_up_to(first, second, low) >= rank) return low;
  for (int i = 0; i < 2000; ++i) {  // until low and high are neighbours
    const double middle = low + (high - low) / 2;
    if (!(middle > low && middle < high)) break;
    (differences_up_to(first, second, middle) >= rank ? high : low) = middle;
  }
  return difference_below(first, second, high);
}

/// The least c with P(U ≤ c) > alpha: the rank of the lower bound. 0: there is none.
double bound_rank(std::size_t n, std::size_t m, double alpha) {
  const auto pairs = static_cast<double>(n) * static_cast<double>(m);
  if (pairs > kExact) {
    const double error = std::sqrt(pairs * static_cast<double>(n + m + 1) / 12);
    return std::max(0.0, std::floor(pairs / 2 - normal_quantile(1 - alpha) * error));
  }
  const auto cdf = u_cdf(n, m);
  return static_cast<double>(std::upper_bound(cdf.begin(), cdf.end(), alpha) - cdf.begin());
}

}  // namespace

std::optional<MannWhitney> mann_whitney(std::span<const double> first, std::span<const double> second) {
  if (first.empty() || second.empty()) return std::nullopt;
  const auto a = ascending(first);
  const auto b = ascending(second);
  const auto n = static_cast<double>(a.size());
  const auto m = static_cast<double>(b.size());
  MannWhitney test;
  test.u = count_u(a, b);
  test.superiority = test.u / (n * m);
  const double ties = tie_sum(a, b);
  approximate(test, n, m, ties);
  if (ties == 0 && n * m <= kExact) enumerate(test, a.size(), b.size());
  return test;
}

std::optional<Shift> hodges_lehmann(std::span<const double> first, std::span<const double> second, double alpha) {
  if (first.empty() || second.empty()) return std::nullopt;
  const auto a = ascending(first);
  const auto b = ascending(second);
  const double pairs = static_cast<double>(a.size()) * static_cast<double>(b.size());
  const double lower_middle = difference_at(a, b, std::floor((pairs + 1) / 2));
  const double upper_middle = difference_at(a, b, std::ceil((pairs + 1) / 2));
  Shift shift{lower_middle + (upper_middle - lower_middle) / 2, {-HUGE_VAL, HUGE_VAL}};
  const double rank = bound_rank(a.size(), b.size(), alpha);
  if (rank < 1) return shift;
  shift.interval = {difference_at(a, b, rank), difference_at(a, b, pairs - rank + 1)};
  return shift;
}

}  // namespace assay::stats
