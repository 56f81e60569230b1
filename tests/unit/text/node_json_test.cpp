#include <assay/text/node.hpp>

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace assay::text {
namespace {

TEST(NodeJson, types_only_what_json_would_write_the_same_way) {
  struct Row {
    std::string_view yaml;
    std::string_view json;
  };
  const std::vector<Row> rows{
      {"1", "1"},
      {"-5", "-5"},
      {"0.5", "0.5"},
      {"1.0", "1.0"},
      {"true", "true"},
      {"false", "false"},
      {"~", "null"},
      {"9223372036854775807", "9223372036854775807"},
      {"18446744073709551615", "18446744073709551615"},
      {"18446744073709551616", "\"18446744073709551616\""},
      {"1.10", "\"1.10\""},
      {"010", "\"010\""},
      {"NO", "\"NO\""},
      {"True", "\"True\""},
      {"1e3", "\"1e3\""},
      {"+1", "\"+1\""},
      {"-0", "\"-0\""},
      {".5", "\".5\""},
      {"1.", "\"1.\""},
      {"nan", "\"nan\""},
      {".inf", "\".inf\""},
      {"1e999", "\"1e999\""},
      {"0.1000000000000000055", "\"0.1000000000000000055\""},
      {"'1'", "\"1\""},
      {"\"true\"", "\"true\""},
      {"''", "\"\""},
      {"[a, {b: 2}]", "[\"a\",{\"b\":2}]"},
      {"{1: x}", "{\"1\":\"x\"}"},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(row.yaml);
    const auto node = parse_yaml(row.yaml, "t");
    ASSERT_TRUE(node);
    EXPECT_EQ(dump_json(to_json(*node)), row.json);
  }
}

TEST(NodeJson, comes_back_from_json_unchanged) {
  const Json value = Json::parse(R"({"a":[1,-2,0.5,true,null,"1","x"],"b":{"c":""},"d":[]})");
  const Node node = from_json(value, Place{"data.jsonl", 7, 1});
  EXPECT_EQ(to_json(node), value);
  EXPECT_EQ(node.find("a")->items.at(3).place(), (Place{"data.jsonl", 7, 1}));
  EXPECT_TRUE(node.find("a")->items.at(5).quoted);
}

TEST(NodeJson, describes_what_was_found) {
  EXPECT_EQ(describe(from_json(nullptr, {})), "nothing");
  EXPECT_EQ(describe(from_json("a\x1b", {})), "'a\\x1b'");
  EXPECT_EQ(describe(from_json(Json::array(), {})), "a list");
  EXPECT_EQ(describe(from_json(Json::object(), {})), "a mapping");
}

}  // namespace
}  // namespace assay::text
