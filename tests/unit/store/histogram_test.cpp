#include "runner/store/histogram.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace assay::store {

// numpy.quantile(values, p), whose default is type 7.
TEST(Quantile, agrees_with_published_type_7_values) {
  struct Row {
    std::vector<double> values;
    double p;
    double expected;
  };
  const Row rows[] = {
      {{5}, 0.95, 5},
      {{1, 2}, 0.5, 1.5},
      {{4, 1, 3, 2}, 0.5, 2.5},
      {{4, 1, 3, 2}, 0.95, 3.85},
      {{10, 20, 30, 40, 50}, 0.25, 20},
      {{3, 1, 2}, 1.0, 3},
      {{3, 1, 2}, 0.0, 1},
  };
  for (auto row : rows) {
    SCOPED_TRACE(row.p);
    const auto got = quantile(row.values, row.p);
    ASSERT_TRUE(got);
    EXPECT_DOUBLE_EQ(*got, row.expected);
  }
  std::vector<double> none;
  EXPECT_FALSE(quantile(none, 0.5));
}

TEST(LogHistogram, is_within_a_thousandth_of_the_exact_quantile) {
  LogHistogram histogram;
  std::vector<double> values;
  for (int i = 1; i <= 10'000; ++i) values.push_back(0.01 * std::pow(1.0015, i));
  for (const double value : values) histogram.add(value);
  for (const double p : {0.0, 0.01, 0.5, 0.95, 0.99, 1.0}) {
    SCOPED_TRACE(p);
    const double exact = *quantile(values, p);
    EXPECT_NEAR(*histogram.quantile(p) / exact, 1.0, 1e-3);
  }
}

TEST(LogHistogram, survives_values_out_of_range) {
  LogHistogram histogram;
  EXPECT_FALSE(histogram.quantile(0.5));
  histogram.add(std::nan(""));
  EXPECT_FALSE(histogram.quantile(0.5));
  histogram.add(0);
  histogram.add(1e300);
  EXPECT_LT(*histogram.quantile(0.0), 0.0011);
  EXPECT_GT(*histogram.quantile(1.0), 0.99e9);
}

}  // namespace assay::store
