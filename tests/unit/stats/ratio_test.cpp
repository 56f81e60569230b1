#include <assay/stats/ratio.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace assay::stats {
namespace {

const std::vector<double> kCost{4, 5, 6, 3, 7, 5};
const std::vector<double> kPass{1, 1, 1, 0, 1, 1};

TEST(Ratio, moments_agree_with_a_calculation_by_hand) {
  const auto means = paired_means(kCost, kPass, {});
  EXPECT_NEAR(means.numerator, 5, 1e-12);
  EXPECT_NEAR(means.denominator, 5.0 / 6, 1e-12);
  EXPECT_NEAR(means.var_numerator, 2.0 / 6, 1e-12);          // sample variance 10/5 over n
  EXPECT_NEAR(means.var_denominator, (1.0 / 6) / 6, 1e-12);  // sample variance (5/6)/5 over n
  EXPECT_NEAR(means.covariance, 0.4 / 6, 1e-12);             // sample covariance 2/5 over n
  EXPECT_EQ(means.dof, 5);
}

TEST(Ratio, fiellers_bounds_are_where_the_t_test_is_just_not_rejected) {
  const auto means = paired_means(kCost, kPass, {});
  const auto interval = fieller(means, 0.05);
  EXPECT_LT(interval.low, 6);
  EXPECT_GT(interval.high, 6);
  EXPECT_NEAR(fieller_p_at_most(means, interval.high), 0.05, 1e-9);
  EXPECT_NEAR(fieller_p_at_least(means, interval.low), 0.05, 1e-9);
}

TEST(Ratio, with_a_certain_denominator_fieller_is_the_t_interval) {
  const std::vector<double> all(kCost.size(), 1.0);
  const auto interval = fieller(paired_means(kCost, all, {}), 0.05);
  const double half = 2.015048 * std::sqrt(2.0 / 6);  // t(0.95, 5)
  EXPECT_NEAR(interval.low, 5 - half, 1e-5);
  EXPECT_NEAR(interval.high, 5 + half, 1e-5);
}

TEST(Ratio, a_denominator_that_may_be_zero_bounds_nothing) {
  const std::vector<double> rare{0, 0, 1, 0, 0, 0};
  const std::vector<double> none(6, 0.0);
  const std::vector<double> one_cost{4};
  const std::vector<double> one_pass{1};
  for (const auto& means : {paired_means(kCost, rare, {}), paired_means(kCost, none, {}),
                            paired_means(one_cost, one_pass, {}), PairedMeans{}}) {
    const auto interval = fieller(means, 0.05);
    EXPECT_EQ(interval.low, -HUGE_VAL);
    EXPECT_EQ(interval.high, HUGE_VAL);
  }
}

TEST(Ratio, clusters_leave_the_ratio_and_take_degrees_of_freedom) {
  const std::vector<std::uint32_t> clusters{1, 1, 2, 2, 3, 3};
  const auto plain = paired_means(kCost, kPass, {});
  const auto clustered = paired_means(kCost, kPass, clusters);
  EXPECT_EQ(clustered.dof, 2);
  EXPECT_EQ(clustered.numerator / clustered.denominator, plain.numerator / plain.denominator);
}

}  // namespace
}  // namespace assay::stats
