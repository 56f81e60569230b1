#include <assay/core/trust.hpp>

#include <gtest/gtest.h>

namespace assay {
namespace {

// Altman and Bland 1994, Diagnostic tests 1, BMJ 308:1552: liver scans against pathology. The published 0.90 and 0.63
// are 231/258 and 54/86.
TEST(Confusion, gives_the_rates_of_a_published_table) {
  const Confusion scans{.true_pass = 231, .false_fail = 27, .true_fail = 54, .false_pass = 32, .unscored = 9};
  EXPECT_NEAR(*scans.sensitivity(), 0.895348837209, 1e-12);
  EXPECT_NEAR(*scans.specificity(), 0.627906976744, 1e-12);
  EXPECT_NEAR(*scans.youden(), 0.523255813953, 1e-12);
}

TEST(Confusion, what_has_no_answers_behind_it_is_absent) {
  struct Row {
    const char* what;
    Confusion counts;
    bool sensitivity, specificity;
  };
  const Row rows[] = {
      {"nothing", {}, false, false},
      {"all unscored", {.unscored = 5}, false, false},
      {"no bad answer", {.true_pass = 3, .false_fail = 1}, true, false},
      {"no good answer", {.true_fail = 3, .false_pass = 1}, false, true},
      {"both", {.true_pass = 1, .true_fail = 1}, true, true},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.what);
    EXPECT_EQ(row.counts.sensitivity().has_value(), row.sensitivity);
    EXPECT_EQ(row.counts.specificity().has_value(), row.specificity);
    EXPECT_EQ(row.counts.youden().has_value(), row.sensitivity && row.specificity);
  }
}

TEST(Confusion, a_judge_that_always_passes_is_no_better_than_chance) {
  EXPECT_EQ((Confusion{.true_pass = 7, .false_pass = 3}).youden(), 0);
  EXPECT_EQ((Confusion{.true_pass = 7, .true_fail = 3}).youden(), 1);
  EXPECT_EQ((Confusion{.false_fail = 7, .false_pass = 3}).youden(), -1);
}

}  // namespace
}  // namespace assay
