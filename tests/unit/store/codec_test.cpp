#include "runner/store/codec.hpp"

#include <gtest/gtest.h>

namespace assay::store {

TEST(Codec, messages_come_back_as_they_were) {
  const std::vector<Message> messages = {
      {Author::system, {}},
      {Author::developer, {Text{""}}},
      {Author::user, {Text{"quote \" back \\ line \n tab \t nul " + std::string(1, '\0') + " é 日本"}}},
      {Author::assistant, {Text{"a"}, ToolUse{"t1", "lookup", "{\"broken\": "}, Refusal{"no\x1b[31m"}}},
      {Author::tool, {Text{"result"}}},
  };
  auto back = decode_messages(encode_messages(messages));
  ASSERT_TRUE(back) << to_string(back.error());
  EXPECT_EQ(*back, messages);
}

TEST(Codec, bytes_that_are_no_utf8_become_replacement_characters) {
  auto back = decode_message(encode_message({Author::user,
                                             {Text{"a\xff"
                                                   "b"}}}));
  ASSERT_TRUE(back);
  EXPECT_EQ(text_of(*back),
            "a\xef\xbf\xbd"
            "b");
}

TEST(Codec, damaged_text_is_an_error) {
  for (const char* text : {"", "{", "[]", "{\"author\":\"user\"}", "{\"parts\":[1]}"}) {
    SCOPED_TRACE(text);
    EXPECT_FALSE(decode_message(text));
  }
}

TEST(Codec, tags_and_pairs_come_back_as_they_were) {
  const Tags tags = {{"a", "1"}, {"b\"", "x\ny"}};
  EXPECT_EQ(decode_tags(encode_tags(tags)), tags);
  const Pairs pairs = {{"z", "1"}, {"a", "2"}, {"a", "3"}};
  EXPECT_EQ(decode_pairs(encode_pairs(pairs)), pairs);
}

TEST(Codec, gaps_keep_seven_digits) {
  const std::vector<Duration> gaps = {Duration(0), Duration(1'234'567), std::chrono::seconds(90)};
  const auto ms = decode_gaps(encode_gaps(gaps));
  ASSERT_EQ(ms.size(), 3u);
  EXPECT_EQ(ms[0], 0.0F);
  EXPECT_NEAR(static_cast<double>(ms[1]), 1.234567, 1e-6);
  EXPECT_NEAR(static_cast<double>(ms[2]), 90'000.0, 0.01);
}

}  // namespace assay::store
