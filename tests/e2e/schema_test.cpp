/// `assay schema`: what editors are told agrees with what ships.

#include "suites/plain_value.hpp"
#include "tests/e2e/project.hpp"

#include <assay/text/node.hpp>

#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validator.hpp>

namespace assay::e2e {
namespace {

namespace fs = std::filesystem;

Json schema_of(const std::string& kind) {
  const Project project;
  const auto ended = project.assay({"schema", kind});
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_EQ(ended.err, "");
  return json_of(ended.out);
}

// What does not fit, or "".
std::string misfit(const Json& schema, const fs::path& file) {
  const auto root = text::load_yaml(file);
  if (!root) return to_string(root.error());
  valijson::Schema parsed;
  // The suite's schema names that of draft-07 for the argument of json_schema.
  static const Json draft_07 = Json::object();
  valijson::SchemaParser(valijson::SchemaParser::kDraft7)
      .populateSchema(
          valijson::adapters::NlohmannJsonAdapter(schema), parsed, [](const std::string&) { return &draft_07; },
          [](const Json*) {});
  const Json instance = suites::plain_value(*root);
  valijson::ValidationResults results;
  valijson::Validator validator;
  if (validator.validate(parsed, valijson::adapters::NlohmannJsonAdapter(instance), &results)) return "";
  valijson::ValidationResults::Error error;
  std::string all = "does not fit:";
  while (results.popError(error)) all += "\n  " + error.description;
  return all;
}

// Which schema a shipped file is for, by its place.
std::string kind_of(const fs::path& file) {
  const auto name = file.filename().string();
  if (name == "assay.yaml") return "config";
  if (name.find("gate.yaml") != std::string::npos) return "gate";
  if (name == "stub.yaml" || name == "model.yaml") return "stub";
  return "suite";
}

// `{"examples", {Json{"a", "b"}}}` is a mapping to the JSON library, and then the whole is no schema to an editor.
void expect_lists_of_examples(const Json& node) {
  if (node.is_object() && node.contains("examples")) {
    EXPECT_TRUE(node.at("examples").is_array()) << node.at("examples").dump();
  }
  if (!node.is_structured()) return;
  for (const auto& child : node) expect_lists_of_examples(child);
}

TEST(Schema, every_kind_is_draft_07_and_refuses_unknown_keys) {
  for (const char* kind : {"suite", "config", "gate", "stub"}) {
    SCOPED_TRACE(kind);
    const auto schema = schema_of(kind);
    EXPECT_EQ(schema.at("$schema"), "http://json-schema.org/draft-07/schema#");
    EXPECT_EQ(schema.at("additionalProperties"), false);
    expect_lists_of_examples(schema);
    for (const auto& [key, property] : schema.at("properties").items()) {
      EXPECT_TRUE(property.contains("description") || property.contains("$ref")) << key << " has no description";
    }
    const TempDir dir;
    EXPECT_NE(misfit(schema, dir.write("x.yaml", "version: 1\nnonsense: true\n")), "");
  }
  const Project project;
  const auto unknown = project.assay({"schema", "nonsense"});
  EXPECT_EQ(unknown.code, 4);
  EXPECT_EQ(unknown.out, "");
}

TEST(Schema, agrees_with_every_shipped_file) {
  std::map<std::string, int> seen;
  for (const auto& entry : fs::recursive_directory_iterator(fs::path(ASSAY_SOURCE_DIR) / "suites")) {
    if (entry.path().extension() != ".yaml") continue;
    SCOPED_TRACE(entry.path());
    const auto kind = kind_of(entry.path());
    static std::map<std::string, Json> schemas;
    if (!schemas.contains(kind)) schemas[kind] = schema_of(kind);
    EXPECT_EQ(misfit(schemas[kind], entry.path()), "");
    ++seen[kind];
  }
  for (const char* kind : {"suite", "config", "gate", "stub"}) EXPECT_GE(seen[kind], 2) << kind;
}

TEST(Schema, every_shipped_file_is_valid) {
  const Project project;
  const auto root = fs::path(ASSAY_SOURCE_DIR) / "suites";
  for (const auto& entry : fs::recursive_directory_iterator(root)) {
    if (entry.path().extension() != ".yaml" || kind_of(entry.path()) == "gate") continue;
    if (entry.path().filename() == "gsm8k.yaml") continue;  // its data is not shipped
    const auto ended = project.assay({"validate", entry.path().string()});
    EXPECT_EQ(ended.code, 0) << ended.err;
  }
}

}  // namespace
}  // namespace assay::e2e
