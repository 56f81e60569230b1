#include <assay/stats/betting.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace assay::stats {
namespace {

/// 1,1,0,1,1,1,1,0 and twelve more passes.
std::vector<double> twenty() {
  std::vector<double> values(20, 1.0);
  values[2] = 0;
  values[7] = 0;
  return values;
}

double hedged(std::size_t t, double mean) {
  const auto values = twenty();
  const auto capital = betting_capital(std::span(values).first(t), mean, 0.025);
  return std::max(std::exp(capital.log_up), std::exp(capital.log_down)) / 2;
}

TEST(BettingCapital, agrees_with_a_test_vector) {
  struct Row {
    double mean, at_5, at_10, at_20;
  };
  for (const auto& row : {Row{.5, 1.265625, 3.203613, 184.736485}, Row{.6, .790123, 1.248590, 22.172123},
                          Row{.7, .543530, .590850, 4.117996}}) {
    SCOPED_TRACE(row.mean);
    EXPECT_NEAR(hedged(5, row.mean), row.at_5, 1e-6);
    EXPECT_NEAR(hedged(10, row.mean), row.at_10, 1e-6);
    EXPECT_NEAR(hedged(20, row.mean), row.at_20, 1e-6);
  }
}

TEST(BettingBounds, agree_with_the_same_vector) {
  const auto bounds = betting_bounds(twenty(), 0.025);
  ASSERT_TRUE(bounds);
  EXPECT_NEAR(bounds->low, .606, 1e-3);
  EXPECT_NEAR(bounds->high, .999, 1.001e-3);  // published on a grid of .001
}

TEST(BettingBounds, a_part_of_a_known_whole_says_more) {
  const auto values = twenty();
  const auto open = betting_bounds(values, 0.05);
  const auto part = betting_bounds(values, 0.05, 0.5, 40);
  const auto whole = betting_bounds(values, 0.05, 0.5, 20);
  ASSERT_TRUE(open && part && whole);
  EXPECT_GT(part->low, open->low);
  // 18 of 40 have passed and 2 failed: no mean outside .45…0.95 is left.
  EXPECT_GE(part->low, .45);
  EXPECT_LE(part->high, .95 + 1e-9);
  EXPECT_NEAR(whole->low, .9, 1e-6);
  EXPECT_NEAR(whole->high, .9, 1e-6);
}

TEST(BettingBounds, edges) {
  const auto none = betting_bounds({}, 0.05);
  ASSERT_TRUE(none);
  EXPECT_EQ(none->low, 0);
  EXPECT_EQ(none->high, 1);
  EXPECT_FALSE(betting_bounds(std::vector<double>{0.5, 1.5}, 0.05));
  EXPECT_FALSE(betting_bounds(std::vector<double>{std::nan("")}, 0.05));
  EXPECT_FALSE(betting_bounds(std::vector<double>(5, 1.0), 0.05, 0.5, 4));
  for (const double value : {0.0, 0.3, 1.0}) {
    for (const std::size_t n : {1u, 2u, 50u}) {
      const auto bounds = betting_bounds(std::vector<double>(n, value), 0.05);
      ASSERT_TRUE(bounds);
      EXPECT_LE(bounds->low, value);
      EXPECT_GE(bounds->high, value);
    }
  }
  EXPECT_EQ(betting_bounds(std::vector<double>(50, 1.0), 0.05)->high, 1);
  EXPECT_EQ(betting_bounds(std::vector<double>(50, 0.0), 0.05)->low, 0);
}

int cases_until_twenty(double cap) {
  MeanEvidence evidence{.null_mean = (1 - 0.05) / 2, .cap = cap};
  int n = 0;
  while (anytime_p(evidence) > 0.05 && n < 1000) {
    observe(evidence, 0.5);  // a difference of 0
    ++n;
  }
  return n;
}

TEST(MeanEvidence, equal_runs_prove_a_margin_at_the_published_n) {
  EXPECT_EQ(cases_until_twenty(0.5), 121);
  EXPECT_EQ(cases_until_twenty(0.9), 74);
}

TEST(MeanEvidence, grows_where_the_mean_is_above_and_never_elsewhere) {
  MeanEvidence above{.null_mean = 0.5};
  MeanEvidence below{.null_mean = 0.5};
  for (int i = 0; i < 200; ++i) {
    observe(above, i % 4 == 0 ? 0 : 1);
    observe(below, i % 4 == 0 ? 1 : 0);
  }
  EXPECT_LT(anytime_p(above), 1e-4);
  EXPECT_GT(anytime_p(below), 0.3);
}

TEST(MeanEvidence, what_cannot_be_used_counts_against_the_claim) {
  MeanEvidence evidence{.null_mean = 0.4};
  MeanEvidence zeros{.null_mean = 0.4};
  for (int i = 0; i < 30; ++i) {
    observe(evidence, i % 2 == 0 ? 0.9 : std::nan(""));
    observe(zeros, i % 2 == 0 ? 0.9 : 0);
  }
  EXPECT_EQ(evidence.log_wealth, zeros.log_wealth);
  MeanEvidence impossible{.null_mean = 1};
  observe(impossible, 1);
  EXPECT_EQ(anytime_p(impossible), 1);
}

/// The chance, at the mean of the hypothesis, of ever reaching 1/alpha in n coin tosses: all 2^n sequences.
double false_alarm(MeanEvidence evidence, double rate, int left, double alpha) {
  if (anytime_p(evidence) <= alpha) return 1;
  if (left == 0) return 0;
  auto pass = evidence;
  auto fail = evidence;
  observe(pass, 1);
  observe(fail, 0);
  return rate * false_alarm(pass, rate, left - 1, alpha) + (1 - rate) * false_alarm(fail, rate, left - 1, alpha);
}

TEST(MeanEvidence, looking_at_every_case_alarms_no_more_often_than_promised) {
  double ever = 0;
  for (const double rate : {0.2, 0.5, 0.8}) {
    SCOPED_TRACE(rate);
    for (const double alpha : {0.1, 0.3}) {
      const double chance = false_alarm({.null_mean = rate, .cap = 0.9}, rate, 14, alpha);
      EXPECT_LE(chance, alpha);
      ever += chance;
    }
  }
  EXPECT_GT(ever, 0.3);
}

}  // namespace
}  // namespace assay::stats
