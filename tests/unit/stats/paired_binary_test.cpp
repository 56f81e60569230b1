#include <assay/stats/paired_binary.hpp>

#include <gtest/gtest.h>

#include <cmath>

namespace assay::stats {
namespace {

// Bentur et al. 2009, airway hyper-responsiveness, as in Fagerland, Lydersen and Laake 2014, doi:10.1002/sim.6148: 1 of
// 21 in both, 1 only in the first, 7 only in the second, 12 in none.
const PairedCounts kBentur{1, 1, 7, 12};
// 200 cases: 160 pass in both runs, 8 gained, 18 lost, 14 in neither.
const PairedCounts kRegression{160, 8, 18, 14};

TEST(McNemar, agrees_with_fagerland_lydersen_and_laake) {
  EXPECT_NEAR(mcnemar_exact(kBentur), .0703, 5e-5);
  EXPECT_NEAR(mcnemar_mid_p(kBentur), .0391, 5e-5);
}

TEST(McNemar, agrees_with_statsmodels) {
  // statsmodels 0.15.0 mcnemar(exact=True) and scipy 1.17.1 binomtest(lost, gained + lost, alternative='greater')
  struct Row {
    double gained, lost, two_sided, loss;
  };
  for (const auto& row : {Row{8, 18, 0.07551869750022888, 0.03775934875011444}, Row{1, 7, 0.0703125, 0.03515625},
                          Row{6, 2, 0.2890625, 0.96484375}, Row{0, 5, 0.0625, 0.03125},
                          Row{121, 59, 4.4344492637551645e-06, 0.999998950577836}}) {
    SCOPED_TRACE(row.gained);
    const PairedCounts counts{50, row.gained, row.lost, 50};
    EXPECT_NEAR(mcnemar_exact(counts), row.two_sided, 1e-10);
    EXPECT_NEAR(mcnemar_loss_exact(counts), row.loss, 1e-10);
  }
  EXPECT_NEAR(mcnemar_mid_p(kRegression), .05224, 5e-6);
  EXPECT_NEAR(mcnemar_loss_mid_p(kRegression), .02612, 5e-6);
}

TEST(McNemar, edges) {
  for (const auto& counts : {PairedCounts{}, PairedCounts{10, 0, 0, 0}, PairedCounts{0, 0, 0, 7}}) {
    EXPECT_EQ(mcnemar_exact(counts), 1);
    EXPECT_EQ(mcnemar_mid_p(counts), 1);
    EXPECT_EQ(mcnemar_loss_exact(counts), 1);
    EXPECT_EQ(mcnemar_loss_mid_p(counts), 1);
  }
  EXPECT_EQ(mcnemar_mid_p({5, 4, 4, 5}), 1);
  EXPECT_EQ(mcnemar_exact({5, 4, 4, 5}), 1);
  EXPECT_NEAR(mcnemar_loss_exact({0, 0, 1, 0}), 0.5, 1e-12);
}

TEST(Newcombe, agrees_with_published_and_worked_intervals) {
  EXPECT_NEAR(newcombe_lower(kBentur, 0.025), -.507, 5e-4);
  EXPECT_NEAR(newcombe_upper(kBentur, 0.025), -.026, 5e-4);
  EXPECT_NEAR(newcombe_lower(kRegression, 0.025), -.1027, 5e-5);
  EXPECT_NEAR(newcombe_upper(kRegression, 0.025), .0009, 5e-5);
}

TEST(Tango, agrees_with_published_intervals) {
  EXPECT_NEAR(tango_lower(kBentur, 0.025), -.517, 5e-4);
  EXPECT_NEAR(tango_upper(kBentur, 0.025), -.026, 5e-4);
}

TEST(Tango, worked_example) {
  EXPECT_NEAR(tango_lower(kRegression, 0.025), -.1037, 5e-5);
  EXPECT_NEAR(tango_upper(kRegression, 0.025), -.00003, 5e-6);
  EXPECT_NEAR(tango_lower(kRegression, 0.05), -.0944, 5e-5);
  EXPECT_NEAR(tango_upper(kRegression, 0.05), -.0085, 5e-5);
  EXPECT_NEAR(tango_z(kRegression, -0.05), 0, 1e-9);
  EXPECT_NEAR(tango_p_at_least(kRegression, -0.05), 0.5, 1e-9);
  EXPECT_NEAR(tango_z(kRegression, -0.10), 1.836, 5e-4);
  EXPECT_NEAR(tango_p_at_least(kRegression, -0.10), .0332, 5e-5);
}

TEST(Tango, at_no_difference_it_is_mcnemars_statistic) {
  EXPECT_NEAR(tango_z(kRegression, 0), -10 / std::sqrt(26), 1e-12);
}

TEST(Tango, without_discordance_the_interval_has_width) {
  const PairedCounts quiet{180, 0, 0, 20};
  EXPECT_NEAR(tango_upper(quiet, 0.025), .0188, 5e-5);
  EXPECT_NEAR(tango_lower(quiet, 0.025), -.0188, 5e-5);
  EXPECT_NEAR(tango_upper(quiet, 0.05), .0133, 5e-5);
}

TEST(Tango, the_p_value_reaches_alpha_where_the_bound_reaches) {
  for (const auto& counts : {kBentur, kRegression, PairedCounts{3, 0, 2, 0}, PairedCounts{99, 1, 0, 0}}) {
    EXPECT_NEAR(tango_p_at_least(counts, tango_lower(counts, 0.05)), 0.05, 1e-6);
    EXPECT_NEAR(tango_p_at_most(counts, tango_upper(counts, 0.05)), 0.05, 1e-6);
  }
}

TEST(Tango, edges) {
  EXPECT_EQ(tango_lower({}, 0.05), -1);
  EXPECT_EQ(tango_upper({}, 0.05), 1);
  EXPECT_EQ(tango_p_at_least({}, -0.05), 1);
  EXPECT_EQ(tango_p_at_most({}, 0), 1);
  EXPECT_EQ(newcombe_lower({}, 0.05), -1);
  EXPECT_EQ(newcombe_upper({}, 0.05), 1);
  for (const auto& counts : {PairedCounts{1, 0, 0, 0}, PairedCounts{0, 1, 0, 0}, PairedCounts{0, 0, 1, 0},
                             PairedCounts{0, 0, 0, 1}, PairedCounts{0, 30, 0, 0}, PairedCounts{0, 0, 30, 0}}) {
    for (const double bound : {-1.0, -0.5, 0.0, 0.5, 1.0}) EXPECT_FALSE(std::isnan(tango_z(counts, bound)));
    const double seen = (counts.gained - counts.lost) / (counts.both + counts.gained + counts.lost + counts.neither);
    EXPECT_GE(tango_lower(counts, 0.05), -1);
    EXPECT_LE(tango_lower(counts, 0.05), seen);
    EXPECT_GE(tango_upper(counts, 0.05), seen);
    EXPECT_LE(tango_upper(counts, 0.05), 1);
    EXPECT_GE(newcombe_lower(counts, 0.05), -1);
    EXPECT_LE(newcombe_upper(counts, 0.05), 1);
  }
}

}  // namespace
}  // namespace assay::stats
