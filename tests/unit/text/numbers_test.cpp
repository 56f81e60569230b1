#include <assay/text/reader.hpp>

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace assay::text {
namespace {

using namespace std::chrono_literals;

TEST(Numbers, read_whole_finite_decimals_only) {
  EXPECT_EQ(parse_number("-1.5"), -1.5);
  EXPECT_EQ(parse_number("+2"), 2);
  EXPECT_EQ(parse_number(".5"), 0.5);
  EXPECT_EQ(parse_number("1e3"), 1000);
  for (const auto* text :
       {"", " 1", "1 ", "1,5", "0x10", "nan", "inf", "-inf", "1e999", "+-1", "+", "1_000", "12:30"}) {
    EXPECT_EQ(parse_number(text), std::nullopt) << text;
  }
  EXPECT_EQ(parse_integer("-42"), -42);
  EXPECT_EQ(parse_integer("+7"), 7);
  for (const auto* text : {"", "1.0", "1e3", "9223372036854775808", "0x10", "1 ", "++1"}) {
    EXPECT_EQ(parse_integer(text), std::nullopt) << text;
  }
}

TEST(Durations, read_a_number_and_its_unit) {
  EXPECT_EQ(*parse_duration("500ms"), 500ms);
  EXPECT_EQ(*parse_duration("1.5s"), 1500ms);
  EXPECT_EQ(*parse_duration("2m"), 2min);
  EXPECT_EQ(*parse_duration("1h"), 1h);
  EXPECT_EQ(*parse_duration("14d"), 14 * 24h);
  EXPECT_EQ(*parse_duration("0s"), 0s);
  EXPECT_EQ(*parse_duration("30 s"), 30s);
}

TEST(Durations, say_what_is_wrong) {
  struct Row {
    std::string_view text;
    std::string_view message;
  };
  const std::vector<Row> rows{
      {"30", "'30' has no unit"},
      {"", "'' is not a duration"},
      {"s", "'s' is not a duration"},
      {"5 min", "'5 min' has an unknown unit"},
      {"5 sec", "'5 sec' has an unknown unit"},
      {"-1s", "'-1s' is not between 0 and 100 years"},
      {"1e9d", "'1e9d' is not between 0 and 100 years"},
      {"1m30s", "'1m30s' is not a duration"},
  };
  for (const Row& row : rows) {
    const auto result = parse_duration(row.text);
    ASSERT_FALSE(result) << row.text;
    EXPECT_EQ(result.error().message, row.message);
    EXPECT_NE(result.error().hint.find("500ms, 1.5s, 2m, 1h, 14d"), std::string::npos);
  }
}

TEST(Nearest, finds_slips_of_the_finger_and_nothing_else) {
  const std::vector<std::string> keys{"suite", "floor", "messages", "defaults", "cases", "größe"};
  struct Row {
    std::string_view word;
    std::string_view found;
  };
  const std::vector<Row> rows{
      {"flor", "floor"},
      {"folor", "floor"},
      {"FLOOR", "floor"},
      {"message", "messages"},
      {"mesages", "messages"},
      {"casse", "cases"},
      {"grösse", "größe"},
      {"judges", ""},
      {"x", ""},
      {"", ""},
      {"default", "defaults"},
  };
  for (const Row& row : rows) EXPECT_EQ(nearest(row.word, keys), row.found) << row.word;
  EXPECT_EQ(nearest(std::string(1'000'000, 'f'), keys), "");
}

TEST(Suggest, gives_the_nearest_and_a_list_that_ends) {
  const std::vector<std::string> keys{"floor", "suite"};
  EXPECT_EQ(suggest("flor", keys, "known keys"), "did you mean 'floor'? known keys: floor, suite");
  EXPECT_EQ(suggest("zzz", keys, "known keys"), "known keys: floor, suite");
  EXPECT_EQ(suggest("zzz", {}, "known keys"), "");
  std::vector<std::string> many;
  for (int i = 0; i < 100; ++i) many.push_back("key" + std::to_string(i));
  const std::string hint = suggest("zzz", many, "known keys");
  EXPECT_TRUE(hint.ends_with("key11, … (88 more)")) << hint;
}

}  // namespace
}  // namespace assay::text
