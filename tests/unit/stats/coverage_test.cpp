// How often a bound misses the truth, by enumeration of all outcomes: docs/statistics.md states these numbers.

#include <assay/stats/delta.hpp>
#include <assay/stats/paired_binary.hpp>
#include <assay/stats/proportion.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <initializer_list>
#include <vector>

namespace assay::stats {
namespace {

double chance_of(double k, double n, double p) {
  return std::exp(std::lgamma(n + 1) - std::lgamma(k + 1) - std::lgamma(n - k + 1) + k * std::log(p) +
                  (n - k) * std::log1p(-p));
}

struct Misses {
  double most = 0;
  double mean = 0;
};

using Bound = std::function<double(double, double, double)>;

/// How often the lower 95 % bound lies above the true rate, over n and rates from/50 to .98.
Misses misses_of_lower(const Bound& lower, int from) {
  Misses misses;
  int count = 0;
  for (const double n : {10.0, 25.0, 50.0, 100.0, 200.0}) {
    std::vector<double> bounds;
    for (double k = 0; k <= n; ++k) bounds.push_back(lower(k, n, 0.05));
    for (int i = from; i < 50; ++i) {
      const double p = i / 50.0;
      double missed = 0;
      for (double k = 0; k <= n; ++k) {
        if (bounds[static_cast<std::size_t>(k)] > p) missed += chance_of(k, n, p);
      }
      misses.most = std::max(misses.most, missed);
      misses.mean += missed;
      ++count;
    }
  }
  misses.mean /= count;
  return misses;
}

TEST(Coverage, of_bounds_of_a_proportion) {
  struct Row {
    const char* name;
    Bound lower;
    double most, mean;
  };
  for (const auto& row : {Row{"clopper-pearson", clopper_pearson_lower, .05, .032},
                          Row{"wilson", wilson_lower, .184, .0485}, Row{"jeffreys", jeffreys_lower, .138, .0515}}) {
    SCOPED_TRACE(row.name);
    const auto misses = misses_of_lower(row.lower, 1);
    EXPECT_LE(misses.most, row.most);
    EXPECT_LE(misses.mean, row.mean);
    EXPECT_GT(misses.mean, row.mean - .005);
  }
}

TEST(Coverage, of_wilsons_lower_bound_where_pass_rates_are) {
  EXPECT_LE(misses_of_lower(wilson_lower, 25).most, .09);   // rates from 0.5
  EXPECT_LE(misses_of_lower(wilson_lower, 40).most, .072);  // from 0.8
  EXPECT_LE(misses_of_lower(wilson_lower, 40).mean, .026);
}

using Difference = std::function<double(const PairedCounts&)>;

/// How often a lower 95 % bound lies above the true difference, for n cases of which the share `discordance` differ.
double misses_of_difference(const Difference& lower, double n, double discordance, double difference) {
  const double gain = (1 + difference / discordance) / 2;
  double missed = 0;
  for (double m = 0; m <= n; ++m) {
    const double chance = chance_of(m, n, discordance);
    if (chance < 1e-9) continue;
    for (double gained = m; gained >= 0; --gained) {
      const double both = std::floor(0.8 * (n - m));
      const PairedCounts counts{both, gained, m - gained, n - m - both};
      if (lower(counts) <= difference) break;  // and so do all with fewer gains
      missed += chance * chance_of(gained, m, gain);
    }
  }
  return missed;
}

double most_misses_of_difference(const Difference& lower, std::initializer_list<double> differences) {
  double most = 0;
  for (const double n : {25.0, 50.0, 100.0}) {
    for (const double discordance : {0.06, 0.1, 0.2, 0.4}) {
      for (const double difference : differences) {
        most = std::max(most, misses_of_difference(lower, n, discordance, difference));
      }
    }
  }
  return most;
}

TEST(Coverage, of_bounds_of_a_paired_difference) {
  const Difference tango = [](const auto& counts) { return tango_lower(counts, 0.05); };
  const Difference newcombe = [](const auto& counts) { return newcombe_lower(counts, 0.05); };
  EXPECT_LE(most_misses_of_difference(tango, {-0.05, 0, 0.05}), .065);
  EXPECT_LE(most_misses_of_difference(tango, {-0.05}), .0503);  // a margin proved where it is just reached
  EXPECT_LE(most_misses_of_difference(newcombe, {-0.05, 0, 0.05}), .064);
}

TEST(Coverage, a_margin_by_the_t_test_is_passed_at_the_margin_about_as_often_as_promised) {
  const Difference with_floor = [](const PairedCounts& counts) {
    std::vector<double> deltas(static_cast<std::size_t>(counts.both + counts.neither), 0.0);
    deltas.insert(deltas.end(), static_cast<std::size_t>(counts.gained), 1.0);
    deltas.insert(deltas.end(), static_cast<std::size_t>(counts.lost), -1.0);
    return delta_lower(delta_estimate(deltas, {}), 0.05, margin_floor(0.05));
  };
  for (const double discordance : {0.06, 0.115, 0.2, 0.4}) {
    SCOPED_TRACE(discordance);
    EXPECT_LE(misses_of_difference(with_floor, 100, discordance, -0.05), .061);
    EXPECT_LE(misses_of_difference(with_floor, 200, discordance, -0.05), .057);
  }
}

}  // namespace
}  // namespace assay::stats
