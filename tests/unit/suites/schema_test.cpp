#include "tests/unit/suites/support.hpp"

#include <set>

namespace assay::suites {
namespace {

void expect_documented(const OrderedJson& schema, const std::string& path) {
  if (schema.contains("properties")) {
    for (const auto& [key, property] : schema["properties"].items()) {
      SCOPED_TRACE(path + "/" + key);
      const bool elsewhere = property.contains("$ref");
      EXPECT_TRUE(elsewhere || property.contains("title"));
      EXPECT_TRUE(elsewhere || property.contains("description"));
      EXPECT_TRUE(elsewhere || property.contains("examples"));
      expect_documented(property, path + "/" + key);
    }
    EXPECT_EQ(schema.value("additionalProperties", OrderedJson(true)), OrderedJson(false)) << path;
  }
  if (schema.contains("anyOf")) {
    for (const auto& option : schema["anyOf"]) expect_documented(option, path + "/anyOf");
  }
}

TEST(Schema, every_key_is_documented_for_editors) {
  const auto schema = suite_schema({});
  EXPECT_EQ(schema["$schema"], "http://json-schema.org/draft-07/schema#");
  expect_documented(schema, "");
  for (const auto& [name, definition] : schema["definitions"].items()) expect_documented(definition, name);
}

TEST(Schema, every_reference_leads_somewhere_and_stands_alone) {
  const auto schema = suite_schema({});
  const std::function<void(const OrderedJson&)> walk = [&](const OrderedJson& node) {
    if (node.is_object() && node.contains("$ref")) {
      EXPECT_EQ(node.size(), 1u) << "draft-07 ignores what stands beside $ref: " << node.dump();
      const auto target = node["$ref"].get<std::string>().substr(1);
      EXPECT_TRUE(schema.contains(OrderedJson::json_pointer(target))) << target;
    }
    if (node.is_structured()) {
      for (const auto& child : node) walk(child);
    }
  };
  walk(schema);
}

TEST(Schema, offers_the_checks_of_the_table) {
  const auto schema = suite_schema(
      {{"contains", "The answer holds this text.", Json{{"type", "string"}}}, {"any", "Anything.", Json(true)}});
  const auto& checks = schema["definitions"]["check"]["properties"];
  EXPECT_EQ(checks["contains"]["description"], "The answer holds this text.");
  EXPECT_EQ(checks["contains"]["type"], "string");
  EXPECT_EQ(checks["any"]["allOf"], OrderedJson::array({true}));
  EXPECT_TRUE(checks.contains("use"));
}

}  // namespace
}  // namespace assay::suites
