// Endpoints against the stub, over real sockets.

#include <assay/core/json.hpp>
#include <assay/endpoints/http_target.hpp>
#include <assay/endpoints/openai_chat.hpp>
#include <assay/endpoints/openai_embeddings.hpp>
#include <assay/endpoints/output_form.hpp>
#include <assay/net/client.hpp>
#include <assay/stub/stub.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <cmath>
#include <memory>
#include <string>
#include <vector>

namespace assay::endpoints {
namespace {

namespace asio = boost::asio;

/// The stub and a client on one loop.
class Live {
 public:
  explicit Live(const std::string& yaml) {
    Diagnostics diagnostics;
    auto script = stub::parse_script(*text::parse_yaml(yaml, "stub.yaml"), diagnostics);
    for (const auto& error : diagnostics.errors()) ADD_FAILURE() << to_string(error);
    server_ = *net::serve(loop_.get_executor(), {}, stub::make_handler(std::move(script), {}, served));
    client = *net::make_http_client(loop_.get_executor(), {});
    options.base_url = "http://127.0.0.1:" + std::to_string(server_->port()) + "/v1";
    options.model = "m";
  }

  AttemptResult ask(Endpoint& endpoint, const Request& request) {
    const auto body = endpoint.encode(request);
    AttemptResult result;
    asio::co_spawn(loop_, endpoint.attempt(body), [&](const std::exception_ptr& e, AttemptResult r) {
      EXPECT_FALSE(e);
      result = std::move(r);
      loop_.stop();
    });
    loop_.restart();
    loop_.run();
    return result;
  }

  asio::io_context loop_{1};
  std::shared_ptr<stub::Served> served = std::make_shared<stub::Served>();
  std::unique_ptr<net::Server> server_;
  std::unique_ptr<HttpClient> client;
  OpenAiChatOptions options;
};

std::vector<Message> user(std::initializer_list<std::string> texts) {
  std::vector<Message> messages;
  for (const auto& text : texts) messages.push_back(Message{Author::user, {Text{text}}});
  return messages;
}

std::string text_of(const AttemptResult& result) {
  const auto* response = std::get_if<Response>(&result.result);
  return response ? text_of(response->message) : "error: " + std::get<Error>(result.result).message;
}

const std::string kJudge = R"(
rules:
  - {when: {response_format: true}, answer: '{"reason": "good", "score": 4}', logprobs: {each: -0.5, choices: {"4": -0.25, "5": -1.75}}}
  - {answer: "good\nscore: 4"}
)";

TEST(Live, a_judge_is_asked_by_schema_where_the_server_knows_it_and_for_text_where_not) {
  const auto messages = user({"grade"});
  const Request request{.messages = messages, .params = "{}", .schema = R"({"type":"object"})"};
  Live knows("version: 1" + kJudge);
  auto endpoint = with_output_form(*make_openai_chat(*knows.client, knows.options), OutputForm::automatic);
  EXPECT_EQ(text_of(knows.ask(*endpoint, request)), R"({"reason": "good", "score": 4})");

  Live refuses("version: 1\nrefuse: [response_format]" + kJudge);
  int learned = 0;
  endpoint = with_output_form(*make_openai_chat(*refuses.client, refuses.options), OutputForm::automatic,
                              [&](std::string_view) { ++learned; });
  EXPECT_EQ(text_of(refuses.ask(*endpoint, request)), "good\nscore: 4");
  EXPECT_EQ(text_of(refuses.ask(*endpoint, request)), "good\nscore: 4");
  EXPECT_EQ(refuses.served->requests, 3U);
  EXPECT_EQ(learned, 1);
  endpoint = with_output_form(*make_openai_chat(*refuses.client, refuses.options), OutputForm::json_schema);
  EXPECT_EQ(refuses.ask(*endpoint, request).status, 400);
}

TEST(Live, logprobs_come_streamed_and_whole_alike) {
  const auto messages = user({"grade"});
  const Request request{.messages = messages, .params = "{}", .schema = R"({"type":"object"})", .logprobs = true};
  std::vector<Logprobs> seen;
  for (const bool stream : {true, false}) {
    Live live("version: 1" + kJudge);
    live.options.stream = stream;
    auto endpoint = *make_openai_chat(*live.client, live.options);
    const auto result = live.ask(*endpoint, request);
    const auto* response = std::get_if<Response>(&result.result);
    ASSERT_TRUE(response) << text_of(result);
    const auto* logprobs = part_of<Logprobs>(response->message);
    ASSERT_TRUE(logprobs);
    seen.push_back(*logprobs);
  }
  EXPECT_EQ(seen[0], seen[1]);
  std::string joined;
  for (const auto& token : seen[0].tokens) joined += token.token;
  EXPECT_EQ(joined, R"({"reason": "good", "score": 4})");
  const auto& grade = seen[0].tokens.at(seen[0].tokens.size() - 2);
  EXPECT_EQ(grade, (TokenLogprob{" 4", -0.25, {{" 4", -0.25}, {" 5", -1.75}}}));
  EXPECT_EQ(seen[0].tokens[0].logprob, -0.5);
}

TEST(Live, logprobs_that_the_server_refuses_are_done_without) {
  Live live("version: 1\nrefuse: logprobs" + kJudge);
  const auto messages = user({"grade"});
  auto endpoint = with_output_form(*make_openai_chat(*live.client, live.options), OutputForm::text);
  const auto result = live.ask(*endpoint, {.messages = messages, .logprobs = true});
  EXPECT_EQ(text_of(result), "good\nscore: 4");
  EXPECT_FALSE(part_of<Logprobs>(std::get<Response>(result.result).message));
}

double cosine(const Json& a, const Json& b) {
  double dot = 0;
  double left = 0;
  double right = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    dot += a[i].get<double>() * b[i].get<double>();
    left += a[i].get<double>() * a[i].get<double>();
    right += b[i].get<double>() * b[i].get<double>();
  }
  return dot / std::sqrt(left * right);
}

TEST(Live, embeddings_of_like_texts_are_near) {
  Live live("version: 1\nrules: [{answer: ok}]");
  auto endpoint = *make_openai_embeddings(*live.client, live.options);
  const auto messages =
      user({"The cat sat on the mat", "the cat sat on a mat", "Quarterly revenue grew by eleven percent"});
  const auto result = live.ask(*endpoint, {.messages = messages});
  const auto vectors = Json::parse(text_of(result), nullptr, false);
  ASSERT_EQ(vectors.size(), 3U) << text_of(result);
  EXPECT_GT(cosine(vectors[0], vectors[1]), 0.7);
  EXPECT_LT(cosine(vectors[0], vectors[2]), 0.5);
  EXPECT_NEAR(cosine(vectors[0], vectors[0]), 1, 1e-9);
  EXPECT_EQ(std::get<Response>(result.result).usage.input_tokens, 18);
}

TEST(Live, an_application_is_mapped_without_code) {
  Live live("version: 1\nrules: [{when: {system: {contains: brief}}, answer: 'You said {{last_user}}'}]");
  const auto path = [](std::string_view text) { return std::get<text::JsonPath>(text::JsonPath::parse(text)); };
  auto endpoint = make_http_target(
      *live.client,
      {.url = live.options.base_url + "/chat/completions",
       .body = *text::parse_yaml("{model: '{{model}}', messages: '{{messages}}', user: case-1}", "a.yaml"),
       .model = "app",
       .api_key = {},
       .headers = {},
       .reply = {.answer = path("$.choices[0].message.content"),
                 .contexts = path("$.choices[*].finish_reason"),
                 .input_tokens = path("$.usage.prompt_tokens"),
                 .output_tokens = path("$.usage.completion_tokens"),
                 .model = path("$.model")}});
  ASSERT_TRUE(endpoint);
  const std::vector<Message> messages = {Message{Author::system, {Text{"be brief"}}},
                                         Message{Author::user, {Text{"hi"}}}};
  const auto result = live.ask(**endpoint, {.messages = messages});
  EXPECT_EQ(text_of(result), "You said hi");
  const auto& response = std::get<Response>(result.result);
  EXPECT_EQ(response.served_model, "app");
  EXPECT_EQ(response.usage.input_tokens, 3);
  EXPECT_EQ(response.usage.output_tokens, 3);
  EXPECT_EQ(part_of<Contexts>(response.message)->passages, std::vector<std::string>{"stop"});
}

}  // namespace
}  // namespace assay::endpoints
