#include <assay/stats/canary.hpp>
#include <assay/stats/proportion.hpp>

#include <gtest/gtest.h>

#include <cmath>

namespace assay::stats {
namespace {

TEST(Attribution, steps_of_a_worked_example) {
  EXPECT_NEAR(std::exp(attribution_evidence(1, 0, .05, 2)), 1.9048, 5e-5);
  EXPECT_NEAR(std::exp(attribution_evidence(0, 1, .05, 2)), .9524, 5e-5);
  EXPECT_NEAR(attribution_evidence(3, 7, .25, 2),
              3 * attribution_evidence(1, 0, .25, 2) + 7 * attribution_evidence(0, 1, .25, 2), 1e-12);
}

TEST(Attribution, expected_failures_of_a_worked_example) {
  struct Row {
    double share, failures;
  };
  for (const auto& row : {Row{.05, 267}, Row{.25, 85}, Row{.50, 81}}) {
    const auto failures = attribution_failures(row.share, 2, .01);
    ASSERT_TRUE(failures);
    EXPECT_NEAR(*failures, row.failures, 0.6) << row.share;
  }
}

/// The chance that the evidence ever reaches 1/alpha in n failures that fall on the canary by its share.
double false_abort(double share, double evidence, int left, double alpha) {
  if (evidence >= std::log(1 / alpha)) return 1;
  if (left == 0) return 0;
  return share * false_abort(share, evidence + attribution_evidence(1, 0, share, 2), left - 1, alpha) +
         (1 - share) * false_abort(share, evidence + attribution_evidence(0, 1, share, 2), left - 1, alpha);
}

TEST(Attribution, a_healthy_canary_is_aborted_no_more_often_than_promised) {
  for (const double share : {0.05, 0.25, 0.5}) {
    for (const double alpha : {0.05, 0.2}) {
      const double chance = false_abort(share, 0, 16, alpha);
      EXPECT_LE(chance, alpha);
      EXPECT_GT(chance, 0);
    }
  }
}

TEST(Attribution, edges) {
  EXPECT_EQ(attribution_evidence(5, 5, 0, 2), 0);
  EXPECT_EQ(attribution_evidence(5, 5, 1, 2), 0);
  EXPECT_EQ(attribution_evidence(5, 5, .5, 1), 0);
  EXPECT_FALSE(attribution_failures(.5, 1, .01));
  EXPECT_FALSE(attribution_failures(0, 2, .01));
}

TEST(PromotionRequests, agree_with_scipys_clopper_pearson) {
  // scipy 1.17.1: the first n with beta.ppf(.95, k + 1, n - k) <= tolerated, k = ceil(n * rate)
  struct Row {
    double rate, tolerated;
    std::uint64_t n;
  };
  for (const auto& row :
       {Row{.02, .04, 294}, Row{.02, .03, 846}, Row{.01, .02, 590}, Row{.05, .07, 478}, Row{.001, .005, 947}}) {
    EXPECT_EQ(promotion_requests(row.rate, row.tolerated, .05), row.n) << row.rate;
  }
  EXPECT_EQ(promotion_requests(0, .05, .05), 59u);
  EXPECT_FALSE(promotion_requests(.02, .02, .05));
  EXPECT_FALSE(promotion_requests(.02, .020001, .05));
}

TEST(AbortFailures, agree_with_worked_numbers) {
  struct Row {
    std::uint64_t n, failures;
  };
  for (const auto& row : {Row{100, 7}, Row{250, 12}, Row{500, 19}, Row{1000, 32}}) {
    EXPECT_EQ(abort_failures(row.n, .02, .01), row.failures) << row.n;
  }
  EXPECT_EQ(abort_failures(0, .02, .01), 1u);
  EXPECT_EQ(abort_failures(1, .02, .01), 2u);
  EXPECT_EQ(abort_failures(10, 1, .01), 11u);
  EXPECT_EQ(abort_failures(10, 0, .01), 1u);
}

}  // namespace
}  // namespace assay::stats
