#include "runner/endpoints/json_scanner.hpp"

#include <assay/core/json.hpp>

#include <gtest/gtest.h>

#include <string>

namespace assay::endpoints {
namespace {

bool accepts(std::string_view json) {
  JsonScanner scan(json);
  scan.skip();
  return scan.ok() && scan.at_end();
}

TEST(JsonScanner, accepts_what_json_is_and_refuses_what_it_is_not) {
  const char* good[] = {"{}",
                        "[]",
                        "null",
                        "true",
                        "false",
                        "0",
                        "-0.5e+10",
                        "12",
                        "\"\"",
                        " [ 1 , {\"a\" : [ ] } ] ",
                        "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9\"",
                        "{\"a\":{\"b\":[1,2,{\"c\":null}]},\"d\":\"x\"}"};
  for (const auto* json : good) {
    SCOPED_TRACE(json);
    EXPECT_TRUE(accepts(json));
    EXPECT_TRUE(parse_json(json));
  }
  const char* bad[] = {"",    "{",   "}",   "[1,]", "{\"a\":1,}",  "{a:1}",    "[1 2]", "01",       "1.",   ".5",
                       "+1",  "1e",  "tru", "nul",  "truefalse",   "\"\\x\"",  "\"a",   "'a'",      "[,1]", "{\"a\"}",
                       "{,}", "NaN", "--1", "1 2",  "\"\\u12g4\"", "{\"a\":}", "[}",    "{\"a\":1]"};
  for (const auto* json : bad) {
    SCOPED_TRACE(json);
    EXPECT_FALSE(accepts(json));
    EXPECT_FALSE(parse_json(json));
  }
}

TEST(JsonScanner, tells_a_text_that_was_cut_from_one_that_is_wrong) {
  const std::string json = R"({"a":[1,-2.5e3,true,null,"x\u00e9\n"],"b":{"c":"d"}})";
  for (std::size_t cut = 0; cut < json.size(); ++cut) {
    SCOPED_TRACE(json.substr(0, cut));
    JsonScanner scan(std::string_view(json).substr(0, cut));
    scan.skip();
    EXPECT_FALSE(scan.ok());
    EXPECT_TRUE(scan.cut_off());
  }
  for (const auto* wrong : {"{\"a\":1]", "[1 2", "{\"a\" 1", "[trux", "\"\\q"}) {
    SCOPED_TRACE(wrong);
    JsonScanner scan(wrong);
    scan.skip();
    EXPECT_FALSE(scan.ok());
    EXPECT_FALSE(scan.cut_off());
  }
}

TEST(JsonScanner, reads_strings_as_they_are_meant) {
  struct Row {
    const char* json;
    const char* text;
  };
  const Row rows[] = {
      {R"("plain")", "plain"},
      {R"("a\"b\\c\/d\n")", "a\"b\\c/d\n"},
      {R"("\u0041\u00e9\u20ac")", "A\xC3\xA9\xE2\x82\xAC"},
      {R"("\ud83d\ude00")", "\xF0\x9F\x98\x80"},
      {R"("\ud83d")", "\xEF\xBF\xBD"},
      {R"("\ude00x")", "\xEF\xBF\xBDx"},
      {R"("\ud83dx")", "\xEF\xBF\xBDx"},
      {R"("\ud83d\u0041")",
       "\xEF\xBF\xBD"
       "A"},
      {R"("\ud83d\ud83d\ude00")", "\xEF\xBF\xBD\xF0\x9F\x98\x80"},
      {"\"raw \xFF byte\"", "raw \xFF byte"},
      {"\"raw\nline\"", "raw\nline"},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.json);
    JsonScanner scan(row.json);
    std::string text;
    EXPECT_TRUE(scan.read_string(text));
    EXPECT_TRUE(scan.ok() && scan.at_end());
    EXPECT_EQ(text, row.text);
  }
}

TEST(JsonScanner, counts_are_whole_numbers_from_zero) {
  struct Row {
    const char* json;
    std::optional<std::int64_t> count;
  };
  const Row rows[] = {{"0", 0},
                      {"12", 12},
                      {"12.0", 12},
                      {"1e2", 100},
                      {"-1", {}},
                      {"1.5", {}},
                      {"1e400", {}},
                      {"null", {}},
                      {"\"3\"", {}},
                      {"[4]", {}},
                      {"9007199254740994", {}},
                      {"99999999999999999999", {}}};
  for (const auto& row : rows) {
    SCOPED_TRACE(row.json);
    JsonScanner scan(row.json);
    EXPECT_EQ(scan.read_count(), row.count);
    EXPECT_TRUE(scan.ok() && scan.at_end()) << "a value that is no count is skipped";
  }
}

TEST(JsonScanner, walks_objects_and_arrays) {
  JsonScanner scan(R"({"skip":{"x":[1,{"y":2}]},"list":["a","b"],"empty":{},"none":[],"n":3})");
  std::string seen;
  ASSERT_TRUE(scan.enter_object());
  while (const auto key = scan.next_key()) {
    seen += std::string(*key) + ";";
    if (*key == "list") {
      ASSERT_TRUE(scan.enter_array());
      while (scan.next_item()) scan.read_string(seen);
    } else if (*key == "empty") {
      ASSERT_TRUE(scan.enter_object());
      EXPECT_FALSE(scan.next_key());
    } else if (*key == "none") {
      ASSERT_TRUE(scan.enter_array());
      EXPECT_FALSE(scan.next_item());
    } else {
      scan.skip();
    }
  }
  EXPECT_EQ(seen, "skip;list;abempty;none;n;");
  EXPECT_TRUE(scan.ok() && scan.at_end());
}

TEST(JsonScanner, refuses_depth_beyond_the_limit_without_deep_recursion) {
  const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  EXPECT_TRUE(accepts(nested(kMaxJsonDepth)));
  EXPECT_FALSE(accepts(nested(kMaxJsonDepth + 1)));
  EXPECT_FALSE(accepts(nested(1'000'000)));
}

TEST(JsonString, is_read_back_as_it_was) {
  for (const std::string text : {"", "a\"b\\c", "\n\t\r\x01\x1f", "\xC3\xA9 \xF0\x9F\x98\x80", "</script>"}) {
    SCOPED_TRACE(text);
    std::string json;
    append_json_string(json, text);
    const auto back = parse_json(json);
    ASSERT_TRUE(back);
    EXPECT_EQ(back->get<std::string>(), text);
  }
  std::string json;
  append_json_string(json, "a\xFF");
  EXPECT_EQ(json, "\"a\xEF\xBF\xBD\"");
}

}  // namespace
}  // namespace assay::endpoints
