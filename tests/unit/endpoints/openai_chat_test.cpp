#include "tests/unit/endpoints/fake_client.hpp"

#include <assay/core/json.hpp>
#include <assay/endpoints/openai_chat.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace assay::endpoints {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

const std::string kStream =
    "data: {\"model\":\"m-7\",\"choices\":[{\"delta\":{\"content\":\"Par\"}}]}\n\n"
    "data: {\"choices\":[{\"delta\":{\"content\":\"is\"},\"finish_reason\":\"stop\"}]}\n\n"
    "data: {\"choices\":[],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":2}}\n\n"
    "data: [DONE]\n\n";

FakeClient streaming() {
  FakeClient client;
  client.head = {200, {{"content-type", "text/event-stream"}}};
  client.body = kStream;
  return client;
}

OpenAiChatOptions options_for(std::string url) {
  OpenAiChatOptions options;
  options.base_url = std::move(url);
  options.model = "m-1";
  return options;
}

TEST(OpenAiChat, sends_one_request_and_reads_the_streamed_answer) {
  auto client = streaming();
  auto options = options_for("http://127.0.0.1:8080/v1");
  options.api_key = "sk-1";
  options.headers = {{"x-team", "geo"}};
  auto endpoint = make_openai_chat(client, options);
  ASSERT_TRUE(endpoint);
  const std::vector<Message> messages = {Message{Author::user, {Text{"capital?"}}}};
  const auto body = (*endpoint)->encode(Request{messages, R"({"temperature":0})"});
  const auto result = attempt(**endpoint, body);

  ASSERT_EQ(client.requests.size(), 1U);
  const auto& request = client.requests[0];
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.url.target, "/v1/chat/completions");
  EXPECT_EQ(request.url.port, "8080");
  EXPECT_EQ(request.body, body);
  EXPECT_EQ(find_header(request.headers, "authorization"), "Bearer sk-1");
  EXPECT_EQ(find_header(request.headers, "content-type"), "application/json");
  EXPECT_EQ(find_header(request.headers, "x-team"), "geo");

  const auto* response = std::get_if<Response>(&result.result);
  ASSERT_TRUE(response);
  EXPECT_EQ(text_of(response->message), "Paris");
  EXPECT_EQ(response->served_model, "m-7");
  EXPECT_EQ(response->usage.output_tokens, 2);
  EXPECT_EQ(response->timings.connect, 3ms);
  EXPECT_TRUE(response->timings.ttft);
  EXPECT_EQ(response->timings.gaps.size(), 1U);
  EXPECT_EQ(response->raw, kStream);
  EXPECT_EQ(result.status, 200);
}

TEST(OpenAiChat, makes_the_address_from_the_base_url) {
  struct Row {
    const char* base;
    const char* target;
  };
  const Row rows[] = {{"http://h/v1", "/v1/chat/completions"},
                      {"http://h/v1/", "/v1/chat/completions"},
                      {"http://h", "/chat/completions"},
                      {"https://h/openai/v1?api-version=2", "/openai/v1/chat/completions?api-version=2"},
                      {"http://h/v1/chat/completions", "/v1/chat/completions"}};
  for (const auto& row : rows) {
    SCOPED_TRACE(row.base);
    auto client = streaming();
    auto endpoint = make_openai_chat(client, options_for(row.base));
    ASSERT_TRUE(endpoint);
    attempt(**endpoint, "{}");
    EXPECT_EQ(client.requests.at(0).url.target, row.target);
  }
}

TEST(OpenAiChat, sends_no_key_unasked_and_leaves_a_header_of_ones_own) {
  auto client = streaming();
  auto options = options_for("http://h/v1");
  attempt(**make_openai_chat(client, options), "{}");
  EXPECT_FALSE(find_header(client.requests.at(0).headers, "authorization"));
  options.api_key = "sk-1";
  options.headers = {{"authorization", "Basic abc"}};
  attempt(**make_openai_chat(client, options), "{}");
  EXPECT_EQ(find_header(client.requests.at(1).headers, "Authorization"), "Basic abc");
}

TEST(OpenAiChat, a_whole_answer_may_take_its_total_time) {
  auto client = streaming();
  auto options = options_for("http://h/v1");
  attempt(**make_openai_chat(client, options), "{}");
  EXPECT_EQ(client.deadlines.first_token, 30s);
  options.stream = false;
  attempt(**make_openai_chat(client, options), "{}");
  EXPECT_EQ(client.deadlines.first_token, client.deadlines.total);
}

TEST(OpenAiChat, refuses_addresses_and_headers_that_cannot_be) {
  auto client = streaming();
  EXPECT_EQ(make_openai_chat(client, options_for("ftp://h/v1")).error().kind, ErrorKind::invalid);
  EXPECT_EQ(make_openai_chat(client, options_for("")).error().kind, ErrorKind::invalid);
  auto options = options_for("http://h/v1");
  options.api_key = "sk-1\n";
  const auto key = make_openai_chat(client, options);
  ASSERT_FALSE(key);
  EXPECT_EQ(key.error().message.find("sk-1"), std::string::npos);
  options.api_key.clear();
  options.headers = {{"x-a", "v\r\nx-b: w"}};
  EXPECT_FALSE(make_openai_chat(client, options));
  options.headers = {{"x a", "v"}};
  EXPECT_FALSE(make_openai_chat(client, options));
}

TEST(OpenAiChat, serves_many_attempts_at_a_time) {
  auto client = streaming();
  auto endpoint = make_openai_chat(client, options_for("http://h/v1"));
  asio::io_context loop(1);
  int answered = 0;
  const std::string body = "{}";
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 20; ++i) {
      asio::co_spawn(loop, (*endpoint)->attempt(body), [&](std::exception_ptr, AttemptResult r) {
        const auto* response = std::get_if<Response>(&r.result);
        if (response && text_of(response->message) == "Paris") ++answered;
      });
    }
    loop.run();
    loop.restart();
  }
  EXPECT_EQ(answered, 60);
}

}  // namespace
}  // namespace assay::endpoints
