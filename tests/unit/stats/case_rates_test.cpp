#include <assay/core/random.hpp>
#include <assay/stats/case_rates.hpp>

#include <gtest/gtest.h>

#include <numeric>

namespace assay::stats {
namespace {

double mean_of(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

TEST(CaseRates, the_table_has_the_mean_and_the_quantiles_of_the_distribution) {
  const auto table = rate_table({6, 2});
  EXPECT_NEAR(mean_of(table), 0.75, 1e-4);
  EXPECT_NEAR(table[255], 0.7709, 2e-3);  // R: qbeta(.5, 6, 2) = 0.7714
  EXPECT_TRUE(std::is_sorted(table.begin(), table.end()));
  const auto extreme = rate_table({0.0095, 0.0005});  // nearly every case always passes or always fails
  EXPECT_NEAR(mean_of(extreme), 0.95, 2e-3);
}

TEST(CaseRates, a_fit_finds_the_distribution_that_cases_were_drawn_from) {
  const BetaRates truth{4, 1};
  const auto table = rate_table(truth);
  std::vector<CaseCount> cases;
  for (std::uint64_t i = 0; i < 4000; ++i) {
    const double rate = draw_rate(table, mix(1, i));
    double passes = 0;
    for (std::uint64_t sample = 0; sample < 5; ++sample) passes += uniform(mix(mix(2, i), sample)) < rate ? 1 : 0;
    cases.push_back({passes, 5});
  }
  const auto found = fit_rates(cases);
  ASSERT_TRUE(found);
  EXPECT_NEAR(found->mean(), 0.8, 0.02);
  EXPECT_NEAR(found->passes + found->fails, 5, 0.8);
}

TEST(CaseRates, one_sample_a_case_does_not_say_how_a_case_repeats_itself) {
  EXPECT_FALSE(fit_rates(std::vector<CaseCount>{{1, 1}, {0, 1}, {1, 1}}));
  EXPECT_FALSE(fit_rates({}));
}

TEST(CaseRates, cases_that_never_changed_are_nearly_certain_to_stay) {
  const std::vector<CaseCount> same{{5, 5}, {5, 5}, {0, 5}, {5, 5}};
  const auto prior = fit_rates(same);
  ASSERT_TRUE(prior);
  EXPECT_GT(after(*prior, {5, 5}).mean(), 0.99);
  EXPECT_LT(after(*prior, {0, 5}).mean(), 0.01);
  const std::vector<CaseCount> perfect{{5, 5}, {5, 5}};
  EXPECT_GT(after(*fit_rates(perfect), {5, 5}).mean(), 0.99);
}

TEST(CaseRates, a_discordance_is_met_where_the_rate_allows_it) {
  const auto rates = rates_of_discordance(0.8, 0.1);
  EXPECT_NEAR(rates.mean(), 0.8, 1e-12);
  double differ = 0;
  const auto table = rate_table(rates, 4096);
  for (const double p : table) differ += 2 * p * (1 - p) / static_cast<double>(table.size());
  EXPECT_NEAR(differ, 0.1, 1e-3);
  EXPECT_NEAR(rates_of_discordance(0.99, 0.1).passes, 990, 1e-6);  // 2m(1−m) is 0.0198 at most: all cases alike
}

}  // namespace
}  // namespace assay::stats
