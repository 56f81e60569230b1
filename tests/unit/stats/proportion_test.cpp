#include <assay/stats/proportion.hpp>

#include <gtest/gtest.h>

#include <cmath>

namespace assay::stats {
namespace {

TEST(Wilson, two_sided_bounds_agree_with_r_binconf) {
  struct Row {
    double k, n, low, high;
  };
  // R: DescTools::BinomCI(k, n, method = "wilson")
  for (const auto& row : {Row{45, 50, .7864, .9565}, Row{50, 50, .9287, 1}, Row{0, 50, 0, .0713},
                          Row{190, 200, .9104, .9726}, Row{9, 10, .5958, .9821}}) {
    SCOPED_TRACE(row.k / row.n);
    const auto interval = wilson(row.k, row.n, 0.05);
    EXPECT_NEAR(interval.low, row.low, 5e-5);
    EXPECT_NEAR(interval.high, row.high, 5e-5);
  }
}

TEST(Wilson, one_sided_bounds_agree_with_published_values) {
  EXPECT_NEAR(wilson_lower(45, 50, 0.05), .8085, 5e-5);
  EXPECT_NEAR(wilson_lower(200, 200, 0.05), .9867, 5e-5);
  EXPECT_NEAR(wilson_lower(25, 25, 0.05), .9023, 5e-5);
  EXPECT_NEAR(wilson_upper(5, 50, 0.05), 1 - .8085, 5e-5);
}

TEST(Wilson, the_ends_stay_within_zero_and_one) {
  EXPECT_EQ(wilson_lower(0, 50, 0.05), 0);
  EXPECT_EQ(wilson_upper(50, 50, 0.05), 1);
  EXPECT_EQ(wilson_lower(0, 0, 0.05), 0);
  EXPECT_EQ(wilson_upper(0, 0, 0.05), 1);
  EXPECT_NEAR(wilson_lower(1, 1, 0.05), 1 / (1 + 1.6448536 * 1.6448536), 1e-6);
}

TEST(ClopperPearson, two_sided_bounds_agree_with_r_binom_test) {
  struct Row {
    double k, n, low, high;
  };
  for (const auto& row : {Row{45, 50, .7819, .9667}, Row{50, 50, .9289, 1}, Row{0, 50, 0, .0711},
                          Row{190, 200, .9100, .9758}, Row{9, 10, .5550, .9975}}) {
    SCOPED_TRACE(row.k / row.n);
    const auto interval = clopper_pearson(row.k, row.n, 0.05);
    EXPECT_NEAR(interval.low, row.low, 5e-5);
    EXPECT_NEAR(interval.high, row.high, 5e-5);
  }
  EXPECT_NEAR(clopper_pearson_lower(45, 50, 0.05), .8012, 5e-5);
  EXPECT_NEAR(clopper_pearson_lower(200, 200, 0.05), .9851, 5e-5);
}

TEST(ClopperPearson, the_upper_bound_agrees_with_scipys_documentation) {
  // scipy.stats.binomtest(3, n=15, p=0.1).proportion_ci(): ConfidenceInterval(low=0.0433…, high=0.4809…)
  const auto interval = clopper_pearson(3, 15, 0.05);
  EXPECT_NEAR(interval.low, 0.04331, 1e-5);
  EXPECT_NEAR(interval.high, 0.48089, 1e-5);
}

TEST(ClopperPearson, really_covers_at_the_level_it_promises) {
  // P(upper bound < p) by enumeration of all outcomes.
  for (const double n : {1.0, 5.0, 20.0, 60.0}) {
    for (const double p : {0.01, 0.1, 0.5, 0.93}) {
      SCOPED_TRACE(::testing::Message() << "n " << n << ", p " << p);
      double missed = 0;
      for (double k = 0; k <= n; ++k) {
        if (clopper_pearson_upper(k, n, 0.05) >= p) continue;
        missed += binomial_cdf(k, n, p) - binomial_cdf(k - 1, n, p);
      }
      EXPECT_LE(missed, 0.05 + 1e-12);
    }
  }
}

TEST(Jeffreys, agrees_with_published_intervals) {
  struct Row {
    double k, n, low, high;
  };
  // R: DescTools::BinomCI(k, n, method = "jeffreys"), the ends at 0 and n fixed
  for (const auto& row : {Row{45, 50, .7946, .9608}, Row{50, 50, .9512, 1}, Row{0, 50, 0, .0488},
                          Row{190, 200, .9131, .9740}, Row{9, 10, .6187, .9890}}) {
    SCOPED_TRACE(row.k / row.n);
    const auto interval = jeffreys(row.k, row.n, 0.05);
    EXPECT_NEAR(interval.low, row.low, 5e-5);
    EXPECT_NEAR(interval.high, row.high, 5e-5);
  }
  // statsmodels 0.15.0 proportion_confint(1, 10, method='jeffreys')
  EXPECT_NEAR(jeffreys(1, 10, 0.05).low, 0.011011673763161133, 1e-10);
  EXPECT_NEAR(jeffreys(1, 10, 0.05).high, 0.3813147710666164, 1e-10);
  EXPECT_EQ(jeffreys_lower(0, 0, 0.05), 0);
  EXPECT_EQ(jeffreys_upper(0, 0, 0.05), 1);
  EXPECT_NEAR(jeffreys_lower(1, 1, 0.025), 0.1467463, 5e-8);  // scipy 1.17.1 beta.ppf(.025, 1.5, .5)
}

TEST(ZeroFailures, the_rate_left_open_and_the_n_to_claim_one) {
  EXPECT_NEAR(zero_failure_upper(30, 0.05), .0950, 5e-5);
  EXPECT_NEAR(zero_failure_upper(59, 0.05), .0495, 5e-5);
  EXPECT_NEAR(zero_failure_upper(100, 0.05), .0295, 5e-5);
  EXPECT_NEAR(zero_failure_upper(299, 0.05), .00997, 5e-6);
  EXPECT_NEAR(zero_failure_upper(500, 0.05), .00597, 5e-6);
  EXPECT_EQ(zero_failure_upper(0, 0.05), 1);
  EXPECT_NEAR(zero_failure_upper(1, 0.05), 0.95, 1e-12);
  EXPECT_NEAR(zero_failure_upper(100, 0.05), clopper_pearson_upper(0, 100, 0.05), 1e-12);
  EXPECT_EQ(zero_failure_n(0.05, 0.05), 59u);
  EXPECT_EQ(zero_failure_n(0.02, 0.05), 149u);
  EXPECT_EQ(zero_failure_n(0.01, 0.05), 299u);
  EXPECT_EQ(zero_failure_n(0.001, 0.05), 2995u);
  EXPECT_EQ(zero_failure_n(0.95, 0.05), 1u);
}

TEST(ScoreTest, is_significant_exactly_where_the_wilson_bound_reaches) {
  for (double n : {1.0, 7.0, 11.0, 50.0, 400.0}) {
    for (double k = 0; k <= n; ++k) {
      SCOPED_TRACE(::testing::Message() << k << " of " << n);
      EXPECT_EQ(score_p_at_least(k, n, 0.8) <= 0.05, wilson_lower(k, n, 0.05) >= 0.8);
      EXPECT_EQ(score_p_at_most(k, n, 0.8) <= 0.05, wilson_upper(k, n, 0.05) <= 0.8);
    }
  }
  EXPECT_EQ(score_p_at_least(0, 0, 0.8), 1);
  EXPECT_EQ(score_p_at_least(3, 5, 0), 0);
}

TEST(BinomialCdf, agrees_with_r_pbinom) {
  // R: pbinom(3, 10, 0.5) 0.171875; pbinom(58, 59, 0.95) 1 - 0.95^59; pbinom(0, 20, 0.1) 0.9^20
  EXPECT_NEAR(binomial_cdf(3, 10, 0.5), 0.171875, 1e-12);
  EXPECT_NEAR(binomial_cdf(58, 59, 0.95), 1 - std::pow(0.95, 59), 1e-12);
  EXPECT_NEAR(binomial_cdf(0, 20, 0.1), std::pow(0.9, 20), 1e-12);
  EXPECT_EQ(binomial_cdf(-1, 20, 0.1), 0);
  EXPECT_EQ(binomial_cdf(20, 20, 0.1), 1);
}

TEST(SampleSize, an_all_pass_suite_needs_eleven_cases_for_a_floor_of_four_fifths) {
  EXPECT_EQ(all_pass_n(0.8, 0.05), 11u);
  EXPECT_LT(wilson_lower(10, 10, 0.05), 0.8);
  EXPECT_GE(wilson_lower(11, 11, 0.05), 0.8);
  for (const double floor : {0.5, 0.9, 0.95, 0.99}) {
    SCOPED_TRACE(floor);
    const auto n = static_cast<double>(all_pass_n(floor, 0.05));
    EXPECT_GE(wilson_lower(n, n, 0.05), floor);
    EXPECT_LT(wilson_lower(n - 1, n - 1, 0.05), floor);
  }
  EXPECT_EQ(all_pass_n(1, 0.05), 0u);
  EXPECT_EQ(all_pass_n(0, 0.05), 1u);
}

TEST(SampleSize, at_a_rate_the_bound_is_reached_at_that_n_and_not_before) {
  for (const double rate : {0.83, 0.9, 0.7}) {
    SCOPED_TRACE(rate);
    const auto n = static_cast<double>(score_n(rate, 0.8, 0.05));
    const auto decided = [&](double cases) {
      return rate > 0.8 ? wilson_lower(rate * cases, cases, 0.05) >= 0.8
                        : wilson_upper(rate * cases, cases, 0.05) <= 0.8;
    };
    EXPECT_TRUE(decided(n));
    EXPECT_FALSE(decided(n - 1));
  }
  EXPECT_EQ(score_n(0.8, 0.8, 0.05), 0u);
  EXPECT_EQ(score_n(0.9, 1, 0.05), 0u);
}

TEST(SampleSize, the_least_number_of_passes) {
  for (const std::uint64_t n : {11u, 50u, 1000u}) {
    SCOPED_TRACE(n);
    const auto k = passes_needed(n, 0.8, 0.05);
    ASSERT_LE(k, n);
    EXPECT_GE(wilson_lower(static_cast<double>(k), static_cast<double>(n), 0.05), 0.8);
    EXPECT_LT(wilson_lower(static_cast<double>(k - 1), static_cast<double>(n), 0.05), 0.8);
  }
  EXPECT_EQ(passes_needed(10, 0.8, 0.05), 11u);
  EXPECT_EQ(passes_needed(10, 0, 0.05), 0u);
}

TEST(DetectableDifference, agrees_with_a_worked_power_calculation) {
  // n = 200, variance 0.1275, one-sided alpha 0.05, power 0.8
  EXPECT_NEAR(detectable_difference(std::sqrt(0.1275 / 200), 0.05), .0628, 5e-5);
  EXPECT_NEAR(detectable_difference(std::sqrt(0.1275 / 200), 0.025), .0707, 5e-5);
}

}  // namespace
}  // namespace assay::stats
