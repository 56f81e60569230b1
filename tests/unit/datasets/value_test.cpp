#include <assay/datasets/json_value.hpp>

#include <gtest/gtest.h>

#include <string>

namespace assay::datasets {
namespace {

TEST(Value, keeps_numbers_as_they_were_written) {
  struct Row {
    const char* text;
    const char* read;
  };
  for (const auto& row : {
           Row{"1", "1"},
           Row{"-7", "-7"},
           Row{"0.1", "0.1"},
           Row{"1.0", "1.0"},
           Row{"18446744073709551615", "18446744073709551615"},
           Row{"1.10", "\"1.10\""},
           Row{"1e3", "\"1e3\""},
           Row{"-0", "\"-0\""},
           Row{"123456789012345678901234567890", "\"123456789012345678901234567890\""},
           Row{"[1.50, {\"a\": 2.0}]", "[\"1.50\",{\"a\":2.0}]"},
           Row{"\"1.10\"", "\"1.10\""},
           Row{"null", "null"},
           Row{"true", "true"},
       }) {
    SCOPED_TRACE(row.text);
    const auto value = parse_value(row.text, Place{"x", 1, 1});
    ASSERT_TRUE(value) << value.error().message;
    EXPECT_EQ(dump_json(*value), row.read);
  }
}

TEST(Value, reads_nested_values) {
  const auto value = parse_value(R"({"a": [1, [2, {"b": []}], {}], "c": {"d": "e"}})", Place{"x", 1, 1});
  ASSERT_TRUE(value) << value.error().message;
  EXPECT_EQ(dump_json(*value), R"({"a":[1,[2,{"b":[]}],{}],"c":{"d":"e"}})");
}

TEST(Value, says_what_is_wrong_and_where) {
  struct Row {
    std::string text;
    std::string message;
    int line;
    int column;
  };
  const std::string deep(kMaxJsonDepth + 1, '[');
  for (const auto& row : {
           Row{R"({"a": 1,})", "not valid JSON", 7, 9},
           Row{R"({"ä": nope})", "not valid JSON", 7, 8},
           Row{R"({"a": 1)", "unexpected end of input", 7, 8},
           Row{R"({"a": 1, "a": 2})", "the key 'a' is there twice", 7, 1},
           Row{"{\n\"a\": x}", "not valid JSON", 8, 6},
           Row{"1e999", "too large", 7, 5},
           Row{deep, "nested more than 64 levels", 7, 1},
           Row{"{\"a\": \"\xE9t\xE9\"}", "not UTF-8", 7, 8},
       }) {
    SCOPED_TRACE(row.text);
    const auto value = parse_value(row.text, Place{"x.jsonl", 7, 1});
    ASSERT_FALSE(value);
    EXPECT_NE(value.error().message.find(row.message), std::string::npos) << value.error().message;
    EXPECT_EQ(value.error().at.line, row.line);
    EXPECT_EQ(value.error().at.column, row.column);
    EXPECT_FALSE(value.error().hint.empty());
  }
}

TEST(Value, does_not_repeat_the_files_own_text_in_a_message) {
  const auto value = parse_value("{\"a\": \"\x1b[31m evil'; expected", Place{"x", 1, 1});
  ASSERT_FALSE(value);
  EXPECT_EQ(value.error().message.find('\x1b'), std::string::npos) << value.error().message;
  EXPECT_EQ(value.error().message.find("evil"), std::string::npos) << value.error().message;
}

}  // namespace
}  // namespace assay::datasets
