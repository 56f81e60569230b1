#include "tests/unit/endpoints/fake_client.hpp"

#include <assay/core/json.hpp>
#include <assay/endpoints/openai_embeddings.hpp>

#include <gtest/gtest.h>

namespace assay::endpoints {
namespace {

const std::vector<Message> kTwo = {Message{Author::user, {Text{"a \"b\""}}}, Message{Author::user, {Text{"c"}}}};

std::unique_ptr<Endpoint> endpoint_over(FakeClient& client) {
  OpenAiChatOptions options;
  options.base_url = "http://h/v1?version=2";
  options.model = "e-1";
  options.api_key = "sk-12345678";
  return *make_openai_embeddings(client, options);
}

AttemptResult answer_to_two(std::string body, int status = 200) {
  FakeClient client;
  client.answers = {{status, std::move(body)}};
  return ask(*endpoint_over(client), {.messages = kTwo});
}

TEST(OpenAiEmbeddings, sends_the_texts_of_all_messages) {
  FakeClient client;
  client.body = R"({"data":[{"index":0,"embedding":[1]},{"index":1,"embedding":[2]}]})";
  const Request request{.messages = kTwo,
                        .params = R"({"dimensions":2,"input":"x","encoding_format":"base64","user":"u"})",
                        .schema = "{}",
                        .logprobs = true};
  EXPECT_EQ(text_of(ask(*endpoint_over(client), request)), "[[1],[2]]");
  ASSERT_EQ(client.requests.size(), 1U);
  EXPECT_EQ(client.requests[0].url.target, "/v1/embeddings?version=2");
  EXPECT_EQ(find_header(client.requests[0].headers, "authorization"), "Bearer sk-12345678");
  EXPECT_EQ(Json::parse(client.requests[0].body),
            Json::parse(R"({"model":"e-1","input":["a \"b\"","c"],"dimensions":2,"user":"u"})"));
}

TEST(OpenAiEmbeddings, puts_the_vectors_in_the_order_of_the_texts) {
  const auto result = answer_to_two(R"({"object":"list","model":"e-7","data":[
    {"object":"embedding","index":1,"embedding":[0.5, -1e-3]},{"index":0,"embedding":[ 1,2 ],"object":"embedding"}],
    "usage":{"prompt_tokens":4,"total_tokens":4}})");
  EXPECT_EQ(text_of(result), "[[1,2],[0.5,-1e-3]]");
  const auto& response = std::get<Response>(result.result);
  EXPECT_EQ(response.served_model, "e-7");
  EXPECT_EQ(response.usage.input_tokens, 4);
  EXPECT_EQ(response.usage.output_tokens, 0);
  EXPECT_EQ(response.finish, Finish::stop);
  EXPECT_FALSE(response.timings.ttft);
}

TEST(OpenAiEmbeddings, takes_the_list_s_order_where_there_is_no_index) {
  EXPECT_EQ(text_of(answer_to_two(R"({"data":[{"embedding":[1]},{"embedding":[2]}]})")), "[[1],[2]]");
}

TEST(OpenAiEmbeddings, refuses_what_is_not_one_vector_for_each_text) {
  struct Row {
    const char* body;
    const char* says;
  };
  const Row rows[] = {
      {R"({"data":[{"index":0,"embedding":[1]}]})", "1 embeddings for 2 texts"},
      {R"({"data":[{"index":0,"embedding":[1]},{"index":1,"embedding":[1]},{"index":2,"embedding":[1]}]})",
       "3 embeddings"},
      {R"({"data":[{"index":0,"embedding":[1]},{"index":0,"embedding":[1]}]})", "not one list of numbers"},
      {R"({"data":[{"index":0,"embedding":[1]},{"index":5,"embedding":[1]}]})", "not one list of numbers"},
      {R"({"data":[{"index":0,"embedding":[1]},{"index":-1,"embedding":[1]}]})", "not one list of numbers"},
      {R"({"data":[{"index":0,"embedding":[1]},{"index":1,"embedding":[]}]})", "not one list of numbers"},
      {R"({"data":[{"index":0,"embedding":[1]},{"index":1,"embedding":[null]}]})", "not one list of numbers"},
      {R"({"data":[{"index":0,"embedding":[1]},{"index":1,"embedding":"AACAPw=="}]})", "not one list of numbers"},
      {R"({"data":[{"index":0,"embedding":[1]},7]})", "not one list of numbers"},
      {R"({"data":[{"index":0,"embedding":[1]},{"index":1,"embedding":[1,2]}]})", "differ in their length"},
      {R"({"choices":[{"message":{"content":"hi"}}]})", "0 embeddings for 2 texts"},
      {"<html>down</html>", "not JSON"},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.body);
    const auto result = answer_to_two(row.body);
    const auto* error = std::get_if<Error>(&result.result);
    ASSERT_TRUE(error);
    EXPECT_EQ(error->kind, ErrorKind::protocol);
    EXPECT_NE(error->message.find(row.says), std::string::npos) << error->message;
  }
}

TEST(OpenAiEmbeddings, errors_are_those_of_a_chat) {
  struct Row {
    int status;
    const char* body;
    ErrorKind kind;
  };
  const Row rows[] = {{429, R"({"error":{"message":"slow down"}})", ErrorKind::rate_limited},
                      {401, R"({"error":{"message":"who are you, sk-12345678?"}})", ErrorKind::auth},
                      {501, R"({"error":{"message":"no embeddings here"}})", ErrorKind::unavailable},
                      {200, R"({"error":{"message":"oh","code":500}})", ErrorKind::unavailable},
                      {200, R"({"data":[{"index":0,"embed)", ErrorKind::transport}};
  for (const auto& row : rows) {
    SCOPED_TRACE(row.body);
    const auto result = answer_to_two(row.body, row.status);
    const auto* error = std::get_if<Error>(&result.result);
    ASSERT_TRUE(error);
    EXPECT_EQ(error->kind, row.kind) << error->message;
    EXPECT_EQ(error->message.find("sk-12345678"), std::string::npos);
  }
}

TEST(OpenAiEmbeddings, refuses_an_address_that_is_none) {
  FakeClient client;
  EXPECT_EQ(make_openai_embeddings(client, {}).error().kind, ErrorKind::invalid);
}

}  // namespace
}  // namespace assay::endpoints
