#include <assay/stats/power.hpp>
#include <assay/stats/proportion.hpp>

#include <gtest/gtest.h>

#include <cmath>

namespace assay::stats {
namespace {

TEST(FloorPower, agrees_with_the_binomial_tail) {
  // scipy 1.17.1 binom.sf(k − 1, n, rate), k the first with a Wilson lower bound ≥ floor
  struct Row {
    std::uint64_t n;
    double floor, rate, power;
  };
  for (const auto& row : {Row{50, .8, .9, 0.6161230077242773}, Row{200, .8, .86, 0.7010470116395382},
                          Row{11, .8, .95, 0.5688000922764597}, Row{100, .9, .97, 0.9191628710986264}}) {
    EXPECT_NEAR(floor_power(row.n, row.floor, row.rate, .05), row.power, 1e-10) << row.n;
  }
  EXPECT_EQ(floor_power(10, .8, 1, .05), 0);
  EXPECT_EQ(floor_power(11, .8, 1, .05), 1);
  EXPECT_EQ(floor_power(0, .8, 1, .05), 0);
  EXPECT_EQ(floor_power(5, 0, .1, .05), 1);
}

TEST(FloorN, has_the_power_and_one_fewer_has_not) {
  for (const double rate : {.85, .9, .95, 1.0}) {
    SCOPED_TRACE(rate);
    const auto n = floor_n(.8, rate, .05);
    ASSERT_TRUE(n);
    EXPECT_GE(floor_power(*n, .8, rate, .05), .8);
    EXPECT_LT(floor_power(*n - 1, .8, rate, .05), .8);
  }
  EXPECT_EQ(floor_n(.8, 1, .05), 11u);
  EXPECT_FALSE(floor_n(.8, .8, .05));
  EXPECT_FALSE(floor_n(.8, .7, .05));
  EXPECT_EQ(floor_n(0, .7, .05), 1u);
}

TEST(FloorDetectable, is_the_rate_with_that_power) {
  const auto rate = floor_detectable(200, .8, .05);
  ASSERT_TRUE(rate);
  EXPECT_NEAR(floor_power(200, .8, *rate, .05), .8, 1e-6);
  EXPECT_FALSE(floor_detectable(10, .8, .05));
  EXPECT_FALSE(floor_detectable(0, .8, .05));
}

TEST(MarginPower, comes_near_the_exact_power_of_tangos_test) {
  // enumeration of all outcomes with scipy 1.17.1's binom and Tango's statistic in Python
  struct Row {
    std::uint64_t n;
    double discordance, difference, margin, power;
  };
  for (const auto& row : {Row{200, .115, 0, .05, .6459}, Row{200, .1, -.025, .05, .2829}, Row{100, .1, 0, .05, .4363},
                          Row{100, .2, 0, .1, .7074}, Row{50, .1, 0, .1, .6352}}) {
    EXPECT_NEAR(margin_power(row.n, {row.discordance, row.difference}, row.margin, .05), row.power,
                row.n < 100 ? .045 : .03)
        << row.n;
  }
}

TEST(MarginPower, at_the_margin_is_alpha_and_without_discordance_certain_or_none) {
  EXPECT_NEAR(margin_power(200, {.2, -.05}, .05, .05), .05, 1e-9);
  EXPECT_NEAR(margin_power(200, {.2, -.0499}, .05, .05), .05, 1e-3);
  EXPECT_LT(margin_power(200, {.2, -.06}, .05, .05), .05);
  EXPECT_EQ(margin_power(53, {0, 0}, .05, .05), 1);
  EXPECT_EQ(margin_power(51, {0, 0}, .05, .05), 0);
  EXPECT_EQ(margin_power(0, {0, 0}, .05, .05), 0);
  EXPECT_EQ(margin_power(100, {.1, -.2}, .05, .05), 0);
  EXPECT_EQ(margin_power(100, {.1, 0}, 0, .05), 0);
}

TEST(MarginN, least_n_without_a_loss_agrees_with_the_closed_form) {
  EXPECT_EQ(margin_least_n(.10, .05), 25u);
  EXPECT_EQ(margin_least_n(.05, .05), 52u);
  EXPECT_EQ(margin_least_n(.03, .05), 88u);
  EXPECT_EQ(margin_least_n(.02, .05), 133u);
  EXPECT_EQ(margin_least_n(.01, .05), 268u);
  EXPECT_FALSE(margin_least_n(0, .05));
  EXPECT_FALSE(margin_least_n(1, .05));
  EXPECT_EQ(margin_n({0, 0}, .05, .05), 52u);
}

TEST(MarginN, has_the_power_and_one_fewer_has_not) {
  const PairedDesign design{.1, 0};
  const auto n = margin_n(design, .05, .05);
  ASSERT_TRUE(n);
  EXPECT_GE(margin_power(*n, design, .05, .05), .8);
  EXPECT_LT(margin_power(*n - 1, design, .05, .05), .8);
  EXPECT_FALSE(margin_n({.1, -.05}, .05, .05));
  EXPECT_FALSE(margin_n({.1, -.2}, .05, .05));
}

TEST(HarmN, agrees_with_connor) {
  // .05 and .45 discordant, power .8; R MESS 0.5 power_mcnemar_test gives 22.01 two-sided and 17.09 one-sided, rounded
  // to 22 and 17 in its tests; a number of cases is rounded up.
  EXPECT_NEAR(harm_power(22, {.5, -.4}, .025), .8, .001);
  EXPECT_NEAR(harm_power(17, {.5, -.4}, .05), .8, .005);
  EXPECT_EQ(harm_n({.5, -.4}, .025), 23u);
  EXPECT_EQ(harm_n({.5, -.4}, .05), 18u);
  EXPECT_FALSE(harm_n({.5, 0}, .05));
  EXPECT_FALSE(harm_n({.5, .4}, .05));
}

TEST(HarmPower, comes_near_the_exact_power_of_tangos_test) {
  EXPECT_NEAR(harm_power(200, {.115, -.05}, .05), .6816, .03);
  EXPECT_NEAR(harm_power(200, {.15, -.1}, .05), .9887, .03);
  EXPECT_NEAR(harm_power(100, {.2, -.1}, .05), .7431, .03);
  EXPECT_EQ(harm_power(0, {.2, -.1}, .05), 0);
  EXPECT_EQ(harm_power(20, {0, 0}, .05), 0);
  EXPECT_EQ(harm_power(20, {1, -1}, .05), 1);
}

TEST(HarmDetectable, is_the_loss_with_that_power) {
  const auto loss = harm_detectable(200, .115, .05);
  ASSERT_TRUE(loss);
  EXPECT_NEAR(harm_power(200, {.115, -*loss}, .05), .8, 1e-6);
  const auto quiet = harm_detectable(200, 0, .05);
  ASSERT_TRUE(quiet);
  EXPECT_LT(*quiet, *loss);
  EXPECT_FALSE(harm_detectable(2, .1, .05));
  EXPECT_FALSE(harm_detectable(0, .1, .05));
}

TEST(MeanN, agrees_with_miller) {
  // Miller 2024: about 1,000 questions for 3 points at ω² = 1/9; two-sided .05
  EXPECT_EQ(mean_n(1.0 / 9, .03, .025), 969u);
  EXPECT_EQ(mean_n(paired_variance(1.0 / 9, 1.0 / 6, 1, 1.0 / 6, 1), .03, .025), 3876u);
  EXPECT_EQ(mean_n(paired_variance(1.0 / 9, 1.0 / 6, 10, 1.0 / 6, 10), .03, .025), 1260u);
  EXPECT_EQ(mean_n(.12, .05, .025), 377u);
  EXPECT_EQ(mean_n(.12, .05, .05), 297u);
  EXPECT_FALSE(mean_n(.12, 0, .05));
  EXPECT_EQ(mean_n(0, .1, .05), 2u);
}

TEST(DesignEffect, of_a_worked_example) {
  EXPECT_NEAR(10 / design_effect(10, .2), 3.571, 5e-4);
  EXPECT_EQ(design_effect(1, .5), 1);
}

}  // namespace
}  // namespace assay::stats
