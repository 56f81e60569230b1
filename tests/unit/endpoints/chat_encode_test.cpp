#include "runner/endpoints/protocols/openai_chat.hpp"

#include <assay/core/json.hpp>

#include <gtest/gtest.h>

namespace assay::endpoints {
namespace {

Json encoded(const ChatEncoder& encoder, const std::vector<Message>& messages, std::string_view params = "{}") {
  auto body = parse_json(encoder.encode(Request{messages, params}));
  EXPECT_TRUE(body);
  return body ? *body : Json();
}

const std::vector<Message> kHello = {Message{Author::system, {Text{"be brief"}}},
                                     Message{Author::user, {Text{"say \"hé\"\n"}}}};

TEST(ChatEncoder, writes_model_messages_and_asks_for_usage_in_a_stream) {
  const auto body = encoded(ChatEncoder("m-1", true), kHello, R"({"temperature":0,"max_tokens":16})");
  EXPECT_EQ(body, Json::parse(R"({
    "model": "m-1", "stream": true, "stream_options": {"include_usage": true}, "temperature": 0, "max_tokens": 16,
    "messages": [{"role": "system", "content": "be brief"}, {"role": "user", "content": "say \"hé\"\n"}]})"));
}

TEST(ChatEncoder, a_whole_answer_is_asked_for_without_stream_keys) {
  const auto body = encoded(ChatEncoder("m-1", false), kHello);
  EXPECT_FALSE(body.contains("stream"));
  EXPECT_FALSE(body.contains("stream_options"));
}

TEST(ChatEncoder, params_win_except_over_what_is_not_theirs) {
  const auto body = encoded(ChatEncoder("m-1", true), kHello,
                            R"({"model":"m-2","stream_options":{"include_usage":false},"stream":false,"messages":[]})");
  EXPECT_EQ(body["model"], "m-2");
  EXPECT_EQ(body["stream_options"]["include_usage"], false);
  EXPECT_EQ(body["stream"], true);
  EXPECT_EQ(body["messages"].size(), 2U);
}

TEST(ChatEncoder, follows_params_that_change_between_calls) {
  const ChatEncoder encoder("m", false);
  EXPECT_EQ(encoded(encoder, kHello, R"({"seed":1})")["seed"], 1);
  EXPECT_EQ(encoded(encoder, kHello, R"({"seed":2})")["seed"], 2);
  EXPECT_FALSE(encoded(encoder, kHello).contains("seed"));
}

TEST(ChatEncoder, writes_every_role_and_part) {
  const std::vector<Message> messages = {
      Message{Author::developer, {Text{"a"}, Text{"b"}}},
      Message{Author::assistant, {ToolUse{"id1", "f", "{\"x\":1}"}, ToolUse{"id2", "g", "not json"}}},
      Message{Author::assistant, {Text{"sorry"}, Refusal{"no"}}},
      Message{Author::tool, {Text{"42"}}},
      Message{Author::user, {}},
  };
  EXPECT_EQ(encoded(ChatEncoder("m", false), messages)["messages"], Json::parse(R"([
    {"role": "developer", "content": "ab"},
    {"role": "assistant", "content": null, "tool_calls": [
      {"id": "id1", "type": "function", "function": {"name": "f", "arguments": "{\"x\":1}"}},
      {"id": "id2", "type": "function", "function": {"name": "g", "arguments": "not json"}}]},
    {"role": "assistant", "content": "sorry", "refusal": "no"},
    {"role": "tool", "content": "42"},
    {"role": "user", "content": ""}])"));
}

constexpr std::string_view kSchema =
    R"({"type":"object","properties":{"reason":{"type":"string"},"score":{"type":"integer"}}})";

TEST(ChatEncoder, a_schema_becomes_the_response_format_with_its_keys_in_order) {
  const Request request{.messages = kHello, .params = "{}", .schema = kSchema};
  const auto body = ChatEncoder("m", false).encode(request);
  EXPECT_EQ(Json::parse(body)["response_format"], Json::parse(R"({"type": "json_schema", "json_schema": {
    "name": "verdict", "strict": true, "schema": )" + std::string(kSchema) +
                                                              "}}"));
  EXPECT_NE(body.find(kSchema), std::string::npos);  // a model gives its reason before its score
}

TEST(ChatEncoder, asks_for_logprobs_where_the_request_does) {
  const auto body = Json::parse(ChatEncoder("m", true).encode({.messages = kHello, .logprobs = true}));
  EXPECT_EQ(body["logprobs"], true);
  EXPECT_EQ(body["top_logprobs"], 20);
  EXPECT_FALSE(encoded(ChatEncoder("m", true), kHello).contains("logprobs"));
}

TEST(ChatEncoder, params_win_over_the_wishes_of_a_request) {
  struct Row {
    const char* params;
    const char* expected;
  };
  const Row rows[] = {
      {R"({"response_format":{"type":"text"}})",
       R"({"response_format":{"type":"text"},"logprobs":true,"top_logprobs":20})"},
      {R"({"response_format":1,"logprobs":false})", R"({"response_format":1,"logprobs":false})"},
      {R"({"response_format":1,"logprobs":true})", R"({"response_format":1,"logprobs":true,"top_logprobs":20})"},
      {R"({"response_format":1,"top_logprobs":5})", R"({"response_format":1,"logprobs":true,"top_logprobs":5})"},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.params);
    const Request request{.messages = kHello, .params = row.params, .schema = kSchema, .logprobs = true};
    const auto text = ChatEncoder("m", false).encode(request);
    auto body = Json::parse(text);
    body.erase("messages");
    body.erase("model");
    EXPECT_EQ(body, Json::parse(row.expected));
    // No key comes twice: parsers differ in which one they take.
    for (const std::string key : {"\"response_format\":", "\"logprobs\":", "\"top_logprobs\":"}) {
      EXPECT_EQ(text.find(key), text.rfind(key)) << key;
    }
  }
}

TEST(ChatEncoder, what_is_said_about_an_answer_is_never_sent) {
  const std::vector<Message> messages = {
      Message{Author::assistant, {Text{"4"}, Contexts{{"secret passage"}}, Logprobs{{{"tok", -0.5, {}}}}}}};
  EXPECT_EQ(encoded(ChatEncoder("m", false), messages)["messages"],
            Json::parse(R"([{"role": "assistant", "content": "4"}])"));
}

TEST(WithoutWish, takes_out_that_wish_and_nothing_else) {
  const ChatEncoder encoder("m", true);
  const std::vector<Message> messages = {Message{Author::user, {Text{"\"response_format\": {}, \"logprobs\": 1"}}}};
  const auto body = [&](std::string_view schema, bool logprobs, std::string_view params = R"({"seed":1})") {
    return encoder.encode({.messages = messages, .params = params, .schema = schema, .logprobs = logprobs});
  };
  EXPECT_EQ(without_wish(body(kSchema, true), Wish::schema), body({}, true));
  EXPECT_EQ(without_wish(body(kSchema, true), Wish::logprobs), body(kSchema, false));
  EXPECT_EQ(without_wish(body(kSchema, false), Wish::schema), body({}, false));
  EXPECT_EQ(without_wish(body({}, true), Wish::logprobs), body({}, false));
  EXPECT_EQ(without_wish(body({}, false), Wish::schema), std::nullopt);
  EXPECT_EQ(without_wish(body(kSchema, false), Wish::logprobs), std::nullopt);
  EXPECT_EQ(without_wish(body({}, false, R"({"response_format":{"type":"json_object"}})"), Wish::schema), std::nullopt);
  EXPECT_EQ(without_wish("not json", Wish::schema), std::nullopt);
}

TEST(ChatEncoder, equal_requests_give_equal_bytes) {
  const Request request{kHello, R"({"b":1,"a":2})"};
  EXPECT_EQ(ChatEncoder("m", true).encode(request), ChatEncoder("m", true).encode(request));
}

}  // namespace
}  // namespace assay::endpoints
