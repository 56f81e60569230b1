#include "reports/display.hpp"

#include <assay/reports/format.hpp>
#include <assay/reports/progress.hpp>

#include <gtest/gtest.h>

#include <cmath>

namespace assay::reports {

TEST(Format, values_are_shown_with_their_unit) {
  struct Row {
    double value;
    Unit unit;
    const char* expected;
  };
  const Row rows[] = {
      {0.831, Unit::share, "83.1 %"},
      {1, Unit::share, "100.0 %"},
      {0, Unit::share, "0.0 %"},
      {0.9996, Unit::share, "99.96 %"},
      {0.0004, Unit::share, "0.04 %"},
      {-0.05, Unit::share, "-5.0 %"},
      {1e-12, Unit::share, "<0.00001 %"},
      {1.42, Unit::seconds, "1.42 s"},
      {0.32, Unit::seconds, "320 ms"},
      {0.00042, Unit::seconds, "420 µs"},
      {125, Unit::seconds, "2 min 5 s"},
      {3780, Unit::seconds, "1 h 3 min"},
      {-0.32, Unit::seconds, "-320 ms"},
      {0.0031, Unit::usd, "$0.0031"},
      {0.00000123, Unit::usd, "$0.0000012"},
      {0.12, Unit::usd, "$0.12"},
      {1234.5, Unit::usd, "$1,234.50"},
      {0, Unit::usd, "$0.00"},
      {-0.02, Unit::usd, "-$0.020"},
      {1234.56, Unit::tokens, "1,234.6 tokens"},
      {5, Unit::chars, "5 chars"},
      {NAN, Unit::share, "–"},
      {INFINITY, Unit::seconds, "–"},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.expected);
    EXPECT_EQ(show_value(row.value, row.unit), row.expected);
  }
}

TEST(Format, durations_change_unit_without_a_gap) {
  struct Row {
    std::int64_t ns;
    const char* expected;
  };
  const Row rows[] = {
      {0, "0 s"},
      {999'400, "999 µs"},
      {999'600, "1.0 ms"},
      {999'400'000, "999 ms"},
      {999'600'000, "1.00 s"},
      {9'996'000'000, "10.0 s"},
      {59'960'000'000, "1 min 0 s"},
      {3'599'600'000'000, "1 h 0 min"},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.ns);
    EXPECT_EQ(show_duration(Duration(row.ns)), row.expected);
  }
}

TEST(Format, counts_are_grouped_or_short) {
  EXPECT_EQ(show_count(0), "0");
  EXPECT_EQ(show_count(1'319), "1,319");
  EXPECT_EQ(show_count(1'000'000), "1,000,000");
  EXPECT_EQ(show_short(999), "999");
  EXPECT_EQ(show_short(1'000), "1.00k");
  EXPECT_EQ(show_short(12'345), "12.3k");
  EXPECT_EQ(show_short(999'999), "1.00M");
  EXPECT_EQ(show_short(4'500'000'000), "4.50G");
}

TEST(Progress, shows_what_is_known) {
  ProgressView view;
  view.done = 412;
  view.planned = 1319;
  view.pass_rate = 0.831;
  view.interval = {0.802, 0.857};
  view.calls_per_s = 12.44;
  view.tokens = 1'230'000;
  view.usd = 0.42;
  view.eta = std::chrono::seconds(72);
  view.errors = 3;
  EXPECT_EQ(
      progress_line(view, {false, 120}),
      "  412/1,319  31 %  pass 83.1 % [80.2 %, 85.7 %]  1 min 12 s left  12.4 calls/s  1.23M tokens  $0.42  3 errors");
  EXPECT_EQ(progress_line({}, {false, 100}), "  0  0.0 calls/s  0 tokens");
}

TEST(Progress, keeps_to_the_width_and_always_shows_errors) {
  ProgressView view;
  view.done = 412;
  view.planned = 1319;
  view.pass_rate = 0.831;
  view.interval = {0.802, 0.857};
  view.errors = 1;
  for (const int width : {30, 40, 60, 80, 100}) {
    SCOPED_TRACE(width);
    const std::string line = progress_line(view, {false, width});
    EXPECT_LE(display_width(line), width);
    EXPECT_TRUE(line.ends_with("1 error")) << line;
  }
}

}  // namespace assay::reports
