#include <assay/stats/spending.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <vector>

namespace assay::stats {
namespace {

constexpr auto kObf = Spending::obrien_fleming;
constexpr auto kPocock = Spending::pocock;

TEST(Spending, bounds_agree_with_published_ones) {
  struct Row {
    Spending spending;
    double alpha;
    std::vector<double> fractions, bounds;
  };
  const std::vector<Row> rows{
      // Five looks at one-sided .025: Jennison and Turnbull 1999, ldbounds, gsDesign
      {kObf, .025, {.2, .4, .6, .8, 1}, {4.8769, 3.3570, 2.6803, 2.2898, 2.0310}},
      {kObf, .05, {.2, .4, .6, .8, 1}, {4.2292, 2.8881, 2.2981, 1.9618, 1.7397}},
      {kPocock, .05, {.2, .4, .6, .8, 1}, {2.1762, 2.1437, 2.1133, 2.0896, 2.0710}},
      {kObf, .05, {.4, .6, .8, 1}, {2.8874, 2.2981, 1.9618, 1.7397}},
      {kObf, .05, {.5, 1}, {2.5380, 1.6621}},
      {kPocock, .05, {.5, 1}, {1.8662, 1.8849}},
      // Rounds of repeats: the information is variance, not cases.
      {kPocock, .05, {.3333333, .5714286, .75, .8888889, 1}, {2.0020, 2.0616, 2.0888, 2.1057, 2.1176}},
      {kObf, .05, {.3333333, .5714286, .75, .8888889, 1}, {3.2001, 2.3538, 2.0389, 1.8788, 1.7817}},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(::testing::Message() << "alpha " << row.alpha << ", first bound " << row.bounds[0]);
    const auto bounds = spending_bounds(row.spending, row.fractions, row.alpha);
    ASSERT_TRUE(bounds);
    ASSERT_EQ(bounds->size(), row.bounds.size());
    for (std::size_t k = 0; k < row.bounds.size(); ++k) EXPECT_NEAR((*bounds)[k], row.bounds[k], 6e-5) << k;
  }
}

TEST(Spending, one_look_is_the_fixed_test) {
  const auto bounds = spending_bounds(kPocock, std::vector<double>{1}, .05);
  ASSERT_TRUE(bounds);
  EXPECT_NEAR((*bounds)[0], 1.6448536, 1e-6);
}

TEST(Spending, any_plan_of_spending_keeps_to_it) {
  // Two looks inside the first step of three: O'Brien–Fleming there, Pocock over the steps.
  const double first = alpha_spent(kPocock, .4, .05);
  const std::vector<double> fractions{.2, .4, .7, 1};
  const std::vector<double> spent{alpha_spent(kObf, .5, first), first, alpha_spent(kPocock, .7, .05), .05};
  const auto bounds = bounds_of_spent(fractions, spent);
  ASSERT_TRUE(bounds);
  const auto crossed = crossing_chances(fractions, *bounds, 0);
  ASSERT_TRUE(crossed);
  double sum = 0;
  for (std::size_t k = 0; k < crossed->size(); ++k) EXPECT_NEAR(sum += (*crossed)[k], spent[k], 1e-6) << k;
  EXPECT_FALSE(bounds_of_spent(fractions, std::vector<double>{.01, .02, .05}));
  EXPECT_FALSE(bounds_of_spent(fractions, std::vector<double>{.01, .02, .01, .05})) << "what is spent is gone";
}

TEST(Spending, the_amount_spent) {
  EXPECT_NEAR(alpha_spent(kObf, 1, .05), .05, 1e-12);
  EXPECT_NEAR(alpha_spent(kPocock, 1, .05), .05, 1e-12);
  EXPECT_NEAR(alpha_spent(kPocock, .5, .05), .0310057, 5e-8);  // .05 ln(1 + (e−1)/2)
  EXPECT_NEAR(alpha_spent(kObf, .5, .025), .0015254, 5e-7);    // 2 − 2Φ(2.2414/√.5)
  EXPECT_EQ(alpha_spent(kObf, 0, .05), 0);
  EXPECT_EQ(alpha_spent(kObf, -1, .05), 0);
  EXPECT_NEAR(alpha_spent(kPocock, 1.5, .05), .05, 1e-12);
}

TEST(Spending, chances_agree_with_the_multivariate_normal) {
  // scipy 1.17.1 multivariate_normal.cdf, covariance √(t_i/t_j), differences of "not crossed up to look k"
  struct Row {
    std::vector<double> fractions, bounds;
    double drift;
    std::vector<double> chances;
  };
  const std::vector<Row> rows{
      {{.4, .6, .8, 1}, {2.8874, 2.2981, 1.9618, 1.7397}, 1.6448536 + 0.8416212, {.094286, .265030, .256409, .172116}},
      {{.5, 1}, {1.8662, 1.8849}, 0, {.0310067, .0189928}},
      {{.5, 1}, {1.8662, 1.8849}, 2.5, {.4607942, .2991848}},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.drift);
    const auto chances = crossing_chances(row.fractions, row.bounds, row.drift);
    ASSERT_TRUE(chances);
    for (std::size_t k = 0; k < row.chances.size(); ++k) EXPECT_NEAR((*chances)[k], row.chances[k], 1e-5) << k;
  }
}

TEST(Spending, many_looks_still_add_up_to_alpha) {
  std::vector<double> fractions;
  for (int k = 1; k <= 40; ++k) fractions.push_back(k / 40.0);
  const auto bounds = spending_bounds(kObf, fractions, .05);
  ASSERT_TRUE(bounds);
  EXPECT_EQ((*bounds)[0], HUGE_VAL);  // 4e-35 to spend
  const auto chances = crossing_chances(fractions, *bounds, 0);
  ASSERT_TRUE(chances);
  EXPECT_NEAR(std::accumulate(chances->begin(), chances->end(), 0.0), .05, 1e-6);
}

TEST(Spending, looks_that_make_no_sense) {
  for (const auto& fractions : std::vector<std::vector<double>>{
           {.5, .5}, {.6, .4}, {0, 1}, {.5, 1.1}, {-.1, 1}, {.5, .5001, 1}, {std::nan(""), 1}}) {
    EXPECT_FALSE(spending_bounds(kObf, fractions, .05));
  }
  EXPECT_FALSE(spending_bounds(kObf, std::vector<double>{1}, 0));
  EXPECT_FALSE(crossing_chances(std::vector<double>{.5, 1}, std::vector<double>{2}, 0));
  const auto none = spending_bounds(kObf, {}, .05);
  ASSERT_TRUE(none);
  EXPECT_TRUE(none->empty());
}

}  // namespace
}  // namespace assay::stats
