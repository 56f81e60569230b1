#include "runner/exec/limits/limiter.hpp"

#include "tests/unit/exec/simulation.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace assay::exec {
namespace {

using namespace std::chrono_literals;
using simulation::Seen;
using simulation::simulate;
using simulation::World;

TimePoint at(Duration d) {
  return TimePoint(d);
}

std::vector<Permit> start_all(Limiter& limiter, TimePoint now) {
  std::vector<Permit> permits;
  while (auto permit = limiter.ask(0, now)) permits.push_back(*permit);
  return permits;
}

void settle_all(Limiter& limiter, const std::vector<Permit>& permits, Signal signal, TimePoint now) {
  for (const auto& permit : permits) limiter.settle(permit, signal, std::nullopt, 0, now);
}

// Answers come after a second each, as many as were asked for.
void pass_rounds(Limiter& limiter, int rounds, Signal signal) {
  for (int i = 1; i <= rounds; ++i) {
    const auto permits = start_all(limiter, at(std::chrono::seconds(i)));
    settle_all(limiter, permits, signal, at(std::chrono::seconds(i + 1)));
  }
}

TEST(Limiter, starts_at_16_or_what_it_is_told) {
  struct Row {
    Limits limits;
    std::uint32_t limit;
  };
  Limits fixed;
  fixed.concurrency = 100;
  Limits little;
  little.most = 5;
  for (const auto& [limits, limit] : {Row{{}, 16}, Row{fixed, 100}, Row{little, 5}}) {
    Limiter limiter(limits, at(0s));
    EXPECT_EQ(limiter.limit(), limit);
    EXPECT_EQ(start_all(limiter, at(0s)).size(), limit);
    EXPECT_EQ(limiter.in_flight(), limit);
    EXPECT_EQ(limiter.wake(at(0s)), TimePoint::max());
  }
}

TEST(Limiter, only_clean_first_answers_let_it_grow) {
  struct Row {
    Signal signal;
    bool grows;
  };
  for (const auto& [signal, grows] :
       {Row{Signal::answered, true}, Row{Signal::retried, false}, Row{Signal::trouble, false}}) {
    Limiter limiter({}, at(0s));
    pass_rounds(limiter, 10, signal);
    EXPECT_EQ(limiter.limit() > 16, grows) << static_cast<int>(signal);
    EXPECT_GE(limiter.limit(), 16U);
  }
}

TEST(Limiter, a_fixed_limit_stays_whatever_happens) {
  Limits limits;
  limits.concurrency = 7;
  Limiter limiter(limits, at(0s));
  for (const auto signal : {Signal::answered, Signal::rejected, Signal::trouble}) {
    pass_rounds(limiter, 20, signal);
    EXPECT_EQ(limiter.limit(), 7U);
    EXPECT_EQ(limiter.wake(at(1h)), at(1h));
  }
  EXPECT_TRUE(limiter.take_changes().empty());
}

TEST(Limiter, one_flight_is_cut_once_and_says_what_is_borne) {
  Limiter limiter({}, at(0s));
  const auto permits = start_all(limiter, at(0s));
  limiter.settle(permits[0], Signal::rejected, std::nullopt, 0, at(10ms));
  EXPECT_EQ(limiter.limit(), 12U);
  for (std::size_t i = 1; i < 6; ++i) limiter.settle(permits[i], Signal::rejected, std::nullopt, 0, at(10ms));
  EXPECT_EQ(limiter.limit(), 9U) << "16 less 6, and a little less";
  for (std::size_t i = 6; i < 16; ++i) limiter.settle(permits[i], Signal::answered, std::nullopt, 0, at(1s));

  const auto changes = limiter.take_changes();
  ASSERT_EQ(changes.size(), 3U);
  EXPECT_EQ(changes[0].cause, LimitCause::start);
  EXPECT_EQ(changes[1].limit, 12U);
  EXPECT_EQ(changes[1].cause, LimitCause::rejected);
  EXPECT_EQ(changes[2].limit, 9U);
  EXPECT_EQ(changes[2].cause, LimitCause::rejected);
  EXPECT_TRUE(limiter.take_changes().empty());
}

TEST(Limiter, a_flight_that_is_rejected_whole_costs_no_more_than_half) {
  Limiter limiter({}, at(0s));
  settle_all(limiter, start_all(limiter, at(0s)), Signal::rejected, at(10ms));
  EXPECT_EQ(limiter.limit(), 8U);
}

TEST(Limiter, waits_as_asked_where_fewer_in_flight_do_not_help) {
  Limiter limiter({}, at(0s));
  settle_all(limiter, start_all(limiter, at(0s)), Signal::rejected, at(0s));
  const auto again = limiter.ask(0, at(1s));
  ASSERT_TRUE(again);
  limiter.settle(*again, Signal::rejected, 7s, 0, at(1s));
  EXPECT_FALSE(limiter.ask(0, at(7s)));
  EXPECT_EQ(limiter.wake(at(7s)), at(8s));
  ASSERT_TRUE(limiter.ask(0, at(8s)));
  EXPECT_FALSE(limiter.ask(0, at(8s))) << "one goes ahead alone";
  EXPECT_GT(start_all(limiter, limiter.wake(at(8s))).size(), 1U) << "and was not turned away";
}

TEST(Limiter, a_wait_without_end_is_not_waited_for) {
  Limiter limiter({}, at(0s));
  for (int i = 0; i < 30; ++i) {
    const auto now = at(std::chrono::seconds(10 * i));
    const auto permit = limiter.ask(0, now);
    ASSERT_TRUE(permit) << i;
    limiter.settle(*permit, Signal::rejected, 24h, 0, now);
    EXPECT_GE(limiter.limit(), 1U);
  }
}

TEST(Limiter, both_buckets_bind_and_estimates_are_settled) {
  Limits limits;
  limits.concurrency = 1000;
  limits.requests_per_minute = 600;
  limits.tokens_per_minute = 6000;
  Limiter limiter(limits, at(0s));
  const auto first = limiter.ask(100, at(0s));
  ASSERT_TRUE(first);
  EXPECT_FALSE(limiter.ask(100, at(0s))) << "tokens";
  EXPECT_NEAR(to_seconds(limiter.wake(at(0s)).time_since_epoch()), 0.01, 0.001);
  limiter.settle(*first, Signal::answered, std::nullopt, 0, at(0s));
  int started = 0;
  while (limiter.ask(1, at(0s))) ++started;
  EXPECT_EQ(started, 9) << "requests";
}

TEST(Limiter, a_clock_that_stands_still_stops_nothing) {
  Limiter limiter({}, at(0s));
  for (int i = 0; i < 20; ++i) settle_all(limiter, start_all(limiter, at(0s)), Signal::answered, at(0s));
  EXPECT_GT(limiter.limit(), 16U);
}

// From here on against simulated endpoints; the figures are those of docs/limits.md.

struct Shape {
  double capacity;
  double latency;
};

class HiddenCapacity : public testing::TestWithParam<Shape> {};

TEST_P(HiddenCapacity, is_found_and_kept) {
  const auto [capacity, latency] = GetParam();
  struct Row {
    double sigma;
    std::optional<double> retry_after;
  };
  for (const auto& [sigma, retry_after] : {Row{0.3, {}}, Row{0.6, 1}}) {
    if (capacity / latency > 1000 && sigma < 0.5) continue;  // half a million calls once are enough
    World world;
    world.capacity = [most = capacity](double) { return most; };
    world.latency = latency;
    world.sigma = sigma;
    world.retry_after = retry_after;
    const auto seen = simulate(world);
    EXPECT_GE(Seen::mean(seen.served, 20, 80) / capacity, 0.90) << "sigma " << sigma;
    EXPECT_LT(seen.rejected_share(), 0.01) << "sigma " << sigma;
  }
}

INSTANTIATE_TEST_SUITE_P(Limiter, HiddenCapacity,
                         testing::Values(Shape{20, 0.2}, Shape{37, 0.2}, Shape{100, 0.2}, Shape{200, 0.2},
                                         Shape{800, 0.2}, Shape{20, 1}, Shape{37, 1}, Shape{100, 1}, Shape{200, 1},
                                         Shape{800, 1}, Shape{20, 2}, Shape{37, 2}, Shape{100, 2}, Shape{200, 2}));

TEST(Limiter, follows_a_capacity_that_halves_and_doubles) {
  for (const auto& [capacity, latency] : {Shape{40, 0.2}, Shape{100, 1}, Shape{400, 1}, Shape{100, 2}}) {
    World world;
    world.capacity = [most = capacity](double now) { return now >= 60 && now < 120 ? most / 2 : most; };
    world.latency = latency;
    world.retry_after = 1;
    world.duration = 200;
    const auto seen = simulate(world);
    EXPECT_GE(Seen::mean(seen.served, 80, 120) / (capacity / 2), 0.90) << capacity << " " << latency;
    EXPECT_GE(Seen::mean(seen.served, 145, 200) / capacity, 0.90) << capacity << " " << latency;
    EXPECT_LT(seen.rejected_share(), 0.01) << capacity << " " << latency;
  }
}

TEST(Limiter, comes_back_from_an_outage) {
  World world;
  world.capacity = [](double now) { return now >= 30 && now < 45 ? 0.0 : 100.0; };
  world.duration = 120;
  const auto seen = simulate(world);
  EXPECT_LT(Seen::sum(seen.rejections, 30, 46), 30) << "an outage is not hammered";
  EXPECT_GE(Seen::mean(seen.served, 75, 120), 90);
}

TEST(Limiter, keeps_to_a_hidden_rate) {
  struct Row {
    double per_second;
    double latency;
  };
  for (const auto& row : {Row{20, 1}, Row{50, 1}, Row{200, 1}, Row{20, 2}, Row{200, 2}, Row{200, 0.2}}) {
    World world;
    world.per_second = row.per_second;
    world.burst = row.per_second;
    world.latency = row.latency;
    world.duration = 240;
    const auto seen = simulate(world);
    EXPECT_GE(Seen::mean(seen.answers, 20, 240) / row.per_second, 0.90) << row.per_second << " " << row.latency;
    EXPECT_LT(seen.rejected_share(), 0.02) << row.per_second << " " << row.latency;
  }
}

TEST(Limiter, uses_a_minutes_quota_and_then_waits_for_the_next) {
  for (const std::uint32_t quota : {600U, 3000U}) {
    World world;
    world.per_window = quota;
    world.duration = 300;
    const auto seen = simulate(world);
    EXPECT_GE(Seen::sum(seen.answers, 0, 300) / (5.0 * quota), 0.97) << quota;
    EXPECT_LT(seen.rejected_share(), 0.02) << quota;
  }
}

TEST(Limiter, leaves_a_queue_short) {
  for (const double sigma : {0.0, 0.3, 0.6}) {
    for (const double latency : {0.2, 1.0}) {
      World world;
      world.workers = 4;
      world.latency = latency;
      world.sigma = sigma;
      world.duration = 300;
      const auto seen = simulate(world);
      EXPECT_LE(Seen::mean(seen.limit, 60, 300), 24) << sigma << " " << latency;
      EXPECT_GE(Seen::mean(seen.limit, 60, 300), 4) << sigma << " " << latency;
      EXPECT_NEAR(Seen::mean(seen.served, 20, 300), 4, 0.1) << sigma << " " << latency;
    }
  }
}

TEST(Limiter, reaches_the_most_where_nothing_binds) {
  for (const double sigma : {0.3, 0.6}) {
    World world;
    world.sigma = sigma;
    world.duration = 20;
    EXPECT_EQ(simulate(world).limit.back(), 1024) << sigma;
  }
}

TEST(Limiter, grows_no_further_than_it_is_used) {
  World world;
  world.callers = 30;
  EXPECT_EQ(simulate(world).limit.back(), 64) << "30 of 32 were used, 30 of 64 are not enough";
  world.callers = 8;
  EXPECT_EQ(simulate(world).limit.back(), 16);
}

TEST(Limiter, does_not_grow_into_trouble) {
  World world;
  world.trouble = 0.2;
  world.duration = 60;
  EXPECT_EQ(simulate(world).limit.back(), 16);
}

}  // namespace
}  // namespace assay::exec
