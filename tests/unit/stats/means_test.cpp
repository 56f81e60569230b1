#include <assay/stats/means.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace assay::stats {
namespace {

const std::vector<double> kValues{1, 1, 1, 1, 0, 1, 0, 0, 1, 1, 0, 1};
const std::vector<std::uint32_t> kClusters{7, 7, 7, 3, 3, 3, 9, 9, 4, 4, 4, 4};

TEST(MeanEstimate, has_the_standard_error_with_n_minus_one) {
  const std::vector<double> values{1, 1, 0, 1, 1, 0, 1, 1, 1, 0};
  const auto estimate = mean_estimate(values);
  EXPECT_NEAR(estimate.mean, .7, 1e-12);
  EXPECT_NEAR(estimate.standard_error, .152753, 5e-7);
  EXPECT_EQ(estimate.dof, 9);
}

TEST(MeanEstimate, the_t_interval_agrees_with_r_t_test) {
  // R: t.test(extra ~ 1, data = subset(sleep, group == 1)): mean 0.75, 95 % two-sided [-0.5297804, 2.0297804]
  const std::vector<double> values{0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0};
  const auto estimate = mean_estimate(values);
  EXPECT_NEAR(t_lower(estimate, 0.025), -0.5297804, 5e-7);
  EXPECT_NEAR(t_upper(estimate, 0.025), 2.0297804, 5e-7);
  // t = 1.3257, two-sided p 0.2176 against a mean of 0
  EXPECT_NEAR(t_p_at_least(estimate, 0), 0.2176 / 2, 5e-5);
  EXPECT_NEAR(t_p_at_most(estimate, 0), 1 - 0.2176 / 2, 5e-5);
}

TEST(ClusteredMean, has_the_cr1_standard_error_on_g_minus_one) {
  const auto estimate = clustered_mean(kValues, kClusters);
  EXPECT_NEAR(estimate.mean, .666667, 5e-7);
  EXPECT_NEAR(estimate.standard_error, .163551, 5e-7);
  EXPECT_EQ(estimate.dof, 3);
  EXPECT_NEAR(mean_estimate(kValues).standard_error, .142134, 5e-7);
  EXPECT_EQ(count_clusters(kClusters), 4u);
}

TEST(ClusteredMean, with_one_value_a_cluster_is_the_plain_one) {
  std::vector<std::uint32_t> own;
  for (std::uint32_t i = 0; i < kValues.size(); ++i) own.push_back(i);
  const auto clustered = clustered_mean(kValues, own);
  const auto plain = mean_estimate(kValues);
  EXPECT_NEAR(clustered.standard_error, plain.standard_error, 1e-15);
  EXPECT_EQ(clustered.dof, plain.dof);
}

TEST(ClusteredMeanCr2, agrees_with_bell_and_mccaffreys_matrices) {
  // NumPy: A_g = (I − H_gg)^−½ and (Σλ)²/Σλ² of the Satterthwaite form, by eigenvalues
  const auto small = clustered_mean_cr2(kValues, kClusters);
  EXPECT_NEAR(small.mean, .666667, 5e-7);
  EXPECT_NEAR(small.standard_error, 0.15884420506106442, 1e-12);
  EXPECT_NEAR(small.dof, 2.8125, 1e-9);
  const std::vector<double> values{.2, .4, .1, .9, .8, .7, .3, .5, .6, .6};
  const std::vector<std::uint32_t> uneven{0, 0, 0, 0, 0, 0, 1, 1, 2, 3};
  const auto estimate = clustered_mean_cr2(values, uneven);
  EXPECT_NEAR(estimate.standard_error, 0.028722813232690148, 1e-12);
  EXPECT_NEAR(estimate.dof, 1.8100558659217885, 1e-9);
}

TEST(ClusteredMeanCr2, with_equal_clusters_is_cr1) {
  const std::vector<std::uint32_t> pairs{1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6};
  const auto cr2 = clustered_mean_cr2(kValues, pairs);
  const auto cr1 = clustered_mean(kValues, pairs);
  EXPECT_NEAR(cr2.standard_error, cr1.standard_error, 1e-12);
  EXPECT_NEAR(cr2.dof, cr1.dof, 1e-9);
}

TEST(Means, one_value_or_one_cluster_bounds_nothing) {
  const std::vector<double> one{0.4};
  for (const auto& estimate :
       {mean_estimate(one), clustered_mean(kValues, std::vector<std::uint32_t>(kValues.size(), 5)),
        clustered_mean_cr2(kValues, std::vector<std::uint32_t>(kValues.size(), 5)), clustered_mean_cr2({}, {}),
        mean_estimate({})}) {
    EXPECT_EQ(t_lower(estimate, 0.05), -HUGE_VAL);
    EXPECT_EQ(t_upper(estimate, 0.05), HUGE_VAL);
    EXPECT_EQ(t_p_at_least(estimate, 0.1), 1);
    EXPECT_EQ(t_p_at_most(estimate, 0.1), 1);
  }
}

TEST(Means, equal_values_collapse_to_the_value_itself) {
  const std::vector<double> values(7, 0.1);
  const auto estimate = mean_estimate(values);
  EXPECT_EQ(estimate.mean, 0.1);
  EXPECT_EQ(estimate.standard_error, 0);
  EXPECT_EQ(t_lower(estimate, 0.05), 0.1);
  EXPECT_EQ(t_upper(estimate, 0.05), 0.1);
  EXPECT_EQ(t_p_at_most(estimate, 0.2), 0);
  EXPECT_EQ(t_p_at_most(estimate, 0.05), 1);
}

TEST(Means, the_p_value_reaches_alpha_where_the_bound_reaches) {
  const auto estimate = clustered_mean(kValues, kClusters);
  EXPECT_NEAR(t_p_at_least(estimate, t_lower(estimate, 0.05)), 0.05, 1e-9);
  EXPECT_NEAR(t_p_at_most(estimate, t_upper(estimate, 0.05)), 0.05, 1e-9);
}

}  // namespace
}  // namespace assay::stats
