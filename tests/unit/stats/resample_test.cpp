#include "runner/stats/bca.hpp"

#include <assay/stats/paired_binary.hpp>
#include <assay/stats/resample.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <vector>

namespace assay::stats {
namespace {

const std::vector<double> kDeltas{.02, -.01, 0, .03, -.05, .01, -.60, -.90};

TEST(TrinomialBootstrap, agrees_with_worked_examples) {
  const auto few = trinomial_bootstrap(20, 1, 4, 0.025);
  ASSERT_TRUE(few);
  EXPECT_NEAR(few->bias, -.015871, 5e-7);
  EXPECT_NEAR(few->acceleration, -.015198, 5e-7);
  EXPECT_NEAR(few->percentile.low, -.35, 1e-12);
  EXPECT_NEAR(few->percentile.high, .05, 1e-12);
  const auto many = trinomial_bootstrap(200, 8, 18, 0.025);
  ASSERT_TRUE(many);
  EXPECT_NEAR(many->bias, -.008017, 5e-7);
  EXPECT_NEAR(many->acceleration, -.007960, 5e-7);
  EXPECT_NEAR(many->percentile.low, -.10, 1e-12);
  EXPECT_NEAR(many->percentile.high, 0, 1e-12);
}

TEST(TrinomialBootstrap, agrees_with_numpys_convolution) {
  // numpy: 200-fold convolution of (.09, .87, .04); the least value with that share at or below it
  const auto bounds = trinomial_bootstrap(200, 8, 18, 0.05);
  ASSERT_TRUE(bounds);
  EXPECT_NEAR(bounds->percentile.low, -.09, 1e-12);
  EXPECT_NEAR(bounds->percentile.high, -.01, 1e-12);
}

TEST(TrinomialBootstrap, edges) {
  EXPECT_FALSE(trinomial_bootstrap(0, 0, 0, 0.05));
  EXPECT_FALSE(trinomial_bootstrap(1, 1, 0, 0.05));
  EXPECT_FALSE(trinomial_bootstrap(50, 0, 0, 0.05));
  EXPECT_FALSE(trinomial_bootstrap(50, 50, 0, 0.05));
  EXPECT_FALSE(trinomial_bootstrap(50, 0, 50, 0.05));
  EXPECT_FALSE(trinomial_bootstrap(50, 30, 21, 0.05));
  const auto all_discordant = trinomial_bootstrap(50, 20, 30, 0.05);
  ASSERT_TRUE(all_discordant);
  EXPECT_LT(all_discordant->bca.low, -0.2);
  EXPECT_GT(all_discordant->bca.high, -0.2);
  const auto only_lost = trinomial_bootstrap(50, 0, 3, 0.05);
  ASSERT_TRUE(only_lost);
  EXPECT_LE(only_lost->percentile.high, 0);
}

TEST(BcaBounds, agree_with_the_enumeration_of_all_resamples) {
  // All 8^8 resamples of kDeltas: z0 -.066876, a -.077094, levels .006773 and .943529
  std::vector<double> levels;
  const auto record = [&](double level) {
    levels.push_back(level);
    return level;
  };
  const auto bounds = bootstrap_bounds(0.5 * std::erfc(.066876 / std::sqrt(2.0)), -.077094, 0.025, record);
  ASSERT_TRUE(bounds);
  EXPECT_NEAR(bounds->bca.low, .006773, 2e-6);
  EXPECT_NEAR(bounds->bca.high, .943529, 2e-6);
  EXPECT_FALSE(bootstrap_bounds(0, 0, 0.05, record));
  EXPECT_FALSE(bootstrap_bounds(1, 0, 0.05, record));
  EXPECT_FALSE(bootstrap_bounds(0.5, 2, 0.05, record));
}

TEST(Bootstrap, seeded_draws_come_near_the_enumeration) {
  const auto bounds = bootstrap_mean(kDeltas, {}, 0.025, 20'000, 1);
  ASSERT_TRUE(bounds);
  EXPECT_NEAR(bounds->acceleration, -.077094, 5e-7);
  EXPECT_NEAR(bounds->bias, -.066876, 0.03);
  EXPECT_NEAR(bounds->percentile.low, -.44625, 0.012);
  EXPECT_NEAR(bounds->percentile.high, .00625, 0.002);
  EXPECT_NEAR(bounds->bca.low, -.52125, 0.02);
  EXPECT_NEAR(bounds->bca.high, -.00125, 0.003);
}

const std::vector<double> kCosts{3.2, 1.1, 4.8, 2.7, 9.4, 0.6, 2.2, 5.1, 1.9, 12.3,
                                 3.3, 2.8, 0.9, 4.1, 6.6, 1.4, 2.0, 3.7, 7.7, 1.2};
const std::vector<double> kPasses{1, 0, 1, 1, 1, 1, 0, 1, 1, 1, 1, 1, 0, 1, 1, 1, 1, 0, 1, 1};

TEST(Bootstrap, agrees_with_scipys) {
  // scipy 1.17.1 bootstrap(method='BCa', confidence_level=.9), 200,000 resamples and more
  const auto mean = bootstrap_mean(kCosts, {}, 0.05, 20'000, 7);
  ASSERT_TRUE(mean);
  EXPECT_NEAR(mean->bca.low, 2.930, 0.03);
  EXPECT_NEAR(mean->bca.high, 5.215, 0.05);
  EXPECT_NEAR(mean->percentile.low, 2.810, 0.03);
  EXPECT_NEAR(mean->percentile.high, 5.015, 0.05);
  const auto per_pass = bootstrap_ratio(kCosts, kPasses, {}, 0.05, 20'000, 7);
  ASSERT_TRUE(per_pass);
  EXPECT_NEAR(per_pass->bca.low, 3.613, 0.04);
  EXPECT_NEAR(per_pass->bca.high, 6.477, 0.08);
}

TEST(Bootstrap, resamples_whole_clusters) {
  // scipy 1.17.1 bootstrap of the ten means of neighbours
  std::vector<std::uint32_t> pairs;
  for (std::uint32_t i = 0; i < kCosts.size(); ++i) pairs.push_back(100 - i / 2);
  const auto bounds = bootstrap_mean(kCosts, pairs, 0.05, 20'000, 7);
  ASSERT_TRUE(bounds);
  EXPECT_NEAR(bounds->bca.low, 3.270, 0.03);
  EXPECT_NEAR(bounds->bca.high, 4.760, 0.05);
}

TEST(Bootstrap, is_a_function_of_its_key) {
  const auto once = bootstrap_mean(kCosts, {}, 0.05, 500, 7);
  const auto again = bootstrap_mean(kCosts, {}, 0.05, 500, 7);
  const auto other = bootstrap_mean(kCosts, {}, 0.05, 500, 8);
  EXPECT_EQ(once->bca.low, again->bca.low);
  EXPECT_EQ(once->bias, again->bias);
  EXPECT_NE(once->bias, other->bias);
}

TEST(Bootstrap, edges) {
  const std::vector<std::uint32_t> one_cluster(kCosts.size(), 4);
  EXPECT_FALSE(bootstrap_mean({}, {}, 0.05, 100, 1));
  EXPECT_FALSE(bootstrap_mean(std::vector<double>{1}, {}, 0.05, 100, 1));
  EXPECT_FALSE(bootstrap_mean(std::vector<double>(30, 0.1), {}, 0.05, 100, 1));
  EXPECT_FALSE(bootstrap_mean(kCosts, one_cluster, 0.05, 100, 1));
  EXPECT_FALSE(bootstrap_mean(kCosts, {}, 0.05, 0, 1));
  EXPECT_FALSE(bootstrap_ratio(kCosts, std::vector<double>(kCosts.size(), 0.0), {}, 0.05, 100, 1));
  std::vector<double> single(kCosts.size(), 0.0);
  single[3] = 1;
  EXPECT_FALSE(bootstrap_ratio(kCosts, single, {}, 0.05, 100, 1));
  single[4] = 1;
  const auto rare = bootstrap_ratio(kCosts, single, {}, 0.05, 2'000, 1);
  ASSERT_TRUE(rare);
  EXPECT_EQ(rare->percentile.high, HUGE_VAL);  // more than one replicate in ten has no pass
}

TEST(SignFlip, agrees_with_scipys_exact_permutation_test) {
  // scipy 1.17.1 permutation_test(permutation_type='samples', n_resamples=inf)
  const auto flips = sign_flip(kDeltas, {}, 0, 1);
  EXPECT_TRUE(flips.exact);
  EXPECT_NEAR(flips.p_at_most, .140625, 1e-12);
  EXPECT_NEAR(flips.p_at_least, .890625, 1e-12);
}

TEST(SignFlip, flips_whole_clusters) {
  // the same of the six sums .3, -.1, .25, .4, -.05, .15
  const std::vector<double> values{.1, .2, -.2, .1, .25, .1, .3, -.05, .15};
  const std::vector<std::uint32_t> clusters{1, 1, 2, 2, 3, 4, 4, 5, 6};
  EXPECT_NEAR(sign_flip(values, clusters, 0, 1).p_at_least, .078125, 1e-12);
}

TEST(SignFlip, with_pass_and_fail_it_is_mcnemars_exact_test) {
  std::vector<double> deltas(200, 0.0);
  for (std::size_t i = 0; i < 26; ++i) deltas[7 * i] = i < 8 ? 1 : -1;
  EXPECT_NEAR(sign_flip(deltas, {}, 0, 1).p_at_most, mcnemar_loss_exact({160, 8, 18, 14}), 1e-12);
  EXPECT_NEAR(sign_flip(deltas, {}, 0, 1).p_at_most, 0.03775934875011444, 1e-12);
}

TEST(SignFlip, beyond_thirty_it_draws) {
  std::vector<double> deltas;
  for (std::size_t i = 0; i < 60; ++i) deltas.push_back(i < 20 ? 1 : -1);
  const auto flips = sign_flip(deltas, {}, 20'000, 3);
  EXPECT_FALSE(flips.exact);
  EXPECT_NEAR(flips.p_at_most, mcnemar_loss_exact({0, 20, 40, 0}), 0.002);
  EXPECT_EQ(flips.p_at_most, sign_flip(deltas, {}, 20'000, 3).p_at_most);
  const auto never = sign_flip(std::vector<double>(60, 1.0), {}, 99, 3);
  EXPECT_NEAR(never.p_at_least, 0.01, 1e-12);  // (1 + 0) / (1 + 99), not 0
}

TEST(SignFlip, edges) {
  for (const auto& values : {std::vector<double>{}, std::vector<double>(12, 0.0)}) {
    const auto flips = sign_flip(values, {}, 100, 1);
    EXPECT_EQ(flips.p_at_least, 1);
    EXPECT_EQ(flips.p_at_most, 1);
  }
  const auto one = sign_flip(std::vector<double>{0.3}, {}, 100, 1);
  EXPECT_EQ(one.p_at_least, 0.5);
  EXPECT_EQ(one.p_at_most, 1);
  const auto equal = sign_flip(std::vector<double>(10, 0.1), {}, 100, 1);
  EXPECT_NEAR(equal.p_at_least, 1 / 1024.0, 1e-15);
}

}  // namespace
}  // namespace assay::stats
