#include "runner/store/codec.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace assay::store {

TEST(Codec, messages_come_back_as_they_were) {
  const std::vector<Message> messages = {
      {Author::system, {}},
      {Author::developer, {Text{""}}},
      {Author::user, {Text{"quote \" back \\ line \n tab \t nul " + std::string(1, '\0') + " é 日本"}}},
      {Author::assistant, {Text{"a"}, ToolUse{"t1", "lookup", "{\"broken\": "}, Refusal{"no\x1b[31m"}}},
      {Author::tool, {Text{"result"}}},
      {Author::assistant, {Text{"Paris [1]"}, Contexts{{"Paris is\n\"the\" capital", ""}}, Contexts{}}},
      {Author::assistant,
       {Logprobs{{{"5", -0.1234567890123456, {{"5", -0.1234567890123456}, {"4", -9999}}},
                  {"\"", -std::numeric_limits<double>::infinity(), {}},
                  {"", -1e-300, {{"x", -std::numeric_limits<double>::infinity()}}}}},
        Logprobs{}}},
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

TEST(Codec, questions_come_back_as_they_were) {
  const std::vector<Message> messages = {{Author::system, {Text{"You grade."}}},
                                         {Author::user, {Text{"answer: \"x\""}}}};
  const Question questions[] = {
      {"strict", messages, R"({"type":"object"})", true}, {"program:1f", messages, "", false}, {"", {}, "", false}};
  for (const Question& question : questions) {
    auto back = decode_question(encode_question(question));
    ASSERT_TRUE(back) << to_string(back.error());
    EXPECT_EQ(*back, question);
  }
  EXPECT_FALSE(decode_question("[]"));
  EXPECT_FALSE(decode_question(R"({"to":"strict"})"));
}

TEST(Codec, damaged_text_is_an_error) {
  for (const char* text : {"", "{", "[]", "{\"author\":\"user\"}", "{\"parts\":[1]}", R"({"parts":[{"contexts":[1]}]})",
                           R"({"parts":[{"contexts":"x"}]})", R"({"parts":[{"logprobs":[["x"]]}]})",
                           R"({"parts":[{"logprobs":[["x",0,["y","z"]]]}]})", R"({"parts":[{"logprobs":[[1,2]]}]})"}) {
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

TEST(Codec, gaps_come_back_exactly_in_microseconds) {
  using namespace std::chrono_literals;
  const std::vector<Duration> gaps = {0us, 1us, 1'234'567us, 90s, 4'294'967'295us, 2h};
  std::string bytes(gaps.size() * kGapBytes, '\0');
  encode_gaps(gaps, bytes.data());
  std::vector<Duration> back = gaps;
  back.back() = 4'294'967'295us;  // more than 71 minutes between two tokens
  EXPECT_EQ(decode_gaps(bytes), back);
  EXPECT_TRUE(decode_gaps("").empty());
}

TEST(Codec, a_text_is_found_in_the_body_it_came_from) {
  struct Row {
    const char* raw;
    const char* text;
    bool found;
  };
  const Row rows[] = {
      {R"({"content":"Paris"})", "Paris", true},
      {R"({"content":"a \"quoted\"\nline \\ back"})", "a \"quoted\"\nline \\ back", true},
      {R"({"content":"é 日本"})", "é 日本", true},
      {R"({"content":"\u00e9"})", "é", false},  // escaped in another way
      {R"({"content":"Lyon"})", "Paris", false},
      {R"({"content":""})", "", false},
      {"", "Paris", false},
  };
  std::string scratch;
  for (const Row& row : rows) {
    SCOPED_TRACE(row.raw);
    const auto place = place_in(row.raw, row.text, scratch);
    ASSERT_EQ(place.has_value(), row.found);
    if (!place) continue;
    auto text = text_at(row.raw, *place);
    ASSERT_TRUE(text) << to_string(text.error());
    EXPECT_EQ(*text, row.text);
  }
}

TEST(Codec, a_place_outside_of_the_body_is_an_error) {
  for (const std::int64_t place :
       {std::int64_t{-1}, std::int64_t{3} << 32 | 1, std::int64_t{4}, std::int64_t{1} << 40}) {
    SCOPED_TRACE(place);
    auto text = text_at("abc", place);
    ASSERT_FALSE(text);
    EXPECT_EQ(text.error().kind, ErrorKind::store);
  }
}

}  // namespace assay::store
