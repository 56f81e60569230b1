#include <assay/stats/ppi.hpp>

#include <gtest/gtest.h>

#include <string_view>
#include <vector>

namespace assay::stats {
namespace {

std::vector<double> bits(std::string_view text) {
  std::vector<double> values;
  for (const char c : text) values.push_back(c == '1' ? 1 : 0);
  return values;
}

const auto kLabels = bits("10110110");
const auto kJudged = bits("11110100");
const auto kUnlabelled = bits("11101110111101110111");

TEST(Ppi, agrees_with_a_worked_example) {
  // the same with NumPy 2: classical, PPI and PPI++
  const auto classical = ppi(kLabels, kJudged, kUnlabelled, 0);
  const auto plain = ppi(kLabels, kJudged, kUnlabelled, 1);
  const auto best = ppi(kLabels, kJudged, kUnlabelled);
  ASSERT_TRUE(classical && plain && best);
  EXPECT_NEAR(classical->mean, .625, 1e-12);
  EXPECT_NEAR(classical->standard_error, .18298, 5e-6);
  EXPECT_NEAR(plain->mean, .800, 1e-12);
  EXPECT_NEAR(plain->standard_error, .21008, 5e-6);
  EXPECT_NEAR(best->lambda, .459184, 5e-7);
  EXPECT_NEAR(best->mean, .705357, 5e-7);
  EXPECT_NEAR(best->standard_error, .167236, 5e-7);
}

TEST(Ppi, the_interval_of_a_share_stays_between_0_and_1) {
  const auto best = ppi(kLabels, kJudged, kUnlabelled);
  ASSERT_TRUE(best);
  const auto interval = ppi_interval(*best, 0.05);  // .705357 ∓ 1.644854 · .167236
  EXPECT_NEAR(interval.low, .430278, 2e-6);
  EXPECT_NEAR(interval.high, .980436, 2e-6);
  EXPECT_EQ(ppi_interval(*best, 0.01).high, 1);
}

TEST(Ppi, a_constant_judge_has_no_weight) {
  const auto estimate = ppi(kLabels, std::vector<double>(8, 1.0), std::vector<double>(20, 1.0));
  ASSERT_TRUE(estimate);
  EXPECT_EQ(estimate->lambda, 0);
  EXPECT_NEAR(estimate->mean, .625, 1e-12);
}

TEST(Ppi, a_judge_against_the_labels_has_no_weight) {
  std::vector<double> opposite;
  for (const double label : kLabels) opposite.push_back(1 - label);
  EXPECT_EQ(ppi(kLabels, opposite, kUnlabelled)->lambda, 0);
}

TEST(Ppi, edges) {
  EXPECT_FALSE(ppi({}, {}, kUnlabelled));
  EXPECT_FALSE(ppi(bits("1"), bits("1"), kUnlabelled));
  EXPECT_FALSE(ppi(kLabels, bits("11"), kUnlabelled));
  EXPECT_FALSE(ppi(kLabels, kJudged, bits("1")));
  const auto equal = ppi(bits("11"), bits("11"), bits("11"));
  ASSERT_TRUE(equal);
  EXPECT_EQ(equal->mean, 1);
  EXPECT_EQ(equal->standard_error, 0);
}

}  // namespace
}  // namespace assay::stats
