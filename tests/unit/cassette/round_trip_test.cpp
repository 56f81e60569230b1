#include "tests/unit/cassette/calls.hpp"

#include <cmath>
#include <limits>
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
  /// What is said about an answer, beside the answer.
  Part about() {
    if (coin()) return Contexts{coin() ? std::vector<std::string>{} : std::vector{text(), text()}};
    Logprobs made;
    for (auto left = below(3); left > 0; --left) {
      made.tokens.push_back({text(), logprob(), {}});
      for (auto others = below(3); others > 0; --others) made.tokens.back().top.emplace_back(text(), logprob());
    }
    return made;
  }
  double logprob() {
    if (below(4) == 0) return below(2) == 0 ? -9999.0 : -std::numeric_limits<double>::infinity();
    return -std::ldexp(static_cast<double>(random_() >> 11U), -53 - static_cast<int>(below(20)));
  }
  std::shared_ptr<const Question> question(const std::vector<Message>& messages) {
    static const std::vector<std::string> kSchemas{"", R"({"type":"object", "a":0.10})", "true", "no JSON", "[1"};
    return std::make_shared<Question>(Question{text(), messages, kSchemas[below(kSchemas.size())], coin()});
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
    if (coin()) made.message.parts.push_back(about());
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
    if (made.step.role == Role::judge) made.step.question = question(made.messages);
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
    const auto found = recall->find({unit, kase, each.step.name, each.step.role, request_of(each)});
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

TEST(RoundTrip, a_judges_line_says_what_form_of_answer_was_asked_for) {
  const TempDir folder;
  const Call graded = judged("fr", "grade this", R"({"type": "object"})", true);
  const auto lines = lines_of(record(folder, {graded}));
  ASSERT_EQ(lines.size(), 2U);
  const auto form = std::string(R"("params":{"temperature":0},"schema":{"type":"object"},"logprobs":true,"response":)");
  EXPECT_NE(lines[1].find(form), std::string::npos) << lines[1];
  EXPECT_NE(lines[1].find(R"("call":"check/0/grade","role":"judge")"), std::string::npos) << lines[1];
}

// What was asked with an older version is found, and written again with the same bytes.
TEST(RoundTrip, a_committed_recording_keeps_its_bytes) {
  const auto file = std::filesystem::path(ASSAY_SOURCE_DIR) / "tests/cassettes/gsm8k/smollm2.jsonl";
  auto cassette = Cassette::open(file);
  ASSERT_TRUE(cassette.has_value()) << to_string(cassette.error());
  const TempDir folder;
  auto recorder = Recorder::create(folder / "again.jsonl");
  ASSERT_TRUE(recorder.has_value());
  const auto lines = lines_of(file);
  ASSERT_EQ(lines.size(), 201U);
  for (std::size_t i = 1; i < lines.size(); ++i) {
    const Json line = Json::parse(lines[i]);
    const auto text = [&](const char* key) { return line.at(key).get<std::string>(); };
    const Peer peer{text("api"), text("host"), text("model")};
    Call asked{text("suite"), text("case"), line.at("sample").get<std::uint32_t>(), {}, line.at("params").dump(), {}};
    for (const Json& message : line.at("messages")) {
      const bool system = message.contains("system");
      asked.messages.push_back({system ? Author::system : Author::user, {Text{message.begin()->get<std::string>()}}});
    }
    PlannedCase kase;
    kase.id = asked.case_id;
    const UnitId unit{0, 0, asked.sample};
    const auto recall = (*cassette)->recall(peer, {asked.suite}, Missing::is_an_error);
    auto step = recall->find({unit, kase, "turn/1", Role::target, request_of(asked)});
    ASSERT_TRUE(step.has_value() && step->has_value()) << to_string(step.error());
    asked.step = **step;
    ASSERT_TRUE((*recorder)->add(peer, asked).has_value());
  }
  ASSERT_TRUE((*recorder)->commit().has_value());
  EXPECT_TRUE(folder.read("again.jsonl") == TempDir::read_file(file));
}

}  // namespace
}  // namespace assay::cassette::test
