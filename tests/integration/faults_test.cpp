/// Every fault of the stub, and what a run makes of it: the outcome, the attempts, the stored rows.

#include "tests/integration/harness.hpp"

#include <array>
#include <ctime>
#include <ostream>

namespace assay::integration {
namespace {

using namespace std::chrono_literals;

// A script of one rule.
std::string rule(const std::string& keys) {
  return "version: 1\nrules:\n  - {" + keys + "}\n  - answer: ok\n";
}

struct Fault {
  const char* name;
  std::string script;
  std::optional<ErrorKind> error;  ///< nothing: the sample is scored
  int status;                      ///< of every attempt that failed
  std::size_t attempts;
  const char* said;  ///< in the error
  Deadlines deadlines = {};
  std::size_t max_body = 64u << 20;
  std::optional<bool> stream = {};  ///< nothing: both ways
};

Deadlines first_token(Duration time) {
  Deadlines deadlines;
  deadlines.first_token = time;
  deadlines.total = 20s;
  return deadlines;
}

Deadlines idle(Duration time) {
  Deadlines deadlines;
  deadlines.idle = time;
  deadlines.total = 20s;
  return deadlines;
}

Deadlines total(Duration time) {
  Deadlines deadlines;
  deadlines.first_token = time;
  deadlines.total = time;
  return deadlines;
}

constexpr std::string_view kQuota =
    R"(fault: {status: 429, body: '{"error": {"message": "You exceeded your current quota", "type": "insufficient_quota", "code": "insufficient_quota"}}'})";

const std::vector<Fault>& faults() {
  using K = ErrorKind;
  static const std::vector<Fault> kFaults{
      {"status_500", rule("fault: {status: 500}"), K::unavailable, 500, 3, "500"},
      {"status_503", rule("fault: {status: 503}"), K::unavailable, 503, 3, "503"},
      {"status_408", rule("fault: {status: 408}"), K::unavailable, 408, 3, "408"},
      {"status_409", rule("fault: {status: 409}"), K::unavailable, 409, 3, "409"},
      {"status_425", rule("fault: {status: 425}"), K::unavailable, 425, 3, "425"},
      {"status_429", rule("fault: {status: 429}"), K::rate_limited, 429, 3, "429"},
      {"status_400", rule("fault: {status: 400}"), K::rejected, 400, 1, "400"},
      {"status_401", rule("fault: {status: 401}"), K::auth, 401, 1, "401"},
      {"status_403", rule("fault: {status: 403}"), K::auth, 403, 1, "403"},
      {"status_404", rule("fault: {status: 404}"), K::rejected, 404, 1, "404"},
      {"status_301", rule("fault: {status: 301, headers: {Location: \"http://127.0.0.1/\"}}"), K::rejected, 301, 1,
       "301"},
      {"quota", rule(std::string(kQuota)), K::quota, 429, 1, "quota"},
      {"retry_after_beyond_max_wait", rule("fault: {status: 429, headers: {Retry-After: \"3600\"}}"), K::rate_limited,
       429, 1, "3600"},
      {"error_in_a_200",
       rule(R"(fault: {status: 200, body: '{"error": {"message": "boom", "type": "invalid_request_error"}}'})"),
       K::rejected, 200, 1, "boom"},
      {"server_error_in_a_200",
       rule(R"(fault: {status: 200, body: '{"error": {"message": "boom", "type": "server_error"}}'})"), K::unavailable,
       200, 3, "boom"},
      {"reset_before", rule("fault: {reset: before}"), K::transport, 0, 3, "connection"},
      {"reset_within", rule("fault: {reset: within}, answer: one two three four"), K::transport, 200, 3, "connection"},
      {"close_before", rule("fault: {close: before}"), K::transport, 0, 3, "connection"},
      {"close_within", rule("fault: {close: within}, answer: one two three four"), K::transport, 200, 3, ""},
      {"truncated", rule("fault: {truncate: 0.5}, answer: one two three four"), K::transport, 200, 3, ""},
      {"truncated_at_a_byte", rule("fault: {truncate: {bytes: 20}}"), K::transport, 200, 3, ""},
      {"stall_before", rule("fault: {stall: before}"), K::timeout, 0, 3, "", total(300ms)},
      {"stall_within_a_stream", rule("fault: {stall: within}, answer: one two three four"), K::timeout, 200, 3, "idle",
       idle(300ms), 64u << 20, true},
      {"stall_within_a_whole_answer", rule("fault: {stall: within}, answer: one two three four"), K::timeout, 200, 3,
       "", idle(300ms), 64u << 20, false},
      {"no_first_token", rule("answer: ok, latency: {ttft: 20s}"), K::timeout, 200, 3, "first token",
       first_token(300ms), 64u << 20, true},
      {"trickle_beyond_the_total", rule("fault: {trickle: {bytes: 1, every: 50ms}}"), K::timeout, 200, 3, "",
       total(400ms)},
      {"malformed_json", rule("fault: {malformed: json}"), K::transport, 200, 3, "JSON ends in the middle"},
      {"malformed_event", rule("fault: {malformed: sse}"), K::protocol, 200, 1, "", {}, 64u << 20, true},
      {"no_done", rule("fault: {malformed: no_done}"), K::transport, 200, 3, "", {}, 64u << 20, true},
      {"wrong_content_type", rule("fault: {content_type: text/html, body: \"<html>down</html>\"}"), K::protocol, 200, 1,
       ""},
      {"huge_stream_beyond_the_bound", rule("fault: {huge: 2MB}"), K::protocol, 200, 1, "1048576", {}, 1u << 20, true},
      {"huge_beyond_the_bound", rule("fault: {huge: 2MB}"), K::protocol, 0, 1, "1048576", {}, 1u << 20, false},
      {"huge", rule("fault: {huge: 2MB}"), std::nullopt, 200, 1, ""},
      {"trickle", rule("fault: {trickle: {bytes: 16, every: 1ms}}"), std::nullopt, 200, 1, ""},
      {"the_right_answer_with_a_wrong_type", rule("fault: {content_type: text/plain}"), std::nullopt, 200, 1, ""},
  };
  return kFaults;
}

void PrintTo(const Fault& fault, std::ostream* out) {
  *out << fault.name;
}

class Faults : public ::testing::TestWithParam<Fault> {};

TEST_P(Faults, end_in_the_same_outcome_attempts_and_rows_streamed_or_not) {
  const auto& fault = GetParam();
  for (const bool stream : {true, false}) {
    if (fault.stream.value_or(stream) != stream) continue;
    SCOPED_TRACE(stream ? "streamed" : "whole");
    RunSetup setup;
    setup.script = fault.script;
    setup.stream = stream;
    setup.deadlines = fault.deadlines;
    setup.client.max_body = fault.max_body;
    const auto ran = run(setup);
    EXPECT_EQ(ran.summary.finished, 1u);
    EXPECT_EQ(ran.requests, fault.attempts);
    ASSERT_EQ(ran.samples.size(), 1u);
    const auto& sample = ran.samples[0];
    ASSERT_EQ(attempts(sample).size(), fault.attempts);
    EXPECT_EQ(ran.evidence.cost.attempts, fault.attempts);
    if (!fault.error) {
      EXPECT_STREQ(name(sample.outcome).data(), "scored");
      continue;
    }
    const auto* error = error_of(sample);
    ASSERT_NE(error, nullptr) << name(sample.outcome);
    EXPECT_EQ(name(error->kind), name(*fault.error)) << error->message;
    EXPECT_NE(error->message.find(fault.said), std::string::npos) << error->message;
    EXPECT_FALSE(error->hint.empty()) << error->message;
    for (const auto& attempt : attempts(sample)) {
      EXPECT_EQ(attempt.status, fault.status);
      ASSERT_TRUE(attempt.error.has_value());
      EXPECT_EQ(name(attempt.error->kind), name(*fault.error)) << attempt.error->message;
    }
    const auto& balance = ran.evidence.suites.at(0).balance;
    EXPECT_EQ(balance.errored, 1u);
    EXPECT_TRUE(balance.holds());
  }
}

INSTANTIATE_TEST_SUITE_P(Integration, Faults, ::testing::ValuesIn(faults()),
                         [](const auto& param) { return std::string(param.param.name); });

// Two attempts of which the first was sent away; the second is answered.
void expect_waited(const Ran& ran, Duration least) {
  ASSERT_EQ(ran.samples.size(), 1u);
  const auto& sample = ran.samples[0];
  EXPECT_EQ(name(sample.outcome), "scored");
  ASSERT_EQ(attempts(sample).size(), 2u);
  EXPECT_EQ(attempts(sample)[0].status, 429);
  EXPECT_FALSE(attempts(sample)[1].error.has_value());
  EXPECT_GE(attempts(sample)[1].waited, least);
  ASSERT_NE(response_of(sample), nullptr);
  EXPECT_LT(response_of(sample)->timings.total, least) << "waiting was counted as latency";
  EXPECT_LT(attempts(sample)[1].duration, least) << "waiting was counted as latency";
  const auto* latency = ran.evidence.suites.at(0).column("latency");
  ASSERT_NE(latency, nullptr);
  EXPECT_LT(latency->values.at(0), to_seconds(least));
}

std::string http_date(std::time_t at) {
  std::tm parts{};
  gmtime_r(&at, &parts);
  std::array<char, 64> text{};
  std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
  return text.data();
}

TEST(Waiting, is_as_long_as_retry_after_says_and_no_latency) {
  RunSetup setup;
  setup.script = rule("times: 1, fault: {status: 429, headers: {Retry-After: \"2\"}}");
  expect_waited(run(setup), 1990ms);
}

TEST(Waiting, reads_a_date_as_well) {
  RunSetup setup;
  const std::time_t until = std::time(nullptr) + 4;
  setup.script = rule("times: 1, fault: {status: 429, headers: {Retry-After: \"" + http_date(until) + "\"}}");
  const auto ran = run(setup);
  ASSERT_EQ(ran.samples.size(), 1u);
  ASSERT_EQ(attempts(ran.samples[0]).size(), 2u);
  EXPECT_GE(attempts(ran.samples[0])[1].started.unix_ms, until * 1000 - 100);
}

TEST(Waiting, reads_the_reset_of_a_rate_limit) {
  RunSetup setup;
  setup.script = rule(
      "times: 1, fault: {status: 429, headers: {x-ratelimit-remaining-requests: \"0\", x-ratelimit-reset-requests: "
      "2s}}");
  expect_waited(run(setup), 1990ms);
}

TEST(Retries, hide_what_passes_and_every_attempt_is_stored) {
  RunSetup setup;
  setup.script = rule("times: 2, fault: {status: 503}");
  setup.cases = 5;
  const auto ran = run(setup);
  ASSERT_EQ(ran.samples.size(), 5u);
  EXPECT_EQ(ran.requests, 15u);
  for (const auto& sample : ran.samples) {
    EXPECT_EQ(name(sample.outcome), "scored");
    ASSERT_EQ(attempts(sample).size(), 3u);
    EXPECT_EQ(attempts(sample)[0].status, 503);
    EXPECT_EQ(attempts(sample)[1].status, 503);
    EXPECT_EQ(attempts(sample)[2].status, 200);
  }
}

TEST(Refused, connections_are_tried_again_and_name_the_address) {
  RunSetup setup;
  setup.url = "http://127.0.0.1:" + std::to_string(closed_port()) + "/v1";
  const auto ran = run(setup);
  ASSERT_EQ(ran.samples.size(), 1u);
  const auto* error = error_of(ran.samples[0]);
  ASSERT_NE(error, nullptr);
  EXPECT_EQ(name(error->kind), "transport");
  EXPECT_NE(error->message.find("refused"), std::string::npos) << error->message;
  EXPECT_NE(error->message.find("127.0.0.1"), std::string::npos) << error->message;
  EXPECT_FALSE(error->hint.empty());
  ASSERT_EQ(attempts(ran.samples[0]).size(), 3u);
  EXPECT_EQ(attempts(ran.samples[0])[0].status, 0);
}

TEST(Refused, names_that_nobody_has_are_said) {
  RunSetup setup;
  setup.url = "http://nobody.invalid/v1";
  setup.retries.max = 1;
  const auto ran = run(setup);
  ASSERT_EQ(ran.samples.size(), 1u);
  const auto* error = error_of(ran.samples[0]);
  ASSERT_NE(error, nullptr);
  EXPECT_EQ(name(error->kind), "transport");
  EXPECT_NE(error->message.find("nobody.invalid"), std::string::npos) << error->message;
  EXPECT_EQ(attempts(ran.samples[0]).size(), 2u);
}

TEST(Breaker, stops_after_twenty_final_failures_in_a_row_and_the_rest_is_skipped) {
  RunSetup setup;
  setup.script = rule("fault: {status: 401}");
  setup.cases = 50;
  setup.concurrency = 1;
  const auto ran = run(setup);
  EXPECT_EQ(ran.summary.stopped, exec::StopReason::breaker);
  ASSERT_TRUE(ran.summary.error.has_value());
  EXPECT_EQ(ran.requests, 20u);
  const auto& balance = ran.evidence.suites.at(0).balance;
  EXPECT_EQ(balance.errored, 20u);
  EXPECT_EQ(balance.skipped, 30u);
  EXPECT_TRUE(balance.holds());
}

TEST(Breaker, forgets_failures_once_an_answer_comes) {
  RunSetup setup;
  setup.script =
      "version: 1\nrules:\n  - {when: {last_user: {regex: \"[05]\\\\?$\"}}, answer: ok}\n  - {fault: {status: 401}}\n";
  setup.cases = 60;
  setup.concurrency = 1;
  const auto ran = run(setup);
  EXPECT_EQ(ran.summary.stopped, exec::StopReason::none);
  EXPECT_EQ(ran.evidence.suites.at(0).balance.scored, 12u);
  EXPECT_EQ(ran.evidence.suites.at(0).balance.errored, 48u);
}

}  // namespace
}  // namespace assay::integration
