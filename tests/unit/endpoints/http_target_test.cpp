#include "tests/unit/endpoints/fake_client.hpp"

#include <assay/core/json.hpp>
#include <assay/endpoints/http_target.hpp>

#include <gtest/gtest.h>

namespace assay::endpoints {
namespace {

using namespace std::chrono_literals;

text::JsonPath path(std::string_view text) {
  return std::get<text::JsonPath>(text::JsonPath::parse(text));
}

text::Node yaml(std::string_view text) {
  return *text::parse_yaml(text, "assay.yaml");
}

HttpTargetOptions options_of(std::string_view body = "{question: '{{prompt}}'}") {
  return {.url = "http://app/ask?v=1",
          .body = yaml(body),
          .model = "app-3",
          .api_key = "sk-12345678",
          .headers = {{"x-team", "geo"}},
          .reply = {.answer = path("$.answer"),
                    .contexts = path("$.docs"),
                    .input_tokens = path("$.tokens[0]"),
                    .output_tokens = path("$.tokens[1]"),
                    .model = path("$.by")}};
}

const std::vector<Message> kTalk = {Message{Author::system, {Text{"be brief"}}}, Message{Author::user, {Text{"first"}}},
                                    Message{Author::assistant, {Text{"ok"}, Contexts{{"p"}}, Logprobs{}}},
                                    Message{Author::user, {Text{"say \"hé\""}}}};

Json sent_for(std::string_view body) {
  FakeClient client;
  auto endpoint = make_http_target(client, options_of(body));
  EXPECT_TRUE(endpoint);
  return Json::parse((*endpoint)->encode({.messages = kTalk, .params = R"({"temperature":0,"top":{"k":5}})"}));
}

AttemptResult reply(std::string body, HttpTargetOptions options = options_of(), int status = 200) {
  FakeClient client;
  client.answers = {{status, std::move(body)}};
  return ask(**make_http_target(client, options), {.messages = kTalk});
}

TEST(HttpTarget, fills_the_request_in_and_keeps_types) {
  EXPECT_EQ(
      sent_for("{question: '{{prompt}}', instructions: '{{system}}', top_k: 3, stream: false, note: 'to {{model}}: "
               "{{prompt}}', nested: [{options: '{{params}}', temperature: '{{params.temperature}}'}]}"),
      Json::parse(R"({"question": "say \"hé\"", "instructions": "be brief", "top_k": 3, "stream": false,
              "note": "to app-3: say \"hé\"", "nested": [{"options": {"temperature": 0, "top": {"k": 5}},
              "temperature": 0}]})"));
  EXPECT_EQ(
      sent_for("{messages: '{{messages}}'}"),
      Json::parse(R"({"messages": [{"role": "system", "content": "be brief"}, {"role": "user", "content": "first"},
              {"role": "assistant", "content": "ok"}, {"role": "user", "content": "say \"hé\""}]})"));
  EXPECT_EQ(sent_for("'{{#messages}}{{role}}={{content}};{{/messages}}'"),
            Json::parse(R"("system=be brief;user=first;assistant=ok;user=say \"hé\";")"));
}

TEST(HttpTarget, posts_to_the_address_as_it_stands) {
  FakeClient client;
  client.body = R"({"answer":"Paris"})";
  EXPECT_EQ(text_of(ask(**make_http_target(client, options_of()), {.messages = kTalk})), "Paris");
  ASSERT_EQ(client.requests.size(), 1U);
  EXPECT_EQ(client.requests[0].method, "POST");
  EXPECT_EQ(client.requests[0].url.target, "/ask?v=1");
  EXPECT_EQ(find_header(client.requests[0].headers, "x-team"), "geo");
  EXPECT_EQ(find_header(client.requests[0].headers, "authorization"), "Bearer sk-12345678");
  EXPECT_EQ(client.deadlines.first_token, client.deadlines.total);
}

TEST(HttpTarget, reads_what_the_paths_name) {
  const auto result =
      reply(R"({"answer":"Paris","docs":["one",{"id":7,"text":"two"},3],"tokens":[12,4],"by":"app-3.1"})");
  ASSERT_TRUE(std::holds_alternative<Response>(result.result)) << text_of(result);
  const auto& response = std::get<Response>(result.result);
  EXPECT_EQ(text_of(response.message), "Paris");
  const auto* contexts = part_of<Contexts>(response.message);
  ASSERT_TRUE(contexts);
  EXPECT_EQ(contexts->passages, (std::vector<std::string>{"one", R"({"id":7,"text":"two"})", "3"}));
  EXPECT_EQ(response.usage.input_tokens, 12);
  EXPECT_EQ(response.usage.output_tokens, 4);
  EXPECT_EQ(response.served_model, "app-3.1");
  EXPECT_EQ(response.finish, Finish::stop);
  EXPECT_FALSE(response.timings.ttft);
  EXPECT_TRUE(response.timings.gaps.empty());
  EXPECT_EQ(response.timings.connect, 3ms);
}

TEST(HttpTarget, only_the_answer_must_be_there) {
  const auto result = reply(R"({"answer":{"city":"Paris"},"docs":null,"tokens":["12"],"by":null})");
  const auto& response = std::get<Response>(result.result);
  EXPECT_EQ(text_of(response.message), R"({"city":"Paris"})");
  EXPECT_FALSE(part_of<Contexts>(response.message));
  EXPECT_FALSE(response.usage.input_tokens);
  EXPECT_FALSE(response.usage.output_tokens);
  EXPECT_EQ(response.served_model, "");
}

TEST(HttpTarget, contexts_are_a_list_or_the_places_that_a_star_means) {
  auto options = options_of();
  options.reply.contexts = path("$.docs[*].text");
  const auto passages = [&](const std::string& docs, const HttpTargetOptions& from) {
    const auto result = reply(R"({"answer":"x","docs":)" + docs + "}", from);
    const auto* contexts = part_of<Contexts>(std::get<Response>(result.result).message);
    return contexts ? contexts->passages : std::vector<std::string>{"none"};
  };
  using Passages = std::vector<std::string>;
  EXPECT_EQ(passages(R"([{"text":"a"},{"no":1},{"text":"b"}])", options), (Passages{"a", "b"}));
  EXPECT_EQ(passages("[]", options), Passages{});
  EXPECT_EQ(passages("[]", options_of()), Passages{});
  EXPECT_EQ(passages("\"one\"", options_of()), Passages{"one"});
}

TEST(HttpTarget, a_reply_without_an_answer_names_the_path_and_shows_the_body) {
  struct Row {
    const char* body;
    const char* says;
  };
  for (const auto& row : {Row{R"({"text":"Paris"})", "no answer at $.answer: `{\"text\":\"Paris\"}`"},
                          {R"({"answer":null})", "no answer at $.answer"},
                          {"Paris", "not JSON: `Paris`"},
                          {"", "not JSON"}}) {
    SCOPED_TRACE(row.body);
    const auto result = reply(row.body);
    const auto* error = std::get_if<Error>(&result.result);
    ASSERT_TRUE(error);
    EXPECT_EQ(error->kind, ErrorKind::protocol);
    EXPECT_NE(error->message.find(row.says), std::string::npos) << error->message;
    EXPECT_NE(error->hint.find("`reply`"), std::string::npos);
  }
}

TEST(HttpTarget, refusals_are_those_of_a_chat) {
  FakeClient client;
  client.head = {429, {{"retry-after", "7"}, {"x-request-id", "r-1"}}};
  client.body = R"({"detail":"slow down, sk-12345678"})";
  const auto result = ask(**make_http_target(client, options_of()), {.messages = kTalk});
  const auto* error = std::get_if<Error>(&result.result);
  ASSERT_TRUE(error);
  EXPECT_EQ(error->kind, ErrorKind::rate_limited);
  EXPECT_EQ(error->message, "the endpoint answered HTTP 429: slow down, ***");
  EXPECT_EQ(result.retry_after, 7s);
  EXPECT_EQ(result.request_id, "r-1");
  EXPECT_EQ(std::get<Error>(reply("{}", options_of(), 503).result).kind, ErrorKind::unavailable);
  const auto rejected = std::get<Error>(reply("{}", options_of(), 404).result);
  EXPECT_EQ(rejected.kind, ErrorKind::rejected);
  EXPECT_EQ(rejected.hint.find("/v1"), std::string::npos);
}

TEST(HttpTarget, a_parameter_that_a_request_has_not_fails_the_attempt_by_name) {
  FakeClient client;
  auto endpoint = *make_http_target(client, options_of("{t: '{{params.temperature}}'}"));
  const auto result = ask(*endpoint, {.messages = kTalk});
  ASSERT_TRUE(std::holds_alternative<Error>(result.result));
  EXPECT_EQ(std::get<Error>(result.result).kind, ErrorKind::invalid);
  EXPECT_NE(text_of(result).find("temperature"), std::string::npos) << text_of(result);
  EXPECT_TRUE(client.requests.empty());
}

TEST(HttpTarget, refuses_mappings_that_cannot_work) {
  FakeClient client;
  const auto refused = [&](HttpTargetOptions options) {
    const auto made = make_http_target(client, options);
    EXPECT_FALSE(made);
    EXPECT_EQ(made.error().kind, ErrorKind::invalid);
    return made ? std::string() : to_string(made.error());
  };
  EXPECT_NE(refused(options_of("{q: '{{question}}'}")).find("assay.yaml:1"), std::string::npos);
  EXPECT_NE(refused(options_of("{q: '{{prompt'}")).find("assay.yaml:1"), std::string::npos);
  auto options = options_of();
  options.url = "ftp://app";
  refused(options);
  options = options_of();
  options.reply.answer = path("$.answers[*]");
  EXPECT_NE(refused(options).find("several"), std::string::npos);
  options = options_of();
  options.headers = {{"x", "a\nb"}};
  refused(options);
}

}  // namespace
}  // namespace assay::endpoints
