#include "runner/exec/call/call_machine.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <set>
#include <string>

namespace assay::exec {
namespace {

using namespace std::chrono_literals;

TimePoint at(Duration d) {
  return TimePoint(d);
}

AttemptResult good(std::string text) {
  AttemptResult result;
  Response response;
  response.message.parts.emplace_back(Text{std::move(text)});
  result.result = std::move(response);
  result.status = 200;
  result.duration = 7ms;
  return result;
}

AttemptResult bad(ErrorKind kind, int status = 0, std::optional<Duration> retry_after = {}) {
  AttemptResult result;
  result.result = Error{kind, "it failed", {}, {}};
  result.status = status;
  result.retry_after = retry_after;
  return result;
}

const Error& error_of(const Step& step) {
  return std::get<Error>(step.result);
}

TEST(CallMachine, an_answer_ends_the_call_at_once) {
  CallMachine machine(RetryPolicy{}, 1);
  auto action = machine.answered(good("hi"), at(1s));
  ASSERT_TRUE(std::holds_alternative<Done>(action));
  const auto& step = std::get<Done>(action).step;
  EXPECT_EQ(text_of(std::get<Response>(step.result).message), "hi");
  ASSERT_EQ(step.attempts.size(), 1U);
  EXPECT_EQ(step.attempts[0].status, 200);
  EXPECT_EQ(step.attempts[0].duration, 7ms);
  EXPECT_EQ(step.attempts[0].waited, 0ms);
  EXPECT_FALSE(step.attempts[0].error);
}

TEST(CallMachine, retries_what_may_pass_and_nothing_else) {
  struct Row {
    ErrorKind kind;
    bool retried;
  };
  const Row rows[] = {
      {ErrorKind::transport, true},   {ErrorKind::timeout, true},    {ErrorKind::rate_limited, true},
      {ErrorKind::unavailable, true}, {ErrorKind::tls, false},       {ErrorKind::quota, false},
      {ErrorKind::auth, false},       {ErrorKind::rejected, false},  {ErrorKind::protocol, false},
      {ErrorKind::internal, false},   {ErrorKind::cancelled, false},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(name(row.kind));
    CallMachine machine(RetryPolicy{}, 1);
    const auto action = machine.answered(bad(row.kind), at(0s));
    EXPECT_EQ(std::holds_alternative<Sleep>(action), row.retried);
    if (const auto* done = std::get_if<Done>(&action)) {
      EXPECT_EQ(error_of(done->step).kind, row.kind);
      EXPECT_EQ(done->step.attempts.size(), 1U);
    }
  }
}

TEST(CallMachine, records_every_attempt_and_what_was_waited_before_it) {
  CallMachine machine(RetryPolicy{}, 1);
  auto action = machine.answered(bad(ErrorKind::unavailable, 503), at(1s));
  ASSERT_TRUE(std::holds_alternative<Sleep>(action));
  EXPECT_TRUE(std::holds_alternative<Send>(machine.woke(at(1300ms))));
  action = machine.answered(bad(ErrorKind::transport), at(2s));
  ASSERT_TRUE(std::holds_alternative<Sleep>(action));
  EXPECT_TRUE(std::holds_alternative<Send>(machine.woke(at(4s))));
  action = machine.answered(good("late"), at(5s));
  ASSERT_TRUE(std::holds_alternative<Done>(action));
  const auto& attempts = std::get<Done>(action).step.attempts;
  ASSERT_EQ(attempts.size(), 3U);
  EXPECT_EQ(attempts[0].waited, 0ms);
  EXPECT_EQ(attempts[1].waited, 300ms);
  EXPECT_EQ(attempts[2].waited, 2s);
  ASSERT_TRUE(attempts[0].error && attempts[1].error);
  EXPECT_EQ(attempts[0].status, 503);
  EXPECT_EQ(attempts[1].error->kind, ErrorKind::transport);
  EXPECT_FALSE(attempts[2].error);
}

TEST(CallMachine, gives_up_after_max_retries_and_says_so) {
  RetryPolicy policy;
  policy.max = 2;
  CallMachine machine(policy, 1);
  CallAction action = machine.answered(bad(ErrorKind::timeout), at(0s));
  for (int retry = 0; retry < 2; ++retry) {
    ASSERT_TRUE(std::holds_alternative<Sleep>(action)) << retry;
    ASSERT_TRUE(std::holds_alternative<Send>(machine.woke(at(1s))));
    action = machine.answered(bad(ErrorKind::timeout), at(1s));
  }
  ASSERT_TRUE(std::holds_alternative<Done>(action));
  const auto& step = std::get<Done>(action).step;
  EXPECT_EQ(step.attempts.size(), 3U);
  EXPECT_EQ(error_of(step).message, "it failed; gave up after 3 attempts");
}

TEST(CallMachine, no_retries_means_one_attempt) {
  RetryPolicy policy;
  policy.max = 0;
  CallMachine machine(policy, 1);
  const auto action = machine.answered(bad(ErrorKind::transport), at(0s));
  ASSERT_TRUE(std::holds_alternative<Done>(action));
  EXPECT_EQ(error_of(std::get<Done>(action).step).message, "it failed");
}

TEST(CallMachine, waits_as_long_as_the_endpoint_asks) {
  CallMachine machine(RetryPolicy{}, 1);
  const auto action = machine.answered(bad(ErrorKind::rate_limited, 429, 20s), at(0s));
  ASSERT_TRUE(std::holds_alternative<Sleep>(action));
  EXPECT_EQ(std::get<Sleep>(action).duration, 20s);
}

TEST(CallMachine, waits_its_jitter_where_the_endpoint_asks_for_less) {
  RetryPolicy policy;
  policy.least = 10s;
  Duration longest{};
  for (std::uint64_t key = 0; key < 50; ++key) {
    CallMachine machine(policy, key);
    const auto action = machine.answered(bad(ErrorKind::rate_limited, 429, 1ms), at(0s));
    ASSERT_TRUE(std::holds_alternative<Sleep>(action));
    EXPECT_GE(std::get<Sleep>(action).duration, 1ms);
    longest = std::max(longest, std::get<Sleep>(action).duration);
  }
  EXPECT_GT(longest, 5s);
}

TEST(CallMachine, a_wait_beyond_max_wait_is_final_and_named) {
  CallMachine machine(RetryPolicy{}, 1);
  const auto action = machine.answered(bad(ErrorKind::rate_limited, 429, 150s), at(0s));
  ASSERT_TRUE(std::holds_alternative<Done>(action));
  const auto& error = error_of(std::get<Done>(action).step);
  EXPECT_EQ(error.kind, ErrorKind::rate_limited);
  EXPECT_EQ(error.message, "it failed; the endpoint asks to wait 150 s, longer than max_wait (120 s)");
  EXPECT_NE(error.hint.find("max_wait"), std::string::npos);
}

TEST(CallMachine, a_wait_of_exactly_max_wait_is_taken) {
  CallMachine machine(RetryPolicy{}, 1);
  EXPECT_TRUE(std::holds_alternative<Sleep>(machine.answered(bad(ErrorKind::rate_limited, 429, 120s), at(0s))));
}

TEST(CallMachine, jitter_is_full_and_bounded_by_the_doubling_cap) {
  RetryPolicy policy;
  policy.max = 8;
  policy.least = 500ms;
  policy.most = 3s;
  const Duration caps[] = {500ms, 1s, 2s, 3s, 3s, 3s, 3s, 3s};
  Duration most[8] = {};
  for (std::uint64_t key = 0; key < 200; ++key) {
    CallMachine machine(policy, key);
    for (int retry = 0; retry < 8; ++retry) {
      const auto action = machine.answered(bad(ErrorKind::transport), at(0s));
      ASSERT_TRUE(std::holds_alternative<Sleep>(action));
      const auto delay = std::get<Sleep>(action).duration;
      EXPECT_GE(delay, 0s);
      EXPECT_LE(delay, caps[retry]) << retry;
      most[retry] = std::max(most[retry], delay);
      std::ignore = machine.woke(at(0s));
    }
  }
  for (int retry = 0; retry < 8; ++retry) EXPECT_GT(most[retry], caps[retry] * 9 / 10) << retry;
}

TEST(CallMachine, equal_keys_wait_equally_and_others_do_not) {
  const auto first_delay = [](std::uint64_t key) {
    CallMachine machine(RetryPolicy{}, key);
    return std::get<Sleep>(machine.answered(bad(ErrorKind::transport), at(0s))).duration;
  };
  std::set<Duration> delays;
  for (std::uint64_t key = 0; key < 20; ++key) {
    EXPECT_EQ(first_delay(key), first_delay(key));
    delays.insert(first_delay(key));
  }
  EXPECT_EQ(delays.size(), 20U);
}

TEST(BackoffCap, does_not_overflow_however_many_retries_are_asked_for) {
  EXPECT_EQ(backoff_cap(RetryPolicy{}, 0), 500ms);
  EXPECT_EQ(backoff_cap(RetryPolicy{}, 3), 4s);
  EXPECT_EQ(backoff_cap(RetryPolicy{}, 4'000'000'000U), 30s);
}

}  // namespace
}  // namespace assay::exec
