#include <assay/text/json_path.hpp>

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace assay::text {
namespace {

const Json kRoot = Json::parse(R"({"city": "Paris", "items": [{"id": 7, "a b": null}, {"id": 8}, 9], "é": {"*": 1}})");

JsonPath path(std::string_view text) {
  auto parsed = JsonPath::parse(text);
  const auto* fault = std::get_if<std::string>(&parsed);
  EXPECT_FALSE(fault) << text << ": " << *fault;
  return fault ? JsonPath() : std::get<JsonPath>(parsed);
}

std::string found(std::string_view text) {
  const auto* value = path(text).find(kRoot);
  return value ? value->dump() : "nothing";
}

std::string all(std::string_view text) {
  std::string joined;
  for (const auto* value : path(text).find_all(kRoot)) joined += value->dump() + ";";
  return joined;
}

TEST(JsonPath, finds_one_value) {
  const std::vector<std::pair<std::string, std::string>> rows = {
      {"$.city", "\"Paris\""},    {"$['city']", "\"Paris\""}, {"$[\"city\"]", "\"Paris\""},
      {"$.items[0].id", "7"},     {"$.items[-1]", "9"},       {"$.items[0]['a b']", "null"},
      {"$.é['*']", "1"},          {"$.town", "nothing"},      {"$.items[3]", "nothing"},
      {"$.items[-4]", "nothing"}, {"$.city[0]", "nothing"},   {"$.items.id", "nothing"},
      {"$.city.id", "nothing"},   {"$.items[*]", "nothing"},  {"$.items['0']", "nothing"}};
  for (const auto& [text, expected] : rows) EXPECT_EQ(found(text), expected) << text;
  EXPECT_EQ(path("$").find(kRoot), &kRoot);
}

TEST(JsonPath, finds_every_value_in_document_order) {
  EXPECT_EQ(all("$.items[*].id"), "7;8;");
  EXPECT_EQ(all("$.items[*]"), R"({"a b":null,"id":7};{"id":8};9;)");
  EXPECT_EQ(all("$.items[0].*"), "null;7;");
  EXPECT_EQ(all("$.*[*].id"), "7;8;");
  EXPECT_EQ(all("$.items[1].id"), "8;");
  EXPECT_EQ(all("$.nothing[*]"), "");
  EXPECT_EQ(all("$.city[*]"), "");
}

TEST(JsonPath, knows_whether_it_means_several) {
  EXPECT_TRUE(path("$.items[*].id").means_several());
  EXPECT_TRUE(path("$.*").means_several());
  EXPECT_FALSE(path("$.items[0]['*']").means_several());
}

TEST(JsonPath, takes_places_out_and_leaves_those_behind_where_they_are) {
  const std::vector<std::pair<std::string, std::string>> rows = {{"$.a", R"({"b":[1,2]})"},
                                                                 {"$.b[0]", R"({"a":{"x":1},"b":[null,2]})"},
                                                                 {"$.b[*]", R"({"a":{"x":1},"b":[null,null]})"},
                                                                 {"$.a.*", R"({"a":{},"b":[1,2]})"},
                                                                 {"$.c", R"({"a":{"x":1},"b":[1,2]})"},
                                                                 {"$", "null"}};
  for (const auto& [text, expected] : rows) {
    Json root = Json::parse(R"({"a":{"x":1},"b":[1,2]})");
    path(text).remove_from(root);
    EXPECT_EQ(root.dump(), expected) << text;
  }
}

TEST(JsonPath, says_what_is_wrong) {
  for (const char* text : {"", "city", "$city", "$.", "$..city", "$.a b", "$[", "$[]", "$[x]", "$['a]", "$['a'",
                           "$['\\n']", "$[1.5]", "$[+1]", "$.a-b", "$ .a", "$[0:2]", "$[?(@.a)]"}) {
    const auto parsed = JsonPath::parse(text);
    const auto* fault = std::get_if<std::string>(&parsed);
    ASSERT_TRUE(fault) << text;
    EXPECT_FALSE(fault->empty()) << text;
  }
}

}  // namespace
}  // namespace assay::text
