#include <assay/stats/multiplicity.hpp>

#include <gtest/gtest.h>

namespace assay::stats {
namespace {

TEST(Holm, agrees_with_r_p_adjust) {
  const std::vector<double> p{.001, .008, .039, .041, .042, .06, .074, .205};
  const std::vector<double> expected{.008, .056, .234, .234, .234, .234, .234, .234};
  const auto adjusted = holm(p);
  ASSERT_EQ(adjusted.size(), expected.size());
  for (std::size_t i = 0; i < p.size(); ++i) EXPECT_NEAR(adjusted[i], expected[i], 1e-12) << i;
}

TEST(Holm, keeps_the_order_given) {
  const std::vector<double> p{.2, .001, .03};
  const auto adjusted = holm(p);
  EXPECT_NEAR(adjusted[0], .2, 1e-12);
  EXPECT_NEAR(adjusted[1], .003, 1e-12);
  EXPECT_NEAR(adjusted[2], .06, 1e-12);
}

TEST(Holm, edges) {
  EXPECT_TRUE(holm({}).empty());
  EXPECT_EQ(holm(std::vector<double>{.04}), std::vector<double>{.04});
  EXPECT_EQ(holm(std::vector<double>{.9, .9}), (std::vector<double>{1, 1}));
  EXPECT_EQ(holm(std::vector<double>{0, 0, 0}), (std::vector<double>{0, 0, 0}));
}

TEST(BenjaminiHochberg, agrees_with_r_p_adjust) {
  const std::vector<double> p{.205, .001, .008, .039, .041, .042, .06, .074};
  const std::vector<double> expected{.205, .008, .032, .0672, .0672, .0672, .08, .074 * 8 / 7};
  const auto adjusted = benjamini_hochberg(p);
  ASSERT_EQ(adjusted.size(), expected.size());
  for (std::size_t i = 0; i < p.size(); ++i) EXPECT_NEAR(adjusted[i], expected[i], 1e-12) << i;
}

TEST(BenjaminiHochberg, edges) {
  EXPECT_TRUE(benjamini_hochberg({}).empty());
  EXPECT_EQ(benjamini_hochberg(std::vector<double>{.04}), std::vector<double>{.04});
  EXPECT_EQ(benjamini_hochberg(std::vector<double>{1, 1}), (std::vector<double>{1, 1}));
  EXPECT_EQ(benjamini_hochberg(std::vector<double>{.5, .5}), (std::vector<double>{.5, .5}));
}

}  // namespace
}  // namespace assay::stats
