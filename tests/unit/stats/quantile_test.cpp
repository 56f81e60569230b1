#include <assay/stats/quantile.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace assay::stats {
namespace {

TEST(SampleQuantile, is_type_seven_as_in_r_and_numpy) {
  const std::vector<double> values{1, 2, 3, 4};
  EXPECT_DOUBLE_EQ(sample_quantile(values, 0.5), 2.5);  // numpy.percentile([1,2,3,4], 50)
  EXPECT_DOUBLE_EQ(sample_quantile(values, 0.95), 3.85);
  EXPECT_DOUBLE_EQ(sample_quantile(values, 0), 1);
  EXPECT_DOUBLE_EQ(sample_quantile(values, 1), 4);
  EXPECT_DOUBLE_EQ(sample_quantile(std::vector<double>{7}, 0.95), 7);
  EXPECT_DOUBLE_EQ(sample_quantile(std::vector<double>(9, 2.5), 0.95), 2.5);
}

TEST(UpperRank, agrees_with_published_one_sided_ranks) {
  struct Row {
    std::uint64_t n;
    double p;
    std::uint64_t rank;
  };
  for (const auto& row : {Row{59, .95, 59}, Row{100, .95, 99}, Row{200, .95, 196}, Row{500, .95, 484},
                          Row{1000, .99, 996}, Row{299, .99, 299}}) {
    SCOPED_TRACE(row.n);
    EXPECT_EQ(upper_rank(row.n, row.p, 0.05), row.rank);
  }
}

TEST(Ranks, two_sided_ones_agree_with_published_intervals) {
  struct Row {
    std::uint64_t n;
    double p;
    std::uint64_t low, high;
  };
  for (const auto& row : {Row{100, .5, 40, 61}, Row{100, .95, 90, 100}, Row{200, .95, 184, 197},
                          Row{500, .95, 465, 485}, Row{500, .99, 490, 500}, Row{1000, .99, 983, 997}}) {
    SCOPED_TRACE(row.n);
    EXPECT_EQ(lower_rank(row.n, row.p, 0.025), row.low);
    EXPECT_EQ(upper_rank(row.n, row.p, 0.025), row.high);
  }
}

TEST(UpperRank, does_not_exist_below_the_least_n) {
  for (const auto& [p, least] : {std::pair{0.95, 59u}, std::pair{0.99, 299u}, std::pair{0.999, 2995u}}) {
    SCOPED_TRACE(p);
    EXPECT_EQ(quantile_min_n(p, 0.05), least);
    EXPECT_FALSE(upper_rank(least - 1, p, 0.05));
    EXPECT_TRUE(upper_rank(least, p, 0.05));
  }
  EXPECT_FALSE(upper_rank(0, 0.95, 0.05));
  EXPECT_EQ(quantile_min_n(0.5, 0.05), 5u);
}

TEST(LowerRank, exists_early_for_high_quantiles) {
  EXPECT_FALSE(lower_rank(0, 0.95, 0.05));
  EXPECT_EQ(lower_rank(2, 0.95, 0.05), 1u);
  EXPECT_FALSE(lower_rank(4, 0.5, 0.05));
  EXPECT_EQ(lower_rank(5, 0.5, 0.05), 1u);
}

TEST(Ranks, a_million_values_are_no_trouble) {
  const auto rank = upper_rank(1'000'000, 0.95, 0.05);
  ASSERT_TRUE(rank);
  EXPECT_NEAR(static_cast<double>(*rank), 950'000 + 1.645 * std::sqrt(1e6 * 0.95 * 0.05), 3);
}

}  // namespace
}  // namespace assay::stats
