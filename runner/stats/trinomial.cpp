#include "runner/stats/bca.hpp"

#include <assay/stats/resample.hpp>

#include <algorithm>
#include <cmath>
#include <vector>

namespace assay::stats {

namespace {

/// The probabilities of Bin(n, rate) over the values that matter: all but a mass below 1e-15.
struct Binomial {
  std::uint64_t first = 0;
  std::vector<double> chance;
};

Binomial binomial(std::uint64_t n, double rate) {
  const auto size = static_cast<double>(n);
  const double reach = 9 * std::sqrt(size * rate * (1 - rate)) + 40;
  const double least = std::max(std::floor(size * rate - reach), 0.0);
  const double most = std::min(std::ceil(size * rate + reach), size);
  Binomial result{static_cast<std::uint64_t>(least), {}};
  for (double k = least; k <= most; ++k) {
    const double ways = std::lgamma(size + 1) - std::lgamma(k + 1) - std::lgamma(size - k + 1);
    const double passes = k > 0 ? k * std::log(rate) : 0;
    const double failures = k < size ? (size - k) * std::log1p(-rate) : 0;
    result.chance.push_back(std::exp(ways + passes + failures));
  }
  return result;
}

/// The distribution of gained − lost in a replicate, from −reach to reach.
struct Differences {
  std::int64_t reach = 0;
  std::vector<double> chance;

  double& at(std::int64_t k) { return chance[static_cast<std::size_t>(k + reach)]; }
};

Differences replicate_differences(std::uint64_t n, std::uint64_t gained, std::uint64_t lost) {
  const auto discordant = static_cast<double>(gained + lost);
  const auto cases = binomial(n, discordant / static_cast<double>(n));
  Differences result;
  result.reach = static_cast<std::int64_t>(cases.first + cases.chance.size() - 1);
  result.chance.assign(static_cast<std::size_t>(2 * result.reach + 1), 0.0);
  for (std::size_t i = 0; i < cases.chance.size(); ++i) {
    const auto m = cases.first + i;
    const auto wins = binomial(m, static_cast<double>(gained) / discordant);
    for (std::size_t j = 0; j < wins.chance.size(); ++j) {
      const auto won = static_cast<std::int64_t>(wins.first + j);
      result.at(2 * won - static_cast<std::int64_t>(m)) += cases.chance[i] * wins.chance[j];
    }
  }
  return result;
}

/// Over −1, 0 and 1 with their mean subtracted: Σ of cubes / 6(Σ of squares)^1.5.
double jackknife_acceleration(double n, double gained, double lost) {
  const double mean = (gained - lost) / n;
  const double still = n - gained - lost;
  const double squares = gained * std::pow(1 - mean, 2) + lost * std::pow(1 + mean, 2) + still * mean * mean;
  const double cubes = gained * std::pow(1 - mean, 3) - lost * std::pow(1 + mean, 3) - still * std::pow(mean, 3);
  return cubes / (6 * std::pow(squares, 1.5));
}

}  // namespace

std::optional<Bootstrap> trinomial_bootstrap(std::uint64_t n, std::uint64_t gained, std::uint64_t lost, double alpha) {
  if (n < 2 || gained > n || lost > n - gained || gained + lost == 0 || gained == n || lost == n) return std::nullopt;
  auto differences = replicate_differences(n, gained, lost);
  const auto observed = static_cast<std::int64_t>(gained) - static_cast<std::int64_t>(lost);
  double below = differences.at(observed) / 2;
  for (auto k = -differences.reach; k < observed; ++k) below += differences.at(k);
  const auto size = static_cast<double>(n);
  const auto quantile = [&](double level) {
    double sum = 0;
    auto k = -differences.reach;
    for (; k < differences.reach; ++k) {
      sum += differences.at(k);
      if (sum >= level - 1e-12) break;
    }
    return static_cast<double>(k) / size;
  };
  const double acceleration = jackknife_acceleration(size, static_cast<double>(gained), static_cast<double>(lost));
  return bootstrap_bounds(below, acceleration, alpha, quantile);
}

}  // namespace assay::stats
