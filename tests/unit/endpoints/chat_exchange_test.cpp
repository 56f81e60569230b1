#include "runner/endpoints/chat_exchange.hpp"

#include "tests/unit/endpoints/exchange_support.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace assay::endpoints {
namespace {

using namespace std::chrono_literals;

std::string chunk(const std::string& delta, const std::string& finish = "null") {
  return "data: {\"choices\":[{\"index\":0,\"delta\":{" + delta + "},\"finish_reason\":" + finish + "}]}\n\n";
}

const std::string kStop = chunk("", "\"stop\"");
const std::string kDone = "data: [DONE]\n\n";
const std::string kWhole =
    R"({"id":"c9","model":"m-7","choices":[{"message":{"content":"Paris"},"finish_reason":"stop"}]})";
const HttpHeaders kJson = {{"Content-Type", "application/json"}};

TEST(ChatExchange, takes_the_times_of_content_chunks_only) {
  const auto result = play({.arrivals = {": ping\n\n", chunk(R"("role":"assistant","content":"")"),
                                         chunk(R"("reasoning_content":"hm")"), chunk(R"("content":"Pa")"), ": ping\n\n",
                                         chunk(R"("content":"r")"), chunk(R"("content":"is")"), kStop, kDone}});
  const auto* response = response_of(result);
  ASSERT_TRUE(response);
  EXPECT_EQ(text_of(response->message), "Paris");
  EXPECT_EQ(response->timings.ttft, 40ms);
  EXPECT_EQ(response->timings.gaps, (std::vector<Duration>{20ms, 10ms}));
  EXPECT_EQ(response->timings.total, 70ms) << "to the last content, not to the end of the stream";
  EXPECT_EQ(result.duration, 1s);
}

TEST(ChatExchange, gaps_are_whole_microseconds_and_add_up) {
  Played played{.arrivals = {}, .apart = Duration(1'400)};  // ns
  for (int i = 0; i < 6; ++i) played.arrivals.push_back(chunk(R"("content":"a")"));
  played.arrivals.push_back(kStop);
  const auto result = play(played);
  const auto* response = response_of(result);
  ASSERT_TRUE(response);
  EXPECT_EQ(response->timings.gaps, (std::vector<Duration>{1us, 1us, 2us, 1us, 2us}));  // 7 µs together
  EXPECT_EQ(response->timings.ttft, 1'400ns);
  EXPECT_EQ(response->timings.total, 8'400ns);
}

TEST(ChatExchange, a_whole_body_has_no_ttft) {
  const auto result = play({.headers = kJson, .arrivals = {kWhole}});
  const auto* response = response_of(result);
  ASSERT_TRUE(response);
  EXPECT_EQ(text_of(response->message), "Paris");
  EXPECT_FALSE(response->timings.ttft);
  EXPECT_TRUE(response->timings.gaps.empty());
  EXPECT_EQ(response->timings.total, 1s);
  EXPECT_EQ(response->raw, kWhole);
}

TEST(ChatExchange, reports_progress_for_the_deadlines) {
  struct Row {
    const char* what;
    std::string bytes;
    BodySink::Seen seen;
  };
  const Row rows[] = {
      {"a ping is no content", ": ping\n\n", BodySink::Seen::nothing},
      {"blank lines are no content", "\n\n", BodySink::Seen::nothing},
      {"nor is a role", chunk(R"("role":"assistant")"), BodySink::Seen::nothing},
      {"reasoning is a sign of life", chunk(R"("reasoning":"hm")"), BodySink::Seen::content},
      {"content", chunk(R"("content":"a")"), BodySink::Seen::content},
      {"the end mark", kDone, BodySink::Seen::done},
      {"a whole body", kWhole.substr(0, 5), BodySink::Seen::content},
      {"a fault ends it", "data: {oops\n\n", BodySink::Seen::done},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.what);
    ChatExchange exchange(test_peer(), 100);
    exchange.begin();
    exchange.on_head({200, {{"content-type", "text/event-stream"}}});
    EXPECT_EQ(exchange.on_body(row.bytes, TimePoint()), row.seen);
  }
}

TEST(ChatExchange, reads_what_comes_rather_than_what_was_promised) {
  struct Row {
    const char* what;
    HttpHeaders headers;
    std::vector<std::string> arrivals;
  };
  const Row rows[] = {
      {"whole for a stream", {{"content-type", "text/event-stream"}}, {kWhole}},
      {"stream for a whole", kJson, {chunk(R"("content":"Paris")"), kStop, kDone}},
      {"no content type, whole", {}, {kWhole}},
      {"no content type, stream", {}, {chunk(R"("content":"Paris")"), kStop, kDone}},
      {"plain text, stream", {{"content-type", "text/plain"}}, {": hi\n\n" + chunk(R"("content":"Paris")"), kDone}},
      {"white space first", kJson, {"\r\n\r\n  ", "\n", kWhole}},
      {"a BOM", kJson, {"\xEF\xBB\xBF" + kWhole}},
      {"no end mark", {{"content-type", "text/event-stream"}}, {chunk(R"("content":"Paris")"), kStop}},
      {"no finish reason", {{"content-type", "text/event-stream"}}, {chunk(R"("content":"Paris")"), kDone}},
      {"trailing white space", kJson, {kWhole + "\n\n"}},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.what);
    const auto result = play({.headers = row.headers, .arrivals = row.arrivals});
    ASSERT_TRUE(response_of(result)) << error_of(result)->message;
    EXPECT_EQ(text_of(response_of(result)->message), "Paris");
  }
}

TEST(ChatExchange, a_complete_answer_survives_a_wire_that_breaks_after_it) {
  const Error reset{ErrorKind::transport, "connection reset", {}, {}};
  const auto result = play({.arrivals = {chunk(R"("content":"Paris")"), kStop}, .error = reset});
  ASSERT_TRUE(response_of(result));
  const auto before = play({.arrivals = {chunk(R"("content":"Paris")")}, .error = reset});
  ASSERT_TRUE(error_of(before));
  EXPECT_EQ(error_of(before)->message, "connection reset");
}

TEST(ChatExchange, a_content_filter_stop_is_an_answer) {
  const auto result = play({.arrivals = {chunk(R"("content":null)", "\"content_filter\""), kDone}});
  ASSERT_TRUE(response_of(result));
  EXPECT_EQ(response_of(result)->finish, Finish::content_filter);
  EXPECT_EQ(text_of(response_of(result)->message), "");
}

TEST(ChatExchange, turns_trouble_into_the_right_kind_of_error) {
  struct Row {
    const char* what;
    Played played;
    ErrorKind kind;
    const char* message;
    const char* hint;
  };
  const Error reset{ErrorKind::transport, "connection reset", {}, {}};
  const auto quota = R"({"error":{"message":"You exceeded your current quota","type":"insufficient_quota"}})";
  const Row rows[] = {
      {"no answer", {.status = 0, .error = reset}, ErrorKind::transport, "connection reset", ""},
      {"401",
       {.status = 401, .headers = kJson, .arrivals = {R"({"error":{"message":"no key"}})"}},
       ErrorKind::auth,
       "the endpoint answered HTTP 401: no key",
       "api_key_env"},
      {"403",
       {.status = 403, .headers = {}, .arrivals = {"denied"}},
       ErrorKind::auth,
       "HTTP 403: denied",
       "api_key_env"},
      {"404",
       {.status = 404, .headers = {}, .arrivals = {"<html>nginx</html>"}},
       ErrorKind::rejected,
       "HTTP 404",
       "/v1"},
      {"400",
       {.status = 400, .headers = kJson, .arrivals = {R"({"error":{"message":"bad temperature"}})"}},
       ErrorKind::rejected,
       "HTTP 400: bad temperature",
       "params"},
      {"422",
       {.status = 422, .headers = kJson, .arrivals = {R"({"detail":"field required"})"}},
       ErrorKind::rejected,
       "HTTP 422: field required",
       "params"},
      {"402", {.status = 402, .headers = {}}, ErrorKind::quota, "HTTP 402", "waiting does not help"},
      {"302", {.status = 302, .headers = {{"location", "http://x/"}}}, ErrorKind::rejected, "HTTP 302", "redirects"},
      {"408", {.status = 408}, ErrorKind::unavailable, "HTTP 408", ""},
      {"409", {.status = 409}, ErrorKind::unavailable, "HTTP 409", ""},
      {"425", {.status = 425}, ErrorKind::unavailable, "HTTP 425", ""},
      {"429", {.status = 429}, ErrorKind::rate_limited, "HTTP 429", "concurrency"},
      {"500", {.status = 500}, ErrorKind::unavailable, "HTTP 500", ""},
      {"503 cut off",
       {.status = 503, .arrivals = {"overl"}, .error = reset},
       ErrorKind::unavailable,
       "HTTP 503: overl",
       ""},
      {"429 without credit",
       {.status = 429, .headers = kJson, .arrivals = {quota}},
       ErrorKind::quota,
       "current quota",
       "waiting does not help"},
      {"200 with an error",
       {.headers = kJson, .arrivals = {R"({"error":{"message":"x","code":"model_not_found"}})"}},
       ErrorKind::rejected,
       "the endpoint answered with an error: x",
       "m-1"},
      {"200 overloaded",
       {.headers = kJson, .arrivals = {R"({"error":{"message":"x","type":"overloaded_error"}})"}},
       ErrorKind::unavailable,
       "x",
       ""},
      {"200 without credit", {.headers = kJson, .arrivals = {quota}}, ErrorKind::quota, "current quota", ""},
      {"error in mid-stream",
       {.arrivals = {chunk(R"("content":"Pa")"), "data: {\"error\":{\"message\":\"lost it\",\"code\":500}}\n\n"}},
       ErrorKind::unavailable,
       "lost it",
       ""},
      {"rate limit in mid-stream",
       {.arrivals = {"data: {\"error\":{\"type\":\"rate_limit_error\",\"message\":\"slow\"}}\n\n"}},
       ErrorKind::rate_limited,
       "slow",
       ""},
      {"an error event in plain text",
       {.arrivals = {"event: error\ndata: it broke\n\n"}},
       ErrorKind::rejected,
       "it broke",
       ""},
      {"stream cut off",
       {.arrivals = {chunk(R"("content":"Pa")")}},
       ErrorKind::transport,
       "the stream ended before the answer was complete",
       ""},
      {"stream reset", {.arrivals = {chunk(R"("content":"Pa")")}, .error = reset}, ErrorKind::transport, "reset", ""},
      {"malformed event", {.arrivals = {"data: {\"choices\":[}\n\n"}}, ErrorKind::protocol, "not JSON", "/v1"},
      {"empty body", {.headers = kJson}, ErrorKind::transport, "no body", ""},
      {"JSON cut off",
       {.headers = kJson, .arrivals = {kWhole.substr(0, 40)}},
       ErrorKind::transport,
       "ends in the middle",
       ""},
      {"malformed JSON",
       {.headers = kJson, .arrivals = {"{\"choices\": oops}"}},
       ErrorKind::protocol,
       "not JSON",
       "/v1"},
      {"HTML",
       {.headers = {{"content-type", "text/html"}}, .arrivals = {"<html>Sign in</html>"}},
       ErrorKind::protocol,
       "content type text/html): `<html>Sign in",
       "/v1"},
      {"HTML said to be JSON", {.headers = kJson, .arrivals = {"<html>"}}, ErrorKind::protocol, "<html>", "/v1"},
      {"plain text",
       {.headers = {{"content-type", "text/plain"}}, .arrivals = {"hello"}},
       ErrorKind::protocol,
       "hello",
       "/v1"},
      {"a list", {.headers = kJson, .arrivals = {"[]"}}, ErrorKind::protocol, "", "/v1"},
      {"no choices",
       {.headers = kJson, .arrivals = {R"({"object":"response","output":[]})"}},
       ErrorKind::protocol,
       "without choices",
       "/v1"},
      {"empty choices",
       {.headers = kJson, .arrivals = {R"({"choices":[]})"}},
       ErrorKind::protocol,
       "without choices",
       "/v1"},
      {"a stream of something else",
       {.arrivals = {"data: {\"type\":\"response.created\"}\n\n"}},
       ErrorKind::protocol,
       "not one of chat completions",
       "/v1"},
      {"a stream without choices", {.arrivals = {kDone}}, ErrorKind::protocol, "no choices", "/v1"},
      {"an event stream that is none", {.arrivals = {"what is this\n\n"}}, ErrorKind::protocol, "what is this", "/v1"},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.what);
    const auto result = play(row.played);
    const auto* error = error_of(result);
    ASSERT_TRUE(error);
    EXPECT_EQ(name(error->kind), name(row.kind));
    EXPECT_NE(error->message.find(row.message), std::string::npos) << error->message;
    EXPECT_NE(error->hint.find(row.hint), std::string::npos) << error->hint;
    EXPECT_EQ(result.status, row.played.status);
  }
}

TEST(ChatExchange, gives_the_wait_asked_for_only_where_waiting_may_help) {
  const HttpHeaders headers = {{"retry-after", "7"}};
  EXPECT_EQ(play({.status = 429, .headers = headers}).retry_after, 7s);
  EXPECT_EQ(play({.status = 503, .headers = headers}).retry_after, 7s);
  EXPECT_FALSE(play({.status = 401, .headers = headers}).retry_after);
  EXPECT_FALSE(play({.status = 500, .headers = {}}).retry_after);
}

TEST(ChatExchange, never_repeats_a_secret_or_a_control_character) {
  const auto result = play({.status = 401,
                            .headers = kJson,
                            .arrivals = {R"({"error":{"message":"bad key sk-secret-key, \u001b[31msk-secret-key"}})"}});
  const auto& message = error_of(result)->message;
  EXPECT_EQ(message.find("sk-secret-key"), std::string::npos) << message;
  EXPECT_NE(message.find("bad key ***"), std::string::npos) << message;
  EXPECT_EQ(message.find('\x1b'), std::string::npos);
}

TEST(ChatExchange, a_long_error_body_is_shown_in_part) {
  const auto result = play({.status = 500, .headers = {}, .arrivals = {std::string(1u << 20, 'x')}});
  EXPECT_LT(error_of(result)->message.size(), 400U);
}

TEST(ChatExchange, prefers_the_request_id_of_the_headers) {
  EXPECT_EQ(play({.headers = {{"X-Request-Id", "r1"}}, .arrivals = {kWhole}}).request_id, "r1");
  EXPECT_EQ(play({.headers = kJson, .arrivals = {kWhole}}).request_id, "c9");
  EXPECT_EQ(play({.status = 500, .headers = {{"request-id", "r2"}}}).request_id, "r2");
}

TEST(ChatExchange, keeps_no_more_of_the_body_than_asked) {
  const auto stream = play({.arrivals = {chunk(R"("content":"Paris")"), kStop, kDone}, .keep_raw = 10});
  EXPECT_EQ(response_of(stream)->raw, "data: {\"ch");
  const auto whole = play({.headers = kJson, .arrivals = {kWhole}, .keep_raw = 10});
  EXPECT_EQ(response_of(whole)->raw, kWhole.substr(0, 10));
  EXPECT_EQ(text_of(response_of(whole)->message), "Paris");
}

TEST(ChatExchange, can_be_used_again) {
  ChatExchange exchange(test_peer(), 1000);
  for (int round = 0; round < 3; ++round) {
    exchange.begin();
    HttpResult http;
    http.head = {200, {{"content-type", "text/event-stream"}}};
    exchange.on_head(http.head);
    exchange.on_body(chunk(R"("content":"a","tool_calls":[{"index":0,"function":{"name":"f"}}])"), TimePoint());
    if (round == 1) exchange.on_body("data: {oops\n\n", TimePoint());
    if (round != 1) exchange.on_body(kDone, TimePoint());
    const auto result = exchange.finish(http, {}, {});
    EXPECT_EQ(std::holds_alternative<Response>(result.result), round != 1);
    if (const auto* response = response_of(result)) {
      EXPECT_EQ(text_of(response->message), "a");
      EXPECT_EQ(response->message.parts.size(), 2U);
      EXPECT_TRUE(response->timings.gaps.empty());
    }
  }
}

}  // namespace
}  // namespace assay::endpoints
