#include "runner/stub/chat_request.hpp"

#include <gtest/gtest.h>

namespace assay::stub {
namespace {

TEST(ChatRequest, reads_what_the_stub_needs) {
  const std::string body = R"({"temperature":0,"tools":[{"x":[1,2]}],"model":"m-1","stream":true,
    "stream_options":{"include_usage":true},"metadata":{"case":"fr"},"user":"u",
    "messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"one two"},
                {"content":null,"role":"assistant","tool_calls":[{}]},
                {"role":"user","content":[{"type":"text","text":"three "},{"type":"image_url","image_url":{"url":"x"}},
                                          {"type":"text","text":"four\nfive"}]}]})";
  const auto request = parse_chat_request(body);
  ASSERT_TRUE(request);
  EXPECT_EQ(request->model, "m-1");
  EXPECT_TRUE(request->stream);
  EXPECT_TRUE(request->include_usage);
  EXPECT_EQ(request->case_id, "fr");
  Texts texts(*request);
  EXPECT_EQ(texts.last_user(), "three four\nfive");
  EXPECT_EQ(texts.system(), "Be brief.");
  ASSERT_EQ(texts.all().size(), 4u);
  EXPECT_EQ(texts.all()[1], "one two");
  EXPECT_EQ(texts.all()[2], "");
  EXPECT_EQ(count_input_tokens(*request), 7u);
}

TEST(ChatRequest, takes_the_user_field_as_the_case_where_metadata_has_none) {
  const auto request = parse_chat_request(R"({"user":"jp","messages":[{"role":"user","content":"x"}]})");
  ASSERT_TRUE(request);
  EXPECT_EQ(request->case_id, "jp");
}

TEST(ChatRequest, says_what_is_wrong_with_a_bad_one) {
  struct Row {
    const char* body;
    const char* message;
  };
  for (const Row& row : {Row{"", "JSON object"}, Row{"[]", "JSON object"}, Row{R"({"model":"m")", "not valid JSON"},
                         Row{R"({"model":"m"})", "'messages' is missing"}, Row{R"({"messages":[]})", "empty"},
                         Row{R"({"messages":"hi"})", "must be a list"}, Row{R"({"messages":[1]})", "not an object"},
                         Row{R"({"messages":[{"role":"user","content":"x"}]} x)", "not valid JSON"}}) {
    SCOPED_TRACE(row.body);
    const auto request = parse_chat_request(row.body);
    ASSERT_FALSE(request);
    EXPECT_NE(request.error().message.find(row.message), std::string::npos) << request.error().message;
  }
}

}  // namespace
}  // namespace assay::stub
