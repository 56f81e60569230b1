#include "runner/store/histogram.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace assay::store {

// numpy.quantile(values, p), whose default is type 7.
TEST(LogHistogram, agrees_with_published_type_7_values) {
  struct Row {
    std::vector<double> values;
    double p;
    double expected;
  };
  for (const auto& row :
       {Row{{5}, 0.95, 5}, Row{{1, 2}, 0.5, 1.5}, Row{{4, 1, 3, 2}, 0.5, 2.5}, Row{{4, 1, 3, 2}, 0.95, 3.85},
        Row{{10, 20, 30, 40, 50}, 0.25, 20}, Row{{3, 1, 2}, 1.0, 3}, Row{{3, 1, 2}, 0.0, 1}}) {
    SCOPED_TRACE(row.p);
    LogHistogram histogram;
    for (const double value : row.values) histogram.add(value);
    EXPECT_NEAR(histogram.quantile(row.p).value_or(0) / row.expected, 1.0, 1e-3);
  }
}

TEST(LogHistogram, is_within_a_thousandth_of_the_exact_quantile) {
  LogHistogram histogram;
  std::vector<double> values;  // ascending
  for (int i = 0; i <= 10'000; ++i) values.push_back(0.01 * std::pow(1.0015, i));
  for (const double value : values) histogram.add(value);
  for (const double p : {0.0, 0.01, 0.5, 0.95, 0.99, 1.0}) {
    SCOPED_TRACE(p);
    const double exact = values.at(static_cast<std::size_t>(p * 10'000));
    EXPECT_NEAR(*histogram.quantile(p) / exact, 1.0, 1e-3);
  }
  EXPECT_EQ(histogram.total(), values.size());
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
