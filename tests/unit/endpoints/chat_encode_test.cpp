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

TEST(ChatEncoder, equal_requests_give_equal_bytes) {
  const Request request{kHello, R"({"b":1,"a":2})"};
  EXPECT_EQ(ChatEncoder("m", true).encode(request), ChatEncoder("m", true).encode(request));
}

}  // namespace
}  // namespace assay::endpoints
