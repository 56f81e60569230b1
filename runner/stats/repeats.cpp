#include <assay/stats/repeats.hpp>

namespace assay::stats {

double pass_at_k(std::uint64_t n, std::uint64_t c, std::uint64_t k) {
  if (n - c < k) return 1;
  double none = 1;
  for (std::uint64_t i = n - c + 1; i <= n; ++i) none *= 1 - static_cast<double>(k) / static_cast<double>(i);
  return 1 - none;
}

double pass_pow_k(std::uint64_t n, std::uint64_t c, std::uint64_t k) {
  if (c < k) return 0;
  double all = 1;
  for (std::uint64_t i = 0; i < k; ++i) all *= static_cast<double>(c - i) / static_cast<double>(n - i);
  return all;
}

}  // namespace assay::stats
