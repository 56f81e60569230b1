#include <assay/stats/correlation.hpp>

#include <gtest/gtest.h>

#include <vector>

namespace assay::stats {
namespace {

TEST(Spearman, agrees_with_what_was_published) {
  struct Row {
    const char* source;
    std::vector<double> first, second;
    double rho;
  };
  const Row rows[] = {
      {"SciPy 1.11 documentation of spearmanr, with a tie", {1, 2, 3, 4, 5}, {5, 6, 7, 8, 7}, 0.8207826816681233},
      {"Wikipedia, Spearman's rank correlation: IQ and hours of television, 1 − 6·194/(10·99)",
       {106, 100, 86, 101, 99, 103, 97, 113, 112, 110},
       {7, 27, 2, 50, 28, 29, 20, 12, 6, 17},
       -29.0 / 165},
      {"perfect", {1, 2, 3}, {10, 100, 1000}, 1},
      {"opposite", {1, 2, 3, 4}, {4, 3, 2, 1}, -1},
      {"by hand: ranks 1.5 1.5 3.5 3.5 and 1 2 3 4, 4 / √(4·5)", {0, 0, 1, 1}, {1, 2, 3, 4}, 0.894427190999916},
  };
  for (const auto& row : rows) {
    const auto rho = spearman(row.first, row.second);
    ASSERT_TRUE(rho) << row.source;
    EXPECT_NEAR(*rho, row.rho, 1e-14) << row.source;
  }
}

TEST(Spearman, is_absent_where_nothing_can_be_told) {
  const std::vector<double> two{1, 2};
  const std::vector<double> three{1, 2, 3};
  const std::vector<double> same{4, 4, 4};
  EXPECT_FALSE(spearman({}, {}));
  EXPECT_FALSE(spearman(two, two));
  EXPECT_FALSE(spearman(two, three));
  EXPECT_FALSE(spearman(three, same));
  EXPECT_FALSE(spearman(same, three));
}

}  // namespace
}  // namespace assay::stats
