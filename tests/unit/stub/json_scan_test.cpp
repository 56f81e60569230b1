#include "runner/stub/json_scan.hpp"

#include <assay/core/json.hpp>

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace assay::stub {
namespace {

bool accepts(std::string_view text) {
  JsonScan scan(text);
  scan.skip();
  return scan.finished();
}

TEST(JsonScan, accepts_what_the_json_library_accepts_and_nothing_else) {
  const std::vector<std::string> rows = {
      R"({})", R"([])", R"("")", "0", "-0", "-12.5e+3", "1E9", "true", "false", "null",
      R"( { "a" : [ 1 , {"b":"c"} ] } )", R"("\u00e9\ud83d\ude00\"\\\/\b\f\n\r\t")", "\"gr\xC3\xBC\xC3\x9F\"",
      R"([[],[[]],{}])",
      // and now the bad ones
      "", " ", "{", "}", "[1,]", "[,1]", "[1 2]", R"({"a"})", R"({"a":})", R"({"a":1,})", R"({a:1})",
      R"({"a":1 "b":2})", "01", "1.", ".5", "-", "1e", "+1", "tru", "nulll", "truefalse", R"("\x")", R"("\u12g4")",
      R"("\u12)", R"("abc)", "\"a\nb\"", "\"\x01\"", "\"\xFF\"", "\"\xC3\"", R"({"a":1}x)", "[1]]", "\"\\", "\"\\u\"",
      "{]", "[}", "'a'", "NaN", R"({1:2})", R"(["a":1])", R"({"a",1})"};
  for (const std::string& row : rows) {
    SCOPED_TRACE(row);
    EXPECT_EQ(accepts(row), Json::accept(row));
  }
}

TEST(JsonScan, refuses_nesting_beyond_the_limit_and_survives_any_depth) {
  const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  EXPECT_TRUE(accepts(nested(kMaxJsonDepth)));
  EXPECT_FALSE(accepts(nested(kMaxJsonDepth + 1)));
  EXPECT_FALSE(accepts(std::string(1'000'000, '[')));
  EXPECT_FALSE(accepts(std::string(1'000'000, '{')));
}

TEST(JsonScan, unescapes_as_the_json_library_does) {
  const std::vector<std::string> rows = {R"(plain)",        R"(a\nb\tc\rd\be\ff)", R"(\"\\\/)",
                                         R"(\u00e9\u20ac)", R"(\ud83d\ude00!)",    R"()"};
  for (const std::string& raw : rows) {
    SCOPED_TRACE(raw);
    EXPECT_EQ(unescape(raw), Json::parse("\"" + raw + "\"").get<std::string>());
  }
}

TEST(JsonScan, turns_lone_surrogates_into_the_replacement_character) {
  EXPECT_EQ(unescape(R"(a\ud800b)"),
            "a\xEF\xBF\xBD"
            "b");
  EXPECT_EQ(unescape(R"(\ude00)"), "\xEF\xBF\xBD");
  EXPECT_EQ(unescape(R"(\ud800\u0041)"),
            "\xEF\xBF\xBD"
            "A");
}

TEST(JsonScan, quotes_text_that_the_json_library_reads_back) {
  std::string hostile = "a\"b\\c\nd\te\x01\x1F\x7F gr\xC3\xBC\xC3\x9F \xF0\x9F\x98\x80 ";
  hostile += '\0';
  std::string out;
  append_quoted(out, hostile);
  EXPECT_EQ(Json::parse(out).get<std::string>(), hostile);
}

}  // namespace
}  // namespace assay::stub
