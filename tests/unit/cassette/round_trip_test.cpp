#include "tests/unit/cassette/calls.hpp"

#include <random>

namespace assay::cassette::test {
namespace {

/// Draws calls of every shape: awkward text, absent and present fields, numbers at their ends.
class Draw {
 public:
  explicit Draw(std::uint64_t seed) : random_(seed) {}

  bool coin() { return below(2) == 0; }
  std::uint64_t below(std::uint64_t end) { return random_() % end; }
  std::int64_t number() {
    switch (below(4)) {
      case 0:
        return 0;
      case 1:
        return std::numeric_limits<std::int64_t>::max();
      case 2:
        return std::numeric_limits<std::int64_t>::min();
      default:
        return static_cast<std::int64_t>(random_() >> below(60));
    }
  }
  std::optional<std::int64_t> maybe_number() { return coin() ? std::optional(number()) : std::nullopt; }
  std::string text() {
    static const std::vector<std::string> kPieces{
        "plain ",   "\"quoted\"", "back\\slash", "\n",     "\r\n",        "\t", std::string("\0", 1),
        "\x1b[31m", "\x7f",       "ü€😀",        "\u2028", "},\"key\":{", "",   "  "};
    static const std::vector<std::string> kBroken{"\xff", "\xc3", "\xed\xa0\x80", "\xf0\x9f"};
    std::string out;
    for (auto left = below(6); left > 0; --left) out += kPieces[below(kPieces.size())];
    if (below(5) == 0) out += kBroken[below(kBroken.size())];
    return out;
  }
  Part part() {
    switch (below(3)) {
      case 0:
        return Text{text()};
      case 1:
        return ToolUse{text(), text(), text()};
      default:
        return Refusal{text()};
    }
  }
  Message message() {
    Message made{static_cast<Author>(below(5)), {}};
    for (auto left = below(3); left > 0; --left) made.parts.push_back(part());
    return made;
  }
  Error error() {
    static constexpr std::array kKinds{ErrorKind::transport, ErrorKind::timeout,  ErrorKind::rate_limited,
                                       ErrorKind::rejected,  ErrorKind::protocol, ErrorKind::judge};
    Error made{kKinds[below(kKinds.size())], text(), text()};
    if (coin()) made.at = {text(), static_cast<int>(below(9)), static_cast<int>(below(9))};
    return made;
  }
  Response response() {
    Response made;
    made.message = message();
    made.finish = static_cast<Finish>(below(5));
    made.finish_text = text();
    made.usage = {maybe_number(), maybe_number(), maybe_number(), maybe_number()};
    if (coin()) made.timings.connect = Duration(number());
    if (coin()) made.timings.ttft = Duration(number());
    made.timings.total = Duration(number());
    for (auto left = below(5); left > 0; --left)
      made.timings.gaps.emplace_back(std::chrono::microseconds(below(1000000)));
    made.served_model = text();
    made.request_id = text();
    made.raw = text() + text();
    return made;
  }
  Attempt attempt() {
    Attempt made;
    made.started = {coin() ? static_cast<std::int64_t>(below(4'000'000'000'000)) : number()};
    made.waited = Duration(number());
    made.duration = Duration(number());
    made.status = static_cast<int>(below(600));
    made.request_id = text();
    if (coin()) made.error = error();
    return made;
  }
  Call call() {
    static const std::vector<std::string> kParams{"{}", "", R"({"temperature": 0.1, "a":{"b":[1,2.5,"x"]}})",
                                                  R"({ "stop" : ["\n", "é"], "seed":18446744073709551615})"};
    Call made{text(), text(), static_cast<std::uint32_t>(random_()), {}, kParams[below(kParams.size())], {}};
    for (auto left = below(4); left > 0; --left) made.messages.push_back(message());
    made.step.name = text();
    made.step.role = coin() ? Role::target : Role::judge;
    made.step.context = static_cast<std::uint32_t>(random_());
    if (below(4) == 0) made.step.result = error();
    if (std::holds_alternative<Error>(made.step.result)) made.step.result = coin() ? Step{}.result : made.step.result;
    if (below(4) != 0) made.step.result = response();
    for (auto left = below(3); left > 0; --left) made.step.attempts.push_back(attempt());
    return made;
  }

 private:
  std::mt19937_64 random_;
};

void expect_equal(const Error& a, const Error& b) {
  EXPECT_EQ(a.kind, b.kind);
  EXPECT_EQ(a.message, b.message);
  EXPECT_EQ(a.hint, b.hint);
  EXPECT_EQ(a.at, b.at);
}

void expect_equal(const Response& a, const Response& b) {
  EXPECT_EQ(a.message, b.message);
  EXPECT_EQ(a.finish, b.finish);
  EXPECT_EQ(a.finish_text, b.finish_text);
  EXPECT_EQ(a.usage.input_tokens, b.usage.input_tokens);
  EXPECT_EQ(a.usage.output_tokens, b.usage.output_tokens);
  EXPECT_EQ(a.usage.cached_tokens, b.usage.cached_tokens);
  EXPECT_EQ(a.usage.reasoning_tokens, b.usage.reasoning_tokens);
  EXPECT_EQ(a.timings.connect, b.timings.connect);
  EXPECT_EQ(a.timings.ttft, b.timings.ttft);
  EXPECT_EQ(a.timings.total, b.timings.total);
  EXPECT_EQ(a.timings.gaps, b.timings.gaps);
  EXPECT_EQ(a.served_model, b.served_model);
  EXPECT_EQ(a.request_id, b.request_id);
  EXPECT_EQ(a.raw, b.raw);
}

void expect_equal(const Step& a, const Step& b) {
  EXPECT_EQ(a.name, b.name);
  EXPECT_EQ(a.role, b.role);
  EXPECT_EQ(a.context, b.context);
  ASSERT_EQ(a.result.index(), b.result.index());
  if (const auto* response = std::get_if<Response>(&a.result)) expect_equal(*response, std::get<Response>(b.result));
  if (const auto* error = std::get_if<Error>(&a.result)) expect_equal(*error, std::get<Error>(b.result));
  ASSERT_EQ(a.attempts.size(), b.attempts.size());
  for (std::size_t i = 0; i < a.attempts.size(); ++i) {
    const Attempt& x = a.attempts[i];
    const Attempt& y = b.attempts[i];
    EXPECT_EQ(x.started, y.started);
    EXPECT_EQ(x.waited, y.waited);
    EXPECT_EQ(x.duration, y.duration);
    EXPECT_EQ(x.status, y.status);
    EXPECT_EQ(x.request_id, y.request_id);
    ASSERT_EQ(x.error.has_value(), y.error.has_value());
    if (x.error) expect_equal(*x.error, *y.error);
  }
}

TEST(RoundTrip, any_step_comes_back_as_it_was) {
  const TempDir folder;
  Draw draw(20261121);
  std::vector<Call> calls;
  for (int i = 0; i < 500; ++i) calls.push_back(draw.call());
  const auto file = record(folder, calls);
  auto cassette = Cassette::open(file);
  ASSERT_TRUE(cassette.has_value()) << to_string(cassette.error());
  for (const Call& each : calls) {
    const auto recall = (*cassette)->recall(kPeer, {each.suite}, Missing::is_an_error);
    PlannedCase kase;
    kase.id = each.case_id;
    const UnitId unit{0, 0, each.sample};
    const auto found = recall->find({unit, kase, each.step.name, each.step.role, {each.messages, each.params}});
    ASSERT_TRUE(found.has_value()) << to_string(found.error());
    ASSERT_TRUE(found->has_value());
    EXPECT_TRUE((*found)->replayed);
    expect_equal(each.step, **found);
  }
}

TEST(RoundTrip, a_body_of_many_megabytes_that_is_not_utf8_is_kept) {
  const TempDir folder;
  Call large = call("fr", 0, "capital?", "Paris");
  std::string raw;
  for (std::size_t i = 0; raw.size() < (5U << 20U); ++i) raw += static_cast<char>(i * 7 % 251 + (i >> 9U));
  std::get<Response>(large.step.result).raw = raw;
  const auto file = record(folder, {call("ad", 0, "before?", "A"), large, call("zw", 0, "after?", "Z")});
  Asker asker(file);
  const auto found = asker.find(large);
  ASSERT_TRUE(found.has_value() && found->has_value());
  EXPECT_TRUE(std::get<Response>((*found)->result).raw == raw);
  EXPECT_EQ(asker.answer(call("zw", 0, "after?", "")), "Z");
}

TEST(RoundTrip, a_line_reads_like_the_call_it_holds) {
  const TempDir folder;
  const auto file = record(folder, {call("fr", 2, "capital?", "Paris")});
  const auto lines = lines_of(file);
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[0], R"({"schema":"assay.cassette/1"})");
  const std::string key = key_of(kPeer, {std::vector{user("capital?")}, R"({"temperature":0})"}, 2);
  EXPECT_EQ(lines[1],
            R"({"key":")" + key +
                R"(","suite":"capitals","case":"fr","sample":2,"call":"turn/1","role":"target","context":1,)"
                R"("api":"openai-chat","host":"local","model":"model-1","messages":[{"user":"capital?"}],)"
                R"("params":{"temperature":0},"response":{"message":{"assistant":"Paris"},"finish":"stop","usage":{},)"
                R"("timings":{"total_ns":0},"raw":"wire of Paris"},)"
                R"("attempts":[{"started":"2026-11-18T11:06:40.123Z","duration_ns":5,"status":200}]})");
}

}  // namespace
}  // namespace assay::cassette::test
