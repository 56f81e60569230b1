#include <assay/stats/canary.hpp>
#include <assay/stats/proportion.hpp>

#include <cmath>

namespace assay::stats {

namespace {

bool valid(double share, double ratio) {
  return share > 0 && share < 1 && ratio > 1 && std::isfinite(ratio);
}

/// The chance that a failure falls on a canary that fails `ratio` times as often.
double tilted(double share, double ratio) {
  return share * ratio / (share * ratio + 1 - share);
}

constexpr std::uint64_t kMostRequests = 10'000'000;

/// The least n of which `failures` prove a rate of at most `tolerated`: P(Bin(n, tolerated) ≤ failures) ≤ alpha, which
/// is where the Clopper–Pearson upper bound reaches it.
std::uint64_t requests_for(std::uint64_t failures, double tolerated, double alpha) {
  const auto enough = [&](std::uint64_t n) {
    return binomial_cdf(static_cast<double>(failures), static_cast<double>(n), tolerated) <= alpha;
  };
  std::uint64_t low = failures;
  std::uint64_t high = failures + 1;
  for (; !enough(high) && high <= kMostRequests; high *= 2) low = high;
  while (high - low > 1) {
    const auto middle = low + (high - low) / 2;
    (enough(middle) ? high : low) = middle;
  }
  return high;
}

}  // namespace

double attribution_evidence(double canary_failures, double stable_failures, double share, double ratio) {
  if (!valid(share, ratio)) return 0;
  const double worse = tilted(share, ratio);
  return canary_failures * std::log(worse / share) + stable_failures * std::log((1 - worse) / (1 - share));
}

std::optional<double> attribution_failures(double share, double ratio, double alpha) {
  if (!valid(share, ratio) || !(alpha > 0 && alpha < 1)) return std::nullopt;
  const double worse = tilted(share, ratio);
  return std::log(1 / alpha) / attribution_evidence(worse, 1 - worse, share, ratio);
}

std::optional<std::uint64_t> promotion_requests(double rate, double tolerated, double alpha) {
  if (!(rate >= 0 && rate < tolerated && tolerated < 1)) return std::nullopt;
  const auto requests = [&](std::uint64_t failures) { return requests_for(failures, tolerated, alpha); };
  const auto expected = [&](std::uint64_t failures) {
    return static_cast<double>(requests(failures)) * rate <= static_cast<double>(failures) + 1e-9;
  };
  if (expected(0)) return requests(0);
  std::uint64_t low = 0;
  std::uint64_t high = 1;
  for (; !expected(high); high *= 2) {
    if (requests(high) > kMostRequests) return std::nullopt;
    low = high;
  }
  while (high - low > 1) {
    const auto middle = low + (high - low) / 2;
    (expected(middle) ? high : low) = middle;
  }
  return requests(high);
}

std::uint64_t abort_failures(std::uint64_t n, double rate, double alpha) {
  const auto size = static_cast<double>(n);
  std::uint64_t low = 0;  // P(X ≥ 0) = 1
  std::uint64_t high = n + 1;
  while (high - low > 1) {
    const auto middle = low + (high - low) / 2;
    // P(X ≥ k) as P(passes ≤ n − k): precise in the tail.
    (binomial_cdf(size - static_cast<double>(middle), size, 1 - rate) <= alpha ? high : low) = middle;
  }
  return high;
}

}  // namespace assay::stats
