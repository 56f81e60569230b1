#include "tests/unit/stub/stub_support.hpp"

#include <algorithm>

namespace assay::stub::test {
namespace {

std::string script_with(const std::string& fault, const std::string& more = "") {
  return "version: 1\nrules:\n  - answer: one two three four\n    fault: " + fault + "\n" + more;
}

TEST(Fault, status_comes_with_headers_and_an_error_object) {
  Stub stub(script_with(R"({status: 429, headers: {Retry-After: "1"}})"));
  const Played played = stub.ask("x");
  EXPECT_EQ(played.status(), 429);
  EXPECT_EQ(played.end, "keep");
  EXPECT_NE(played.head().find("Retry-After: 1"), std::string::npos);
  EXPECT_EQ(played.json()["error"]["code"], "rate_limit_exceeded");
}

TEST(Fault, status_takes_a_body_of_its_own_also_with_200) {
  Stub stub(script_with(R"({status: 200, body: '{"error": {"message": "overloaded"}}'})"));
  const Played played = stub.stream("x");
  EXPECT_EQ(played.status(), 200);
  EXPECT_EQ(played.json()["error"]["message"], "overloaded");
}

TEST(Fault, status_answers_at_once_unless_the_rule_has_a_latency) {
  using namespace std::chrono_literals;
  EXPECT_EQ(Stub(script_with("{status: 500}", "latency: {ttft: 1s}")).ask("x").waited, 0ms);
  EXPECT_EQ(Stub(script_with("{status: 500}", "    latency: {fixed: 70ms}")).ask("x").waited, 70ms);
}

TEST(Fault, cuts_before_the_answer_send_nothing) {
  for (const char* how : {"reset", "stall", "close"}) {
    SCOPED_TRACE(how);
    const Played played = Stub(script_with("{" + std::string(how) + ": before}")).ask("x");
    EXPECT_EQ(played.sent, "");
    EXPECT_EQ(played.end, how);
  }
}

TEST(Fault, cuts_within_the_answer_send_half_of_what_was_announced) {
  for (const char* how : {"reset", "stall", "close"}) {
    SCOPED_TRACE(how);
    Stub stub(script_with("{" + std::string(how) + ": within}"));
    const Played whole = stub.ask("x");
    EXPECT_EQ(whole.end, how);
    EXPECT_EQ(whole.status(), 200);
    EXPECT_GT(whole.body().size(), 100u);
    EXPECT_TRUE(whole.json().is_discarded());
    const Played stream = stub.stream("x");
    EXPECT_EQ(stream.end, how);
    EXPECT_FALSE(stream.events().empty());
    EXPECT_EQ(stream.body().find("[DONE]"), std::string::npos);
    EXPECT_FALSE(stream.sent.ends_with("0\r\n\r\n"));
  }
}

TEST(Fault, truncate_announces_the_whole_length) {
  const std::size_t full = Stub("version: 1\nrules: [{answer: one two three four}]").ask("x").body().size();
  const Played half = Stub(script_with("{truncate: 0.5}")).ask("x");
  EXPECT_EQ(half.body().size(), full / 2);
  EXPECT_NE(half.head().find("content-length: " + std::to_string(full)), std::string::npos);
  EXPECT_EQ(half.end, "close");
  EXPECT_EQ(Stub(script_with("{truncate: {bytes: 12}}")).ask("x").body().size(), 12u);
  EXPECT_EQ(Stub(script_with("{truncate: {bytes: 0}}")).ask("x").body().size(), 0u);
}

TEST(Fault, malformed_answers_are_framed_well_and_mean_nothing) {
  const Played json = Stub(script_with("{malformed: json}")).ask("x");
  EXPECT_EQ(json.end, "keep");
  EXPECT_TRUE(json.json().is_discarded());
  EXPECT_NE(json.head().find("content-length: " + std::to_string(json.body().size())), std::string::npos);

  const auto events = Stub(script_with("{malformed: sse}")).stream("x").events();
  EXPECT_EQ(std::ranges::count_if(events, [](const Json& event) { return event.is_discarded(); }), 1);

  const Played open = Stub(script_with("{malformed: no_done}")).stream("x", true);
  EXPECT_EQ(open.body().find("[DONE]"), std::string::npos);
  EXPECT_EQ(open.body().find("\"stop\""), std::string::npos);
  EXPECT_EQ(open.events().size(), 5u);
  EXPECT_TRUE(open.sent.ends_with("0\r\n\r\n"));
}

TEST(Fault, content_type_changes_the_type_and_if_asked_the_body) {
  const Played plain = Stub(script_with("{content_type: text/plain}")).ask("x");
  EXPECT_NE(plain.head().find("content-type: text/plain"), std::string::npos);
  EXPECT_EQ(plain.text(), "one two three four");
  const Played page = Stub(script_with("{content_type: text/html, body: <html>down</html>}")).stream("x");
  EXPECT_NE(page.head().find("content-type: text/html"), std::string::npos);
  EXPECT_EQ(page.body(), "<html>down</html>");
}

TEST(Fault, huge_answers_are_as_long_as_they_say) {
  Stub stub(script_with("{huge: 3MB}"));
  EXPECT_EQ(stub.ask("x").text().size(), 3'000'000u);
  EXPECT_GT(stub.stream("x").body().size(), 3'000'000u);
}

TEST(Fault, trickle_sends_a_few_bytes_at_a_time) {
  using namespace std::chrono_literals;
  Stub stub(script_with("{trickle: {bytes: 10, every: 5ms}}"));
  const Played played = stub.ask("x");
  EXPECT_EQ(played.text(), "one two three four");
  EXPECT_EQ(played.sends, (played.body().size() + 9) / 10);
  EXPECT_EQ(played.waited, 5ms * (played.sends - 1));
  EXPECT_EQ(stub.stream("x").events().size(), 6u);
}

}  // namespace
}  // namespace assay::stub::test
