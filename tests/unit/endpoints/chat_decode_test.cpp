#include "runner/endpoints/protocols/openai_chat.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace assay::endpoints {
namespace {

Response read_all(const std::vector<std::string>& chunks) {
  ChatAnswer answer;
  for (const auto& chunk : chunks) EXPECT_TRUE(read_chat(chunk, answer).ok) << chunk;
  return to_response(std::move(answer));
}

std::string delta(const std::string& inside) {
  return R"({"choices":[{"index":0,"delta":{)" + inside + "}}]}";
}

std::vector<ToolUse> tools_of(const Response& response) {
  std::vector<ToolUse> tools;
  for (const auto& part : response.message.parts) {
    if (const auto* use = std::get_if<ToolUse>(&part)) tools.push_back(*use);
  }
  return tools;
}

TEST(ChatDecode, reads_a_whole_answer) {
  const auto response = read_all({R"({"id":"c1","object":"chat.completion","model":"m-7","choices":[
    {"index":0,"message":{"role":"assistant","content":"Paris","refusal":null,"annotations":[]},"logprobs":null,
     "finish_reason":"stop"}],
    "usage":{"prompt_tokens":9,"completion_tokens":2,"total_tokens":11,"prompt_tokens_details":{"cached_tokens":4},
             "completion_tokens_details":{"reasoning_tokens":1}}})"});
  EXPECT_EQ(text_of(response.message), "Paris");
  EXPECT_EQ(response.message.author, Author::assistant);
  EXPECT_EQ(response.finish, Finish::stop);
  EXPECT_EQ(response.finish_text, "stop");
  EXPECT_EQ(response.served_model, "m-7");
  EXPECT_EQ(response.request_id, "c1");
  EXPECT_EQ(response.usage.input_tokens, 9);
  EXPECT_EQ(response.usage.output_tokens, 2);
  EXPECT_EQ(response.usage.cached_tokens, 4);
  EXPECT_EQ(response.usage.reasoning_tokens, 1);
}

TEST(ChatDecode, reads_a_stream_with_usage_in_its_last_chunk) {
  const auto response = read_all({
      R"({"id":"c1","model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":null}}],"usage":null})",
      delta(R"("content":"Pa")"),
      delta(R"("content":"ris")"),
      R"({"choices":[{"index":0,"delta":{},"finish_reason":"length"}]})",
      R"({"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":2}})",
  });
  EXPECT_EQ(text_of(response.message), "Paris");
  EXPECT_EQ(response.finish, Finish::length);
  EXPECT_EQ(response.usage.input_tokens, 3);
  EXPECT_EQ(response.usage.output_tokens, 2);
  EXPECT_FALSE(response.usage.cached_tokens);
}

TEST(ChatDecode, says_what_a_chunk_brought) {
  struct Row {
    const char* what;
    std::string chunk;
    bool content;
    bool reasoning;
  };
  const Row rows[] = {
      {"role only", delta(R"("role":"assistant")"), false, false},
      {"null content", delta(R"("content":null)"), false, false},
      {"empty content", delta(R"("content":"")"), false, false},
      {"content", delta(R"("content":" ")"), true, false},
      {"content parts", delta(R"("content":[{"type":"text","text":"a"}])"), true, false},
      {"reasoning", delta(R"("content":null,"reasoning_content":"hm")"), false, true},
      {"reasoning by its other name", delta(R"("reasoning":"hm")"), false, true},
      {"empty reasoning", delta(R"("reasoning_content":"")"), false, false},
      {"refusal", delta(R"("refusal":"no")"), true, false},
      {"tool name", delta(R"("tool_calls":[{"index":0,"function":{"name":"f"}}])"), true, false},
      {"tool arguments", delta(R"("tool_calls":[{"index":0,"function":{"arguments":"{"}}])"), true, false},
      {"empty tool", delta(R"("tool_calls":[{"index":0,"id":"x","function":{"arguments":""}}])"), false, false},
      {"null tools", delta(R"("tool_calls":null)"), false, false},
      {"usage", R"({"choices":[],"usage":{"prompt_tokens":1}})", false, false},
      {"another choice", R"({"choices":[{"index":1,"delta":{"content":"x"}}]})", false, false},
      {"another choice, index last", R"({"choices":[{"delta":{"content":"x"},"index":1}]})", false, false},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.what);
    ChatAnswer answer;
    const auto read = read_chat(row.chunk, answer);
    EXPECT_TRUE(read.ok);
    EXPECT_EQ(read.content, row.content);
    EXPECT_EQ(read.reasoning, row.reasoning);
  }
}

TEST(ChatDecode, puts_tool_calls_together) {
  const auto tool = [](const std::string& inside) { return delta(R"("tool_calls":[)" + inside + "]"); };
  struct Row {
    const char* what;
    std::vector<std::string> chunks;
    std::vector<ToolUse> tools;
  };
  const Row rows[] = {
      {"parallel, by index",
       {tool(R"({"index":0,"id":"a","function":{"name":"f","arguments":""}})"),
        tool(R"({"index":1,"id":"b","function":{"name":"g","arguments":""}})"),
        tool(R"({"index":0,"function":{"arguments":"{1"}})"), tool(R"({"index":1,"function":{"arguments":"{2}"}})"),
        tool(R"({"index":0,"function":{"arguments":"}"}})")},
       {{"a", "f", "{1}"}, {"b", "g", "{2}"}}},
      {"an empty name later",
       {tool(R"({"index":0,"id":"a","function":{"name":"f"}})"),
        tool(R"({"index":0,"function":{"name":"","arguments":"{}"}})")},
       {{"a", "f", "{}"}}},
      {"no index, by id",
       {tool(R"({"id":"a","function":{"name":"f","arguments":"{"}})"), tool(R"({"id":"b","function":{"name":"g"}})"),
        tool(R"({"id":"a","function":{"arguments":"}"}})")},
       {{"a", "f", "{}"}, {"b", "g", ""}}},
      {"neither index nor id: a name starts another",
       {tool(R"({"function":{"name":"f","arguments":"{"}})"), tool(R"({"function":{"arguments":"}"}})"),
        tool(R"({"function":{"name":"g","arguments":"{}"}})")},
       {{"", "f", "{}"}, {"", "g", "{}"}}},
      {"all with index 0, told apart by id",
       {tool(R"({"index":0,"id":"a","function":{"name":"f","arguments":"{}"}})"),
        tool(R"({"index":0,"id":"b","function":{"name":"g","arguments":"{}"}})")},
       {{"a", "f", "{}"}, {"b", "g", "{}"}}},
      {"an id that changes without a name is noise",
       {tool(R"({"index":0,"id":"a","function":{"name":"f","arguments":"{"}})"),
        tool(R"({"index":0,"id":"b","function":{"arguments":"}"}})")},
       {{"a", "f", "{}"}}},
      {"arguments as an object",
       {tool(R"({"index":0,"function":{"name":"f","arguments":{"x": 1}}})")},
       {{"", "f", "{\"x\": 1}"}}},
      {"whole, with empty ids",
       {R"({"choices":[{"message":{"content":null,"tool_calls":[
          {"id":"","function":{"name":"f","arguments":"{}"}},{"id":"","function":{"name":"g","arguments":"{}"}}]},
          "finish_reason":"tool_calls"}]})"},
       {{"", "f", "{}"}, {"", "g", "{}"}}},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.what);
    EXPECT_EQ(tools_of(read_all(row.chunks)), row.tools);
  }
}

TEST(ChatDecode, keeps_a_refusal_apart_from_the_text) {
  const auto response = read_all({delta(R"("refusal":"I can")"), delta(R"("refusal":"not")")});
  ASSERT_EQ(response.message.parts.size(), 1U);
  EXPECT_EQ(std::get<Refusal>(response.message.parts[0]).text, "I cannot");
  EXPECT_EQ(text_of(response.message), "");
}

TEST(ChatDecode, counts_reasoning_as_output_where_a_server_counts_it_apart) {
  const auto usage = [](const std::string& json) {
    return read_all({R"({"choices":[{}],"usage":)" + json + "}"}).usage;
  };
  const auto apart = usage(R"({"prompt_tokens":10,"completion_tokens":5,"total_tokens":45,
                              "completion_tokens_details":{"reasoning_tokens":30}})");
  EXPECT_EQ(apart.output_tokens, 35);
  const auto within = usage(R"({"prompt_tokens":10,"completion_tokens":35,"total_tokens":45,
                               "completion_tokens_details":{"reasoning_tokens":30}})");
  EXPECT_EQ(within.output_tokens, 35);
}

TEST(ChatDecode, reads_error_objects_in_the_shapes_servers_use) {
  struct Row {
    const char* json;
    const char* message;
    const char* type;
    const char* code;
  };
  const Row rows[] = {
      {R"({"error":{"message":"m","type":"t","code":"c","param":null}})", "m", "t", "c"},
      {R"({"error":{"message":"m","code":429,"status":"RESOURCE_EXHAUSTED"}})", "m", "RESOURCE_EXHAUSTED", "429"},
      {R"([{"error":{"message":"m","code":400}}])", "m", "", "400"},
      {R"({"error":"just text"})", "just text", "", ""},
      {R"({"object":"error","message":"m","type":"t","code":404})", "m", "t", "404"},
      {R"({"detail":"Not Found"})", "Not Found", "", ""},
      {R"({"type":"error","error":{"type":"insufficient_quota","message":"m"}})", "m", "insufficient_quota", ""},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.json);
    ChatAnswer answer;
    EXPECT_TRUE(read_chat(row.json, answer).ok);
    ASSERT_TRUE(answer.error);
    EXPECT_EQ(answer.error->message, row.message);
    EXPECT_EQ(answer.error->type, row.type);
    EXPECT_EQ(answer.error->code, row.code);
  }
  ChatAnswer answer;
  EXPECT_TRUE(read_chat(R"({"error":null,"choices":[{"message":{"content":"x"}}]})", answer).ok);
  EXPECT_FALSE(answer.error);
}

TEST(ChatDecode, bears_text_that_is_not_quite_unicode) {
  const auto response = read_all({delta("\"content\":\"a\\ud800b\xFF\"")});
  EXPECT_EQ(text_of(response.message),
            "a\xEF\xBF\xBD"
            "b\xEF\xBF\xBD");
}

TEST(ChatDecode, refuses_what_is_no_object) {
  for (const auto* json : {"", "null", "3", "\"x\"", "[]", "[1]", "{} {}", "{\"choices\":[{\"delta\":}]}"}) {
    SCOPED_TRACE(json);
    ChatAnswer answer;
    EXPECT_FALSE(read_chat(json, answer).ok);
  }
}

TEST(ChatDecode, maps_finish_reasons) {
  EXPECT_EQ(finish_of("stop"), Finish::stop);
  EXPECT_EQ(finish_of("length"), Finish::length);
  EXPECT_EQ(finish_of("tool_calls"), Finish::tool_calls);
  EXPECT_EQ(finish_of("function_call"), Finish::tool_calls);
  EXPECT_EQ(finish_of("content_filter"), Finish::content_filter);
  EXPECT_EQ(finish_of("insufficient_system_resource"), Finish::other);
  EXPECT_EQ(finish_of(""), Finish::other);
}

TEST(ChatDecode, reads_the_logprobs_of_a_whole_answer) {
  const auto response = read_all({R"({"choices":[{"message":{"content":"4"},"logprobs":{"content":[
    {"token":"4","logprob":-0.25,"bytes":[52],"top_logprobs":[{"token":"4","logprob":-0.25,"bytes":[52]},
                                                             {"token":"\u00e9","logprob":-1.5e0}]},
    {"token":"!","logprob":null},{"logprob":-9999.0,"token":"","top_logprobs":[]}],"refusal":null}}]})"});
  const auto* logprobs = part_of<Logprobs>(response.message);
  ASSERT_TRUE(logprobs);
  EXPECT_EQ(*logprobs, (Logprobs{{{"4", -0.25, {{"4", -0.25}, {"é", -1.5}}}, {"", -9999.0, {}}}}));
  EXPECT_EQ(text_of(response.message), "4");
}

TEST(ChatDecode, joins_the_logprobs_of_a_stream) {
  const auto chunk = [](const std::string& token, const std::string& logprobs) {
    return R"({"choices":[{"index":0,"delta":{"content":")" + token + R"("},"logprobs":)" + logprobs + "}]}";
  };
  const auto response = read_all({chunk("a", R"({"content":[{"token":"a","logprob":-1,"top_logprobs":[]}]})"),
                                  chunk("", "null"), chunk("bc", R"({"content":[{"token":"b","logprob":-2},
                                                                              {"token":"c","logprob":-3}]})")});
  const auto* logprobs = part_of<Logprobs>(response.message);
  ASSERT_TRUE(logprobs);
  EXPECT_EQ(*logprobs, (Logprobs{{{"a", -1, {}}, {"b", -2, {}}, {"c", -3, {}}}}));
}

TEST(ChatDecode, an_answer_without_logprobs_has_no_such_part) {
  for (const std::string logprobs : {"null", "{}", R"({"content":null})", R"({"content":[]})", "[1]", "\"x\""}) {
    SCOPED_TRACE(logprobs);
    const auto response = read_all({R"({"choices":[{"message":{"content":"4"},"logprobs":)" + logprobs + "}]}"});
    EXPECT_EQ(response.message.parts.size(), 1U);
  }
}

TEST(ChatAnswer, keeps_no_logprobs_of_the_answer_before) {
  ChatAnswer answer;
  EXPECT_TRUE(read_chat(R"({"choices":[{"logprobs":{"content":[{"token":"a","logprob":-1}]}}]})", answer).ok);
  answer.reset();
  EXPECT_TRUE(read_chat(R"({"choices":[{"message":{"content":"x"}}]})", answer).ok);
  EXPECT_FALSE(part_of<Logprobs>(to_response(std::move(answer)).message));
}

}  // namespace
}  // namespace assay::endpoints
