#include "runner/exec/limits/budget.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace assay::exec {
namespace {

using Answer = Budget::Answer;

TEST(Budget, without_limits_everything_is_granted) {
  Budget budget({}, {});
  for (int i = 0; i < 100; ++i) EXPECT_EQ(budget.reserve({1e9, 1e12}), Answer::granted);
  EXPECT_EQ(budget.why(), "");
}

TEST(Budget, says_what_is_spent_and_what_the_next_call_may_cost) {
  struct Row {
    BudgetLimits limits;
    Spending spent;
    Spending next;
    std::string why;
  };
  const Row rows[] = {
      {{5.0, {}}, {4.98, 0}, {0.03, 0}, "max-cost: 4.98 of 5.00 USD are spent, and the next call may cost 0.03"},
      {{0.05, {}},
       {0.0496, 0},
       {0.00061, 0},
       "max-cost: 0.0496 of 0.0500 USD are spent, and the next call may cost 0.0006"},
      {{2.0, {}}, {2.5, 0}, {0.1, 0}, "max-cost: 2.50 of 2.00 USD are spent"},
      {{2.0, {}}, {2.0, 0}, {0, 0}, "max-cost: 2.00 of 2.00 USD are spent"},
      {{{}, 1000}, {0, 900}, {0, 120.4}, "max-tokens: 900 of 1000 tokens are spent, and the next call may cost 121"},
      {{5.0, 1000}, {1, 1000}, {0.01, 1}, "max-tokens: 1000 of 1000 tokens are spent"},
  };
  for (const auto& row : rows) {
    Budget budget(row.limits, row.spent);
    EXPECT_EQ(budget.reserve(row.next), Answer::spent) << row.why;
    EXPECT_EQ(budget.why(), row.why);
    EXPECT_EQ(budget.spent().usd, row.spent.usd);
  }
}

TEST(Budget, calls_in_flight_cannot_overshoot_together) {
  Budget budget({1.0, {}}, {});
  int granted = 0;
  while (budget.reserve({0.3, 0}) == Answer::granted) ++granted;
  EXPECT_EQ(granted, 3);
  EXPECT_EQ(budget.reserve({0.3, 0}), Answer::wait);
  EXPECT_EQ(budget.why(), "");

  budget.settle({0.3, 0}, {0.1, 0});
  EXPECT_EQ(budget.reserve({0.3, 0}), Answer::granted) << "one was cheaper";
}

TEST(Budget, the_last_call_that_fits_is_made_and_the_next_refused) {
  Budget budget({1.0, {}}, {});
  for (int i = 0; i < 10; ++i) {
    ASSERT_EQ(budget.reserve({0.1, 0}), Answer::granted) << i;
    budget.settle({0.1, 0}, {0.1, 0});
  }
  EXPECT_EQ(budget.reserve({0.1, 0}), Answer::spent);
}

TEST(Budget, nobody_waits_for_nobody) {
  Budget budget({0.7, {}}, {});
  ASSERT_EQ(budget.reserve({0.1, 0}), Answer::granted);
  ASSERT_EQ(budget.reserve({0.2, 0}), Answer::granted);
  ASSERT_EQ(budget.reserve({0.3, 0}), Answer::granted);
  budget.settle({0.3, 0}, {});
  budget.settle({0.1, 0}, {});
  budget.settle({0.2, 0}, {});
  EXPECT_EQ(budget.reserve({0.7, 0}), Answer::granted);
  budget.settle({0.7, 0}, {0.2, 0});
  EXPECT_EQ(budget.reserve({0.6, 0}), Answer::spent);
}

TEST(Budget, tokens_and_money_both_bind) {
  Budget budget({1.0, 100}, {});
  ASSERT_EQ(budget.reserve({0.1, 60}), Answer::granted);
  EXPECT_EQ(budget.reserve({0.1, 60}), Answer::wait);
  EXPECT_EQ(budget.reserve({0.95, 10}), Answer::wait);
  budget.settle({0.1, 60}, {0.2, 30});
  EXPECT_EQ(budget.spent().tokens, 30);
  EXPECT_EQ(budget.reserve({0.1, 60}), Answer::granted);
}

TEST(Budget, a_call_that_cost_more_than_estimated_counts_in_full) {
  Budget budget({{}, 100}, {});
  ASSERT_EQ(budget.reserve({0, 10}), Answer::granted);
  budget.settle({0, 10}, {0, 400});
  EXPECT_EQ(budget.reserve({0, 1}), Answer::spent);
  EXPECT_EQ(budget.why(), "max-tokens: 400 of 100 tokens are spent");
}

TEST(Budget, a_guess_takes_at_most_what_is_left_and_then_is_alone) {
  Budget budget({.usd = 1.0, .tokens = 100}, {.usd = 0.4, .tokens = 10});
  const auto guess = budget.within({.usd = 5, .tokens = 50});
  EXPECT_DOUBLE_EQ(guess.usd, 0.6);
  EXPECT_DOUBLE_EQ(guess.tokens, 50);
  EXPECT_EQ(budget.reserve(guess), Budget::Answer::granted);
  EXPECT_EQ(budget.reserve(budget.within({.usd = 5, .tokens = 50})), Budget::Answer::wait);
  budget.settle(guess, {.usd = 0.6, .tokens = 5});
  EXPECT_EQ(budget.reserve(budget.within({.usd = 5, .tokens = 50})), Budget::Answer::spent);
  EXPECT_DOUBLE_EQ(Budget({}, {}).within({.usd = 5, .tokens = 50}).usd, 5) << "no limit, no bound";
}

}  // namespace
}  // namespace assay::exec
