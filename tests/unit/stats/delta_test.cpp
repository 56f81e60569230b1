#include <assay/stats/delta.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace assay::stats {
namespace {

std::vector<double> deltas(std::size_t gained, std::size_t lost, std::size_t n) {
  std::vector<double> values(n, 0.0);
  for (std::size_t i = 0; i < gained; ++i) values[i] = 1;
  for (std::size_t i = gained; i < gained + lost; ++i) values[i] = -1;
  return values;
}

TEST(Delta, moments_of_a_worked_example) {
  const auto estimate = delta_estimate(deltas(8, 18, 200), {});
  EXPECT_NEAR(estimate.mean.mean, -.05, 1e-12);
  EXPECT_NEAR(estimate.mean.standard_error, .025312, 5e-7);  // .025249 with n in place of n − 1
  EXPECT_EQ(estimate.mean.dof, 199);
  EXPECT_EQ(estimate.n, 200);
}

TEST(Delta, johnsons_test_agrees_with_his_formula) {
  // scipy 1.17.1, t.sf(min(t, t_J), n − 1) of Johnson 1978 (2.5) with NumPy's moments and s² = max(s², floor)
  EXPECT_NEAR(delta_p_at_least(delta_estimate(deltas(8, 18, 200), {}), -0.1, margin_floor(0.1)), 0.02905980539504257,
              1e-12);
  EXPECT_NEAR(delta_p_at_least(delta_estimate(deltas(0, 2, 200), {}), -0.05, margin_floor(0.05)), 0.007872116227186735,
              1e-12);
  EXPECT_NEAR(delta_p_at_most(delta_estimate(deltas(8, 18, 200), {}), 0, harm_floor(0.05)), 0.024806090220256097,
              1e-12);
}

TEST(Delta, without_skew_it_is_the_t_test) {
  // R: t.test(extra ~ group, data = sleep, paired = TRUE): mean -1.58, [-2.4598858, -0.7001142], p 0.002833
  const std::vector<double> sleep{-1.2, -2.4, -1.3, -1.3, 0.0, -1.0, -1.8, -0.8, -4.6, -1.4};
  const auto estimate = delta_estimate(sleep, {});
  EXPECT_NEAR(delta_upper(estimate, 0.025, 0), -0.7001142, 5e-7);
  EXPECT_NEAR(delta_p_at_most(estimate, 0, 0), 0.002833 / 2, 5e-7);
  EXPECT_LT(delta_lower(estimate, 0.025, 0), -2.4598858);  // skewed to the left: wider
  std::vector<double> mirrored;
  for (const double value : sleep) mirrored.push_back(-value);
  EXPECT_NEAR(delta_lower(delta_estimate(mirrored, {}), 0.025, 0), 0.7001142, 5e-7);
}

TEST(Delta, a_quiet_suite_proves_a_margin_only_with_enough_cases) {
  // z²(1−δ)/δ: 52 at 0.05; the t quantile asks for a few more.
  const auto proves = [](std::size_t n) {
    return delta_lower(delta_estimate(std::vector<double>(n, 0.0), {}), 0.05, margin_floor(0.05)) > -0.05;
  };
  EXPECT_FALSE(proves(52));
  EXPECT_TRUE(proves(56));
}

TEST(Delta, the_p_value_reaches_alpha_where_the_bound_reaches) {
  const std::vector<std::uint32_t> clusters{1, 1, 2, 2, 3, 3, 4, 4, 5, 5};
  const std::vector<double> scores{.1, -.2, 0, .3, -.6, -.1, 0, .05, .1, -.3};
  for (const double floor : {0.0, margin_floor(0.05)}) {
    for (const auto& estimate : {delta_estimate(deltas(8, 18, 200), {}), delta_estimate(deltas(0, 2, 200), {}),
                                 delta_estimate(scores, {}), delta_estimate(scores, clusters)}) {
      const double low = delta_lower(estimate, 0.05, floor);
      if (std::isfinite(low)) EXPECT_NEAR(delta_p_at_least(estimate, low, floor), 0.05, 1e-9);
      EXPECT_NEAR(delta_p_at_most(estimate, delta_upper(estimate, 0.05, floor), floor), 0.05, 1e-9);
    }
  }
}

TEST(Delta, where_the_skew_leaves_no_bound_no_margin_passes) {
  const auto estimate = delta_estimate(deltas(0, 2, 200), {});
  EXPECT_EQ(delta_lower(estimate, 0.05, 0), -HUGE_VAL);
  EXPECT_GT(delta_p_at_least(estimate, -1, 0), 0.05);
}

TEST(Delta, the_p_value_falls_with_the_bound) {
  const auto estimate = delta_estimate(deltas(1, 12, 60), {});
  double before = 1;
  for (double bound = 0.1; bound > -2; bound -= 0.01) {
    const double p = delta_p_at_least(estimate, bound, 0);
    EXPECT_LE(p, before + 1e-12) << bound;
    before = p;
  }
}

TEST(Delta, clusters_of_one_are_no_clusters) {
  const std::vector<double> values{.1, -.2, 0, .3, -.6};
  const std::vector<std::uint32_t> own{9, 3, 5, 1, 7};
  const auto plain = delta_estimate(values, {});
  const auto clustered = delta_estimate(values, own);
  EXPECT_NEAR(plain.third_cumulant, clustered.third_cumulant, 1e-15);
  EXPECT_NEAR(plain.mean.standard_error, clustered.mean.standard_error, 1e-15);
}

TEST(Delta, edges) {
  for (const auto& estimate : {delta_estimate({}, {}), delta_estimate(std::vector<double>{-1}, {})}) {
    EXPECT_EQ(delta_lower(estimate, 0.05, 0.05), -HUGE_VAL);
    EXPECT_EQ(delta_upper(estimate, 0.05, 0.05), HUGE_VAL);
    EXPECT_EQ(delta_p_at_least(estimate, -1, 0.05), 1);
    EXPECT_EQ(delta_p_at_most(estimate, 1, 0.05), 1);
  }
  const auto equal = delta_estimate(std::vector<double>(9, -0.25), {});
  EXPECT_EQ(delta_lower(equal, 0.05, 0), -0.25);
  EXPECT_EQ(delta_p_at_least(equal, -0.5, 0), 0);
  EXPECT_EQ(delta_p_at_least(equal, 0, 0), 1);
  EXPECT_LT(delta_lower(equal, 0.05, margin_floor(0.05)), -0.25);
  EXPECT_EQ(margin_floor(0), 0);
  EXPECT_EQ(margin_floor(1.5), 0);
  EXPECT_NEAR(harm_floor(0.05), 0.0475 / 4, 1e-15);
}

}  // namespace
}  // namespace assay::stats
