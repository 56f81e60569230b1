#include <assay/stats/rogan_gladen.hpp>

#include <gtest/gtest.h>

namespace assay::stats {
namespace {

TEST(RoganGladen, agrees_with_lee_et_al) {
  // arXiv:2511.21140: p .78 of 1,000, specificity .70 and sensitivity .90 of 250 each: .8000 [.7338, .8720]
  const auto corrected = rogan_gladen(.78, 1000, {.70, .90, 250, 250}, .025);
  ASSERT_TRUE(corrected);
  EXPECT_NEAR(corrected->rate, .8, 1e-12);
  EXPECT_NEAR(corrected->interval.low, .7338, 5e-5);
  EXPECT_NEAR(corrected->interval.high, .8720, 5e-5);
}

TEST(RoganGladen, a_worked_example_of_a_suite) {
  const auto corrected = rogan_gladen(.80, 200, {.80, .92, 60, 140}, .025);
  ASSERT_TRUE(corrected);
  EXPECT_NEAR(corrected->rate, .8333, 5e-5);
  EXPECT_NEAR(corrected->interval.low, .7313, 5e-5);
  EXPECT_NEAR(corrected->interval.high, .9288, 1e-4);
}

TEST(RoganGladen, stays_within_zero_and_one) {
  for (const double observed : {0.0, 0.01, 0.5, 1.0}) {
    const auto corrected = rogan_gladen(observed, 10, {.9, .8, 20, 20}, .05);
    ASSERT_TRUE(corrected);
    EXPECT_GE(corrected->interval.low, 0);
    EXPECT_LE(corrected->interval.low, corrected->interval.high);
    EXPECT_LE(corrected->interval.high, 1);
    EXPECT_GE(corrected->rate, 0);
    EXPECT_LE(corrected->rate, 1);
  }
}

TEST(RoganGladen, a_judge_that_knows_nothing_corrects_nothing) {
  EXPECT_FALSE(rogan_gladen(.8, 100, {.5, .5, 100, 100}, .05));
  EXPECT_FALSE(rogan_gladen(.8, 100, {.3, .6, 100, 100}, .05));
  EXPECT_FALSE(rogan_gladen(.8, 0, {.9, .9, 100, 100}, .05));
  EXPECT_FALSE(rogan_gladen(.8, 100, {.9, .9, 0, 100}, .05));
  EXPECT_FALSE(rogan_gladen(.8, 100, {.9, .9, 100, 0}, .05));
  EXPECT_TRUE(rogan_gladen(.8, 1, {1, 1, 1, 1}, .05));
}

TEST(JudgeInflation, of_a_worked_example) {
  ASSERT_TRUE(judge_inflation(.80, .92));
  EXPECT_NEAR(*judge_inflation(.80, .92), 1.93, 5e-3);
  EXPECT_FALSE(judge_inflation(.5, .5));
}

}  // namespace
}  // namespace assay::stats
