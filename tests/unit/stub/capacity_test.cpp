#include "runner/stub/capacity.hpp"

#include "tests/unit/stub/stub_support.hpp"

namespace assay::stub::test {
namespace {

using namespace std::chrono_literals;

std::string value_of(const Headers& headers, const std::string& name) {
  for (const auto& [key, value] : headers) {
    if (key == name) return value;
  }
  return "absent";
}

TEST(Capacity, lets_in_so_many_at_once_and_again_once_one_left) {
  Capacity capacity(CapacitySpec{.concurrent = 2});
  const TimePoint now;
  EXPECT_FALSE(capacity.admit(now, 0));
  EXPECT_FALSE(capacity.admit(now, 0));
  const auto rejection = capacity.admit(now, 0);
  ASSERT_TRUE(rejection);
  EXPECT_NE(rejection->message.find("at once: limit 2"), std::string::npos);
  EXPECT_FALSE(rejection->retry_after);
  capacity.leave();
  EXPECT_FALSE(capacity.admit(now, 0));
  EXPECT_TRUE(capacity.admit(now, 0));
}

TEST(Capacity, holds_a_rate_with_a_burst_and_says_when_the_next_one_is_welcome) {
  Capacity capacity(CapacitySpec{.requests_per_minute = 600, .burst = 500ms});
  TimePoint now;
  for (int i = 0; i < 5; ++i) EXPECT_FALSE(capacity.admit(now, 0)) << i;
  const auto rejection = capacity.admit(now, 0);
  ASSERT_TRUE(rejection);
  EXPECT_EQ(rejection->retry_after, Duration(100ms));
  now += 99ms;
  EXPECT_TRUE(capacity.admit(now, 0));
  now += 1ms;
  EXPECT_FALSE(capacity.admit(now, 0));
  // a minute at twice the rate: half gets in
  int in = 0;
  for (int i = 0; i < 1200; ++i) {
    now += 50ms;
    in += capacity.admit(now, 0) ? 0 : 1;
  }
  EXPECT_EQ(in, 600);
}

TEST(Capacity, of_tokens_is_owed_by_long_answers) {
  Capacity capacity(CapacitySpec{.tokens_per_minute = 6000});  // 100 a second
  TimePoint now;
  EXPECT_FALSE(capacity.admit(now, 30));
  capacity.charge(270);
  const auto rejection = capacity.admit(now, 30);
  ASSERT_TRUE(rejection);
  EXPECT_EQ(rejection->retry_after, Duration(2010ms));  // 200 owed, and one to spend
  now += 2010ms;
  EXPECT_FALSE(capacity.admit(now, 30));
}

TEST(Capacity, writes_its_state_as_openai_does) {
  Capacity capacity(CapacitySpec{.requests_per_minute = 3000, .tokens_per_minute = 60});
  const TimePoint now;
  EXPECT_FALSE(capacity.admit(now, 391));
  const Headers headers = capacity.headers(now);
  EXPECT_EQ(value_of(headers, "x-ratelimit-limit-requests"), "3000");
  EXPECT_EQ(value_of(headers, "x-ratelimit-remaining-requests"), "49");
  EXPECT_EQ(value_of(headers, "x-ratelimit-reset-requests"), "20ms");
  EXPECT_EQ(value_of(headers, "x-ratelimit-limit-tokens"), "60");
  EXPECT_EQ(value_of(headers, "x-ratelimit-remaining-tokens"), "0");
  EXPECT_EQ(value_of(headers, "x-ratelimit-reset-tokens"), "6m31s");
  EXPECT_EQ(value_of(retry_headers(1200ms), "retry-after"), "2");
  EXPECT_EQ(value_of(retry_headers(1200ms), "retry-after-ms"), "1200");
}

TEST(Workers, serve_in_turn_and_forget_who_left_the_line) {
  Workers workers(1);
  std::string started;
  for (const std::uint64_t n : {1U, 2U, 3U, 4U}) workers.enter(n, [&started, n] { started += std::to_string(n); });
  EXPECT_EQ(started, "1");
  workers.leave(2);
  workers.leave(1);
  EXPECT_EQ(started, "13");
  workers.leave(3);
  EXPECT_EQ(started, "134");
  workers.leave(4);
  workers.enter(5, [&started] { started += '5'; });
  EXPECT_EQ(started, "1345");
}

TEST(Rejection, comes_at_once_with_openais_error_and_is_not_counted_as_seen) {
  Stub stub(R"(
version: 1
capacity: {concurrent: 1, retry_after: 1500ms}
latency: {fixed: 3s}
rules: [{times: 1, answer: first}, {answer: second}]
)");
  auto first = std::make_optional(stub.ask("x"));
  EXPECT_EQ(first->text(), "first");
  const Played rejected = stub.ask("x");
  EXPECT_EQ(rejected.status(), 429);
  EXPECT_EQ(rejected.waited, 0s);
  EXPECT_EQ(rejected.end, "keep");
  EXPECT_EQ(rejected.json()["error"]["code"], "rate_limit_exceeded");
  EXPECT_NE(rejected.head().find("retry-after: 2\r\nretry-after-ms: 1500"), std::string::npos);
  first.reset();
  EXPECT_EQ(stub.ask("x").text(), "second");
  EXPECT_EQ(stub.served->rejected, 1u);
  EXPECT_EQ(stub.served->completions, 2u);
}

TEST(Rejection, by_a_rate_says_when_unless_told_not_to) {
  const std::string rules = "}\nrules: [{answer: ok}]";
  const std::string script = "version: 1\ncapacity: {requests_per_minute: 0.01";
  Stub says(script + rules);
  EXPECT_NE(says.ask("x").head().find("x-ratelimit-remaining-requests: 0"), std::string::npos);
  const Played rejected = says.ask("x");
  EXPECT_EQ(rejected.status(), 429);
  EXPECT_NE(rejected.head().find("retry-after: "), std::string::npos);
  Stub silent(script + ", retry_after: false" + rules);
  EXPECT_EQ(silent.ask("x").status(), 200);
  const Played quiet = silent.ask("x");
  EXPECT_EQ(quiet.status(), 429);
  EXPECT_EQ(quiet.head().find("retry-after"), std::string::npos);
}

}  // namespace
}  // namespace assay::stub::test
