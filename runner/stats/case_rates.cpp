#include <assay/core/random.hpp>
#include <assay/stats/case_rates.hpp>

#include <boost/math/distributions/beta.hpp>

#include <algorithm>

namespace assay::stats {

namespace {

constexpr double kLeastSum = 0.01;  // every case nearly always the same
constexpr double kMostSum = 1000;   // every case nearly as any other

/// s from E[p(1−p)] = m(1−m)·s/(s+1).
BetaRates of_mean_and_within(double m, double within) {
  const double between = m * (1 - m) - within;
  const double sum = between > 0 ? std::clamp(within / between, kLeastSum, kMostSum) : kMostSum;
  return {m * sum, (1 - m) * sum};
}

}  // namespace

std::optional<BetaRates> fit_rates(std::span<const CaseCount> cases) {
  double passes = 0;
  double samples = 0;
  double within = 0;
  double repeated = 0;
  for (const auto& [c, n] : cases) {
    passes += c;
    samples += n;
    if (n < 2) continue;
    within += c * (n - c) / (n * (n - 1));
    ++repeated;
  }
  if (repeated == 0) return std::nullopt;
  return of_mean_and_within((passes + 0.5) / (samples + 1), within / repeated);
}

BetaRates rates_of_discordance(double rate, double discordance) {
  return of_mean_and_within(rate, discordance / 2);
}

BetaRates after(const BetaRates& prior, const CaseCount& seen) {
  return {prior.passes + seen.passes, prior.fails + seen.samples - seen.passes};
}

std::vector<double> rate_table(const BetaRates& rates, std::size_t parts) {
  const boost::math::beta_distribution<> beta(rates.passes, rates.fails);
  std::vector<double> table;
  table.reserve(parts);
  for (std::size_t i = 0; i < parts; ++i) {
    table.push_back(boost::math::quantile(beta, (static_cast<double>(i) + 0.5) / static_cast<double>(parts)));
  }
  return table;
}

double draw_rate(std::span<const double> table, std::uint64_t key) {
  return table[static_cast<std::size_t>(uniform(key) * static_cast<double>(table.size()))];
}

}  // namespace assay::stats
