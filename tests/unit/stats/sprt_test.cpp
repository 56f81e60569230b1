#include <assay/stats/sprt.hpp>

#include <gtest/gtest.h>

namespace assay::stats {
namespace {

TEST(Sprt, steps_and_limits_of_a_worked_example) {
  const Sprt test{.95, .90, .05, .05};
  EXPECT_NEAR(sprt_log_ratio(test, 1, 0), -.0540672, 5e-8);
  EXPECT_NEAR(sprt_log_ratio(test, 0, 1), .6931472, 5e-8);
  // Limits ±2.94444: at the earliest 55 passes, or five failures.
  EXPECT_EQ(sprt(test, 54, 0), SprtState::open);
  EXPECT_EQ(sprt(test, 55, 0), SprtState::good);
  EXPECT_EQ(sprt(test, 0, 4), SprtState::open);
  EXPECT_EQ(sprt(test, 0, 5), SprtState::bad);
  EXPECT_EQ(sprt(test, 0, 0), SprtState::open);
}

TEST(Sprt, expected_cases_agree_with_walds_formula) {
  const auto cases = sprt_expected_cases({.95, .90, .05, .05});
  EXPECT_NEAR(cases.under_good, 158.6, 0.05);
  EXPECT_NEAR(cases.under_bad, 128.3, 0.05);
}

TEST(Sprt, a_safety_claim_needs_154_clean_cases_and_falls_with_one_violation) {
  const Sprt test{1 - .001, 1 - .02, .05, .05};
  EXPECT_EQ(sprt(test, 153, 0), SprtState::open);
  EXPECT_EQ(sprt(test, 154, 0), SprtState::good);
  EXPECT_EQ(sprt(test, 0, 1), SprtState::bad);
}

}  // namespace
}  // namespace assay::stats
