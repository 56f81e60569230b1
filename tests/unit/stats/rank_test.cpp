#include <assay/stats/rank.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace assay::stats {
namespace {

const std::vector<double> kBefore{412, 455, 430, 520, 610, 398, 447, 501};
const std::vector<double> kAfter{488, 530, 475, 602, 700, 457, 540, 590};

TEST(MannWhitney, agrees_with_a_worked_example) {
  const auto test = mann_whitney(kBefore, kAfter);
  ASSERT_TRUE(test);
  EXPECT_EQ(test->u, 51);
  EXPECT_NEAR(test->superiority, .7969, 5e-5);
  EXPECT_NEAR(test->z, 1.9429, 5e-5);
  EXPECT_TRUE(test->exact);
  EXPECT_NEAR(test->p_two_sided, 0.04988344988344988, 1e-12);  // scipy 1.17.1 mannwhitneyu(method='exact')
}

TEST(MannWhitney, agrees_with_scipys_documentation) {
  // mannwhitneyu(males, females, method='exact'): U 17, p 0.1111111111111111
  const std::vector<double> males{19, 22, 16, 29, 24};
  const std::vector<double> females{20, 11, 17, 12};
  const auto test = mann_whitney(females, males);
  ASSERT_TRUE(test);
  EXPECT_EQ(test->u, 17);
  EXPECT_NEAR(test->p_two_sided, 1.0 / 9, 1e-12);
  EXPECT_NEAR(test->p_greater, 1.0 / 18, 1e-12);
  EXPECT_NEAR(test->p_less, 0.9682539682539683, 1e-12);
}

TEST(MannWhitney, with_ties_agrees_with_scipys_normal_approximation) {
  const std::vector<double> first{1, 2, 2, 3, 5, 5, 7};
  const std::vector<double> second{2, 3, 5, 5, 5, 8, 9, 9};
  const auto test = mann_whitney(first, second);
  ASSERT_TRUE(test);
  EXPECT_FALSE(test->exact);
  EXPECT_EQ(test->u, 41.5);
  EXPECT_NEAR(test->p_two_sided, 0.12340253854336253, 1e-12);
  EXPECT_NEAR(test->p_greater, 0.061701269271681264, 1e-12);
  EXPECT_NEAR(test->p_less, 0.9514581337183101, 1e-12);
}

TEST(MannWhitney, beyond_2500_pairs_is_approximate) {
  std::vector<double> first;
  std::vector<double> second;
  for (int i = 0; i < 60; ++i) {
    first.push_back(i);
    second.push_back(i + 4.5);
  }
  const auto test = mann_whitney(first, second);
  ASSERT_TRUE(test);
  EXPECT_NEAR(test->p_two_sided, 0.17319101439403606, 1e-12);  // scipy: exact 0.17381…
}

TEST(MannWhitney, edges) {
  EXPECT_FALSE(mann_whitney({}, kAfter));
  EXPECT_FALSE(mann_whitney(kBefore, {}));
  const auto equal = mann_whitney(std::vector<double>(5, 2.0), std::vector<double>(7, 2.0));
  ASSERT_TRUE(equal);
  EXPECT_EQ(equal->superiority, 0.5);
  EXPECT_EQ(equal->z, 0);
  EXPECT_EQ(equal->p_two_sided, 1);
  EXPECT_EQ(equal->p_greater, 1);
  const auto single = mann_whitney(std::vector<double>{1}, std::vector<double>{2});
  ASSERT_TRUE(single);
  EXPECT_EQ(single->p_greater, 0.5);
  EXPECT_EQ(single->p_two_sided, 1);
  const std::vector<double> wide{1, 2, 3, 4, 5, 6, 7, 8, 9};
  EXPECT_NEAR(mann_whitney(wide, std::vector<double>{10})->p_greater, 0.1, 1e-12);
  EXPECT_NEAR(mann_whitney(std::vector<double>{0}, wide)->p_greater, 0.1, 1e-12);
  const auto apart = mann_whitney(std::vector<double>(50, 1.0), std::vector<double>(50, 2.0));
  EXPECT_LT(apart->p_greater, 1e-12);
}

TEST(HodgesLehmann, agrees_with_r_wilcox_test) {
  // R: wilcox.test(after, before, conf.int = TRUE): estimate 76.5, [2, 155]
  const auto shift = hodges_lehmann(kBefore, kAfter, 0.025);
  ASSERT_TRUE(shift);
  EXPECT_EQ(shift->estimate, 76.5);
  EXPECT_EQ(shift->interval.low, 2);
  EXPECT_EQ(shift->interval.high, 155);
}

TEST(HodgesLehmann, with_many_values_the_bounds_are_order_statistics) {
  std::vector<double> first;
  std::vector<double> second;
  for (int i = 0; i < 400; ++i) {
    first.push_back((i * 7919) % 400);
    second.push_back((i * 104729) % 400 + 25);
  }
  const auto shift = hodges_lehmann(first, second, 0.05);
  ASSERT_TRUE(shift);
  EXPECT_EQ(shift->estimate, 25);
  EXPECT_EQ(shift->interval.low + shift->interval.high, 50);  // both samples are symmetric
  EXPECT_LT(shift->interval.low, 25);
}

TEST(HodgesLehmann, edges) {
  EXPECT_FALSE(hodges_lehmann({}, kAfter, 0.05));
  const auto few = hodges_lehmann(std::vector<double>{1, 2}, std::vector<double>{4, 7}, 0.05);
  ASSERT_TRUE(few);
  EXPECT_EQ(few->estimate, 4);
  EXPECT_EQ(few->interval.low, -HUGE_VAL);
  EXPECT_EQ(few->interval.high, HUGE_VAL);
  const auto equal = hodges_lehmann(std::vector<double>(9, 3.5), std::vector<double>(9, 3.5), 0.05);
  ASSERT_TRUE(equal);
  EXPECT_EQ(equal->estimate, 0);
  EXPECT_EQ(equal->interval.low, 0);
  EXPECT_EQ(equal->interval.high, 0);
}

}  // namespace
}  // namespace assay::stats
