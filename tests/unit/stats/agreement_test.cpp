#include <assay/stats/agreement.hpp>

#include <gtest/gtest.h>

#include <vector>

namespace assay::stats {
namespace {

TEST(CohenKappa, agrees_with_statsmodels) {
  // statsmodels 0.15.0 cohens_kappa(table, wt=None | 'linear' | 'quadratic'): kappa, std_kappa
  struct Row {
    std::vector<double> table;
    std::size_t k;
    KappaWeights weights;
    double kappa, error;
  };
  const std::vector<double> three{44, 5, 1, 7, 20, 3, 9, 5, 6};
  for (const auto& row : {Row{{45, 5, 10, 40}, 2, KappaWeights::nominal, .70, 0.07105631569396208},
                          Row{{45, 5, 10, 40}, 2, KappaWeights::quadratic, .70, 0.07105631569396208},
                          Row{{90, 4, 4, 2}, 2, KappaWeights::nominal, 0.29078014184397205, 0.18262968560357443},
                          Row{three, 3, KappaWeights::nominal, 0.49152542372881347, 0.07212745929334068},
                          Row{three, 3, KappaWeights::linear, 0.4736842105263158, 0.07697890987030612},
                          Row{three, 3, KappaWeights::quadratic, 0.4545454545454546, 0.09397969777572601}}) {
    SCOPED_TRACE(row.kappa);
    const auto kappa = cohen_kappa(row.table, row.k, row.weights);
    ASSERT_TRUE(kappa);
    EXPECT_NEAR(kappa->kappa, row.kappa, 1e-12);
    EXPECT_NEAR(kappa->standard_error, row.error, 1e-12);
  }
  EXPECT_NEAR(cohen_kappa(std::vector<double>{90, 4, 4, 2}, 2)->observed, .92, 1e-12);
}

TEST(CohenKappa, edges) {
  EXPECT_FALSE(cohen_kappa({}, 2));
  EXPECT_FALSE(cohen_kappa(std::vector<double>{1}, 1));
  EXPECT_FALSE(cohen_kappa(std::vector<double>(4, 0.0), 2));
  EXPECT_FALSE(cohen_kappa(std::vector<double>{50, 0, 0, 0}, 2));
  EXPECT_FALSE(cohen_kappa(std::vector<double>{5, -1, 2, 3}, 2));
  EXPECT_EQ(cohen_kappa(std::vector<double>{5, 0, 0, 5}, 2)->kappa, 1);
  EXPECT_EQ(cohen_kappa(std::vector<double>{5, 0, 0, 5}, 2)->standard_error, 0);
  EXPECT_EQ(cohen_kappa(std::vector<double>{0, 5, 5, 0}, 2)->kappa, -1);
}

TEST(KrippendorffAlpha, agrees_with_krippendorffs_example) {
  // The "C" data of Krippendorff 1980, in R's irr::kripp.alpha: 4 raters, 12 units, gaps left out
  const std::vector<std::vector<double>> units{{1, 1, 1},    {2, 2, 3, 2}, {3, 3, 3, 3}, {3, 3, 3, 3},
                                               {2, 2, 2, 2}, {1, 2, 3, 4}, {4, 4, 4, 4}, {1, 1, 2, 1},
                                               {2, 2, 2, 2}, {5, 5, 5},    {1, 1},       {3}};
  EXPECT_NEAR(krippendorff_alpha(units, AlphaLevel::nominal).value(), .7434, 5e-5);
  EXPECT_NEAR(krippendorff_alpha(units, AlphaLevel::ordinal).value(), .815, 5e-4);
  EXPECT_NEAR(krippendorff_alpha(units, AlphaLevel::interval).value(), .8491, 5e-5);
}

TEST(KrippendorffAlpha, edges) {
  const std::vector<std::vector<double>> alone{{1}, {2}, {}};
  const std::vector<std::vector<double>> same{{1, 1}, {1, 1, 1}};
  const std::vector<std::vector<double>> agreed{{1, 1}, {2, 2}, {5, 5, 5}};
  const std::vector<std::vector<double>> opposed{{0, 1}, {1, 0}, {0, 1}};
  for (const auto level : {AlphaLevel::nominal, AlphaLevel::ordinal, AlphaLevel::interval}) {
    EXPECT_FALSE(krippendorff_alpha({}, level));
    EXPECT_FALSE(krippendorff_alpha(alone, level));
    EXPECT_FALSE(krippendorff_alpha(same, level));
    EXPECT_NEAR(krippendorff_alpha(agreed, level).value(), 1, 1e-12);
    EXPECT_LT(krippendorff_alpha(opposed, level).value(), 0);
  }
}

}  // namespace
}  // namespace assay::stats
