#include "runner/exec/limits/token_bucket.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>

namespace assay::exec {
namespace {

using namespace std::chrono_literals;

TimePoint at(Duration d) {
  return TimePoint(d);
}

int taken_at_once(TokenBucket& bucket, double amount, TimePoint now) {
  int taken = 0;
  while (taken < 1000 && bucket.take(amount, now)) ++taken;
  return taken;
}

TEST(TokenBucket, holds_one_second_and_at_least_one_unit) {
  struct Row {
    double per_minute;
    int at_first;
    int after_an_hour;
  };
  for (const auto& row : {Row{600, 10, 10}, Row{6000, 100, 100}, Row{60, 1, 1}, Row{1, 1, 1}}) {
    TokenBucket bucket(row.per_minute, at(0s));
    EXPECT_EQ(taken_at_once(bucket, 1, at(0s)), row.at_first) << row.per_minute;
    EXPECT_EQ(taken_at_once(bucket, 1, at(1h)), row.after_an_hour) << row.per_minute;
  }
}

TEST(TokenBucket, whoever_wakes_when_it_is_ready_is_served) {
  for (const double per_minute : {1.0, 7.0, 60.0, 333.3, 6000.0, 1e7}) {
    TokenBucket bucket(per_minute, at(0s));
    auto now = at(0s);
    int taken = 0;
    for (; taken < 500; ++taken) {
      now = bucket.ready(now);
      ASSERT_TRUE(bucket.take(1, now)) << per_minute;
    }
    const double seconds = to_seconds(now.time_since_epoch());
    const double burst = std::max(1.0, per_minute / 60);
    EXPECT_NEAR(seconds, std::max(0.0, taken - burst) * 60 / per_minute, 60 / per_minute + 1e-3) << per_minute;
  }
}

TEST(TokenBucket, a_request_larger_than_the_bucket_passes_and_the_rate_holds) {
  TokenBucket bucket(600, at(0s));  // 10 a second
  ASSERT_TRUE(bucket.take(1000, at(0s)));
  EXPECT_FALSE(bucket.take(1, at(0s)));
  EXPECT_NEAR(to_seconds(bucket.ready(at(0s)).time_since_epoch()), 99.1, 0.001);
  EXPECT_FALSE(bucket.take(1, at(99s)));
  EXPECT_TRUE(bucket.take(1, at(99200ms)));
}

TEST(TokenBucket, an_estimate_is_corrected_both_ways) {
  TokenBucket high(600, at(0s));
  ASSERT_TRUE(high.take(100, at(0s)));
  high.give(95);  // it was 5
  EXPECT_EQ(taken_at_once(high, 1, at(0s)), 5);

  TokenBucket low(600, at(0s));
  ASSERT_TRUE(low.take(5, at(0s)));
  low.give(-95);  // it was 100
  EXPECT_NEAR(to_seconds(low.ready(at(0s)).time_since_epoch()), 9.1, 0.001);
}

TEST(TokenBucket, giving_back_does_not_overfill) {
  TokenBucket bucket(600, at(0s));
  bucket.give(1000);
  EXPECT_EQ(taken_at_once(bucket, 1, at(0s)), 10);
}

TEST(TokenBucket, a_debt_that_no_life_repays_is_a_time_all_the_same) {
  TokenBucket bucket(1, at(0s));
  ASSERT_TRUE(bucket.take(1e15, at(0s)));
  EXPECT_GT(bucket.ready(at(1s)), at(24h));
}

TEST(TokenBucket, a_clock_that_stands_still_fills_nothing) {
  TokenBucket bucket(60, at(5s));
  ASSERT_TRUE(bucket.take(1, at(5s)));
  for (int i = 0; i < 10; ++i) EXPECT_FALSE(bucket.take(1, at(5s)));
  EXPECT_EQ(bucket.ready(at(5s)), at(6s));
}

}  // namespace
}  // namespace assay::exec
