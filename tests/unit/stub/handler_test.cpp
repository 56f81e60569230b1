#include "tests/unit/stub/stub_support.hpp"

#include <set>

namespace assay::stub::test {
namespace {

TEST(Rules, the_first_that_matches_answers) {
  Stub stub(R"yaml(
version: 1
rules:
  - when: {last_user: {contains: "capital of France"}}
    answer: Paris
  - when: {last_user: {equals: " Hello ", ignore_case: true}}
    answer: Hi
  - when: {any_message: {regex: "(\\d+) \\+ (\\d+)"}}
    answer: "{{0}}: {{1}} and {{2}}, {{3}}."
  - when: {system: {contains: pirate}}
    answer: "Arr, {{last_user}}"
  - when: {model: [a, b]}
    answer: "I am {{model}}"
  - when: {case: fr}
    answer: "case {{case}}"
  - answer: otherwise
)yaml");
  EXPECT_EQ(stub.ask("What is the capital of France?").text(), "Paris");
  EXPECT_EQ(stub.ask("hello").text(), "Hi");
  EXPECT_EQ(stub.ask("hello you").text(), "otherwise");
  EXPECT_EQ(stub.ask("what is 12 + 30?").text(), "12 + 30: 12 and 30, .");
  EXPECT_EQ(stub.ask("x", "b").text(), "I am b");
  const Json messages =
      Json::array({{{"role", "system"}, {"content", "You are a pirate"}}, {{"role", "user"}, {"content", "\"hi\"\n"}}});
  EXPECT_EQ(stub.post({{"model", "m"}, {"messages", messages}}).text(), "Arr, \"hi\"\n");
  const Json with_case = {{"user", "fr"}, {"messages", Json::array({{{"role", "user"}, {"content", "x"}}})}};
  EXPECT_EQ(stub.post(with_case).text(), "case fr");
  const std::string plain = R"({"messages":[{"role":"user","content":"x"}]})";
  EXPECT_EQ(stub.send("POST", "/v1/chat/completions", plain, {{"x-assay-case", "fr"}}).text(), "case fr");
  EXPECT_EQ(stub.served->completions, 8u);
}

TEST(Rules, no_match_is_an_error_that_says_what_to_add) {
  Stub stub("version: 1\nrules: [{when: {model: a}, answer: x}]");
  const Played played = stub.ask("x");
  EXPECT_EQ(played.status(), 400);
  EXPECT_EQ(played.json()["error"]["code"], "no_rule");
}

TEST(Draws, are_equal_for_equal_seeds_and_follow_the_probability) {
  const std::string script = "version: 1\nrules: [{probability: 0.3, answer: a}, {answer: b}]";
  Stub first(script, 7);
  Stub second(script, 7);
  Stub other(script, 8);
  int drawn = 0;
  int differs = 0;
  for (int i = 0; i < 1000; ++i) {
    const std::string user = "question " + std::to_string(i);
    const std::string text = first.ask(user).text();
    EXPECT_EQ(second.ask(user).text(), text);
    if (other.ask(user).text() != text) ++differs;
    if (text == "a") ++drawn;
  }
  // 300 expected, standard deviation 14.5; 420 expected to differ, standard deviation 15.6
  EXPECT_NEAR(drawn, 300, 75);
  EXPECT_NEAR(differs, 420, 80);
}

TEST(Draws, do_not_depend_on_the_order_of_requests_and_vary_when_one_is_repeated) {
  const std::string script = "version: 1\nrules: [{answers: [a, b, c]}]";
  Stub forward(script);
  Stub backward(script);
  std::map<int, std::string> seen;
  for (int i = 0; i < 50; ++i) seen[i] = forward.ask(std::to_string(i)).sent;
  for (int i = 50; i-- > 0;) EXPECT_EQ(backward.ask(std::to_string(i)).sent, seen[i]);
  std::set<std::string> answers;
  for (int i = 0; i < 50; ++i) answers.insert(forward.ask("again").text());
  EXPECT_EQ(answers, (std::set<std::string>{"a", "b", "c"}));
}

TEST(Draws, two_models_of_one_script_err_in_pairs) {
  Stub stub("version: 1\nrules: [{probability: 0.5, answer: a}, {answer: b}]");
  for (int i = 0; i < 100; ++i) {
    const std::string user = std::to_string(i);
    EXPECT_EQ(stub.ask(user, "stable").text(), stub.ask(user, "worse").text());
  }
}

TEST(Times, limits_a_rule_to_the_first_requests_of_each_kind) {
  Stub stub("version: 1\nrules: [{times: 2, fault: {status: 503}}, {answer: ok}]");
  for (const char* user : {"a", "b"}) {
    EXPECT_EQ(stub.ask(user).status(), 503);
    EXPECT_EQ(stub.ask(user).status(), 503);
    EXPECT_EQ(stub.ask(user).status(), 200);
    EXPECT_EQ(stub.ask(user).status(), 200);
  }
  EXPECT_EQ(stub.served->requests, 8u);
  EXPECT_EQ(stub.served->faults, 4u);
  EXPECT_EQ(stub.served->completions, 4u);
}

TEST(Times, draws_once_for_all_the_times_of_a_request) {
  Stub stub("version: 1\nrules: [{probability: 0.3, times: 2, fault: {status: 503}}, {answer: ok}]");
  int failing = 0;
  for (int i = 0; i < 300; ++i) {
    const std::string user = std::to_string(i);
    const int first = stub.ask(user).status();
    EXPECT_EQ(stub.ask(user).status(), first);
    EXPECT_EQ(stub.ask(user).status(), 200);
    failing += first == 503 ? 1 : 0;
  }
  EXPECT_NEAR(failing, 90, 40);  // standard deviation 7.9
}

TEST(Answer, whole_is_an_openai_chat_completion) {
  Stub stub("version: 1\nsystem_fingerprint: fp-1\nrules: [{answer: 'one two \"three\"', headers: {x-team: geo}}]");
  const Played played = stub.ask("four words of mine", "m-1");
  EXPECT_EQ(played.end, "keep");
  EXPECT_EQ(played.sends, 1u);
  EXPECT_NE(played.head().find("x-team: geo"), std::string::npos);
  EXPECT_NE(played.head().find("x-request-id: req-"), std::string::npos);
  EXPECT_NE(played.head().find("content-length: " + std::to_string(played.body().size())), std::string::npos);
  const Json body = played.json();
  EXPECT_EQ(body["object"], "chat.completion");
  EXPECT_EQ(body["model"], "m-1");
  EXPECT_EQ(body["system_fingerprint"], "fp-1");
  EXPECT_EQ(body["choices"][0]["finish_reason"], "stop");
  EXPECT_EQ(body["choices"][0]["message"]["role"], "assistant");
  EXPECT_TRUE(body["choices"][0]["message"]["refusal"].is_null());
  EXPECT_EQ(body["usage"]["prompt_tokens"], 4);
  EXPECT_EQ(body["usage"]["completion_tokens"], 3);
  EXPECT_EQ(body["usage"]["total_tokens"], 7);
}

TEST(Answer, streams_role_tokens_finish_usage_and_done) {
  Stub stub("version: 1\nrules: [{answer: 'one two\nthree'}]");
  const Played played = stub.stream("x", true);
  EXPECT_NE(played.head().find("content-type: text/event-stream"), std::string::npos);
  EXPECT_TRUE(played.body().ends_with("data: [DONE]\n\n"));
  const auto events = played.events();
  ASSERT_EQ(events.size(), 6u);
  EXPECT_EQ(events[0]["choices"][0]["delta"]["role"], "assistant");
  EXPECT_TRUE(events[0]["choices"][0]["delta"]["content"].is_null());
  std::string text;
  for (std::size_t i = 1; i < 4; ++i) text += events[i]["choices"][0]["delta"]["content"].get<std::string>();
  EXPECT_EQ(text, "one two three");
  EXPECT_EQ(events[4]["choices"][0]["finish_reason"], "stop");
  EXPECT_TRUE(events[4]["usage"].is_null());
  EXPECT_TRUE(events[5]["choices"].empty());
  EXPECT_EQ(events[5]["usage"]["completion_tokens"], 3);

  const auto without = stub.stream("x", false).events();
  ASSERT_EQ(without.size(), 5u);
  EXPECT_FALSE(without.back().contains("usage"));
}

TEST(Answer, carries_tool_calls_refusals_reasoning_and_usage) {
  Stub stub(R"(
version: 1
rules:
  - when: {last_user: {equals: tools}}
    tool_calls: [{name: get_weather, arguments: {city: Paris}}, {name: raw, arguments: "{broken"}]
  - when: {last_user: {equals: refuse}}
    refusal: I cannot do that
    finish_reason: content_filter
  - when: {last_user: {equals: think}}
    reasoning: let me see
    answer: "4"
    served_model: other
    usage: {input_tokens: 10, output_tokens: 20, cached_tokens: 5}
  - answer: x
    usage: false
)");
  const Json tools = stub.ask("tools").json()["choices"][0];
  EXPECT_EQ(tools["finish_reason"], "tool_calls");
  EXPECT_TRUE(tools["message"]["content"].is_null());
  EXPECT_EQ(tools["message"]["tool_calls"][0]["function"]["arguments"], R"({"city":"Paris"})");
  EXPECT_EQ(tools["message"]["tool_calls"][1]["function"]["arguments"], "{broken");
  std::string arguments;
  for (const Json& event : stub.stream("tools").events()) {
    const Json& delta = event["choices"][0]["delta"];
    if (!delta.contains("tool_calls") || delta["tool_calls"][0]["index"] != 0) continue;
    arguments += delta["tool_calls"][0]["function"]["arguments"].get<std::string>();
  }
  EXPECT_EQ(arguments, R"({"city":"Paris"})");

  const Json refusal = stub.ask("refuse").json()["choices"][0];
  EXPECT_EQ(refusal["finish_reason"], "content_filter");
  EXPECT_EQ(refusal["message"]["refusal"], "I cannot do that");
  EXPECT_TRUE(refusal["message"]["content"].is_null());

  const Json thought = stub.ask("think").json();
  EXPECT_EQ(thought["model"], "other");
  EXPECT_EQ(thought["choices"][0]["message"]["reasoning_content"], "let me see");
  EXPECT_EQ(thought["usage"]["prompt_tokens"], 10);
  EXPECT_EQ(thought["usage"]["prompt_tokens_details"]["cached_tokens"], 5);
  EXPECT_FALSE(stub.ask("x").json().contains("usage"));
}

TEST(Latency, waits_before_the_first_token_and_between_tokens) {
  using namespace std::chrono_literals;
  Stub stub("version: 1\nlatency: {ttft: 20ms, per_token: 2ms}\nrules: [{answer: a b c d}]");
  const Played whole = stub.ask("x");
  EXPECT_EQ(whole.waited, 26ms);
  EXPECT_EQ(whole.sends, 1u);
  const Played stream = stub.stream("x");
  EXPECT_EQ(stream.waited, 26ms);
  EXPECT_EQ(stream.sends, 5u);  // head and role; four tokens, the end with the last

  Stub fixed("version: 1\nrules: [{answer: a b c, latency: {fixed: 200ms}}]");
  EXPECT_EQ(fixed.ask("x").waited, 200ms);
  EXPECT_EQ(fixed.stream("x").sends, 2u);

  Stub jitter("version: 1\nlatency: {ttft: 100ms, jitter: 0.5}\nrules: [{answer: a}]");
  std::set<Duration> waits;
  for (int i = 0; i < 200; ++i) waits.insert(jitter.ask(std::to_string(i)).waited);
  EXPECT_GE(*waits.begin(), 50ms);
  EXPECT_LE(*waits.rbegin(), 150ms);
  EXPECT_GT(*waits.rbegin() - *waits.begin(), 80ms);

  Stub slow("version: 1\nlatency: {ttft: 10ms, slow: {share: 0.1, factor: 20}}\nrules: [{answer: a}]");
  int tails = 0;
  for (int i = 0; i < 1000; ++i) tails += slow.ask(std::to_string(i)).waited == 200ms ? 1 : 0;
  EXPECT_NEAR(tails, 100, 45);  // standard deviation 9.5
}

TEST(Paths, models_health_and_refusals_are_openai_shaped) {
  Stub stub("version: 1\nmodels: [stable-1, worse-1]\nrules: [{answer: ok}]");
  const Json models = stub.send("GET", "/v1/models", "").json();
  ASSERT_EQ(models["data"].size(), 2u);
  EXPECT_EQ(models["data"][1]["id"], "worse-1");
  EXPECT_EQ(stub.send("GET", "/health?x=1", "").json()["status"], "ok");

  const std::string good = R"({"messages":[{"role":"user","content":"x"}]})";
  struct Row {
    const char* method;
    const char* target;
    std::string body;
    int status;
    const char* code;
  };
  for (const Row& row :
       {Row{"GET", "/v1/chat/completions", "", 405, "method_not_allowed"},
        Row{"POST", "/v1/models", "{}", 405, "method_not_allowed"},
        Row{"POST", "/v1/completions", "{}", 404, "unknown_url"},
        Row{"POST", "/v1/chat/completions", "{\"model\":", 400, "invalid_request"},
        Row{"POST", "/v1/chat/completions", R"({"model":"nope",)" + good.substr(1), 404, "model_not_found"}}) {
    SCOPED_TRACE(row.target + row.body);
    const Played played = stub.send(row.method, row.target, row.body);
    EXPECT_EQ(played.status(), row.status);
    EXPECT_EQ(played.json()["error"]["code"], row.code);
    EXPECT_FALSE(played.json()["error"]["message"].get<std::string>().empty());
  }
  EXPECT_EQ(stub.send("POST", "/v1/chat/completions", good).json()["model"], "stable-1");
}

TEST(Connection, is_closed_after_the_answer_where_the_client_asks_for_it) {
  Stub stub("version: 1\nrules: [{answer: ok}]");
  const std::string body = R"({"messages":[{"role":"user","content":"x"}]})";
  const Played played = stub.send("POST", "/v1/chat/completions", body, {}, false);
  EXPECT_EQ(played.end, "close");
  EXPECT_NE(played.head().find("connection: close"), std::string::npos);
}

}  // namespace
}  // namespace assay::stub::test
