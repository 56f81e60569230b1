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
  for (const char* kind : {"suite", "config", "gate", "waivers", "stub"}) {
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

TEST(Schema, agrees_with_a_whole_policy_and_its_waivers) {
  const Project project;
  const auto policy = project.write("gate.yaml", R"(version: 1
alpha: 0.05
max_error_rate: 0.02
baseline: {ref: main, runs: 5, max_age: 14d, anchor: ga-2026-09, anchor_margin: 0.10, bootstrap: false}
gates:
  - {id: overall, metric: pass_rate, floor: 0.80, margin: 0.05, axis: quality}
  - {id: critical, metric: pass_rate, where: {severity: critical}, zero_tolerance: true, confirm: strict}
  - {id: by-continent, suite: capitals, metric: pass_rate, by: continent, margin: 0.10, min_n: auto}
  - {id: cost, metric: cost_per_pass, max: 0.02, max_increase: 0.10}
  - {id: better, metric: score, improvement: 0.01}
judge: {min_youden: 0.6, max_age: 90d}
sampling: {looks: [0.4, 0.6, 0.8, 1.0], spending: obf, repeat: {max_rounds: 5, spending: pocock, only: history_flaky}}
waivers: waivers.yaml
signoff: {required: [quality, platform]}
on_inconclusive: fail
canary: {stages: [0.05, 0.25, 0.5, 1.0], tolerated_ratio: 2, failure_rate: 0.02, rollback: {to: "sha256:ab"},
         checklist: {runbook: "https://r", oncall: geo, kill_switch: flag-1, fallback: v6, dashboard: "https://d"}}
replay: {max_age: 7d}
)");
  const auto waivers = project.write("waivers.yaml", R"(version: 1
waivers:
  - {id: W-12, gate: by-continent, suite: capitals, slice: {continent: asia}, candidate: "sha256:ab", limit: 0.74,
     reason: known, author: ben, approver: ana, role: quality, ticket: GEO-1, expires: 2026-12-15}
signoffs: [{decision: "sha256:ab", role: quality, by: ana, at: 2026-11-21T10:00:00Z}]
quarantine: [{suite: capitals, case: jp, owner: geo, reason: flaky, expires: 2026-12-01}]
weakenings: [{gate: overall, key: floor, from: 0.85, to: 0.80, reason: known, by: ana}]
)");
  EXPECT_EQ(misfit(schema_of("gate"), policy), "");
  EXPECT_EQ(misfit(schema_of("waivers"), waivers), "");
  const auto valid = project.assay({"validate", "gate.yaml", "waivers.yaml"});
  EXPECT_EQ(valid.code, 0) << valid.err;
  project.write("waivers.yaml", "version: 1\nwaivers: [{id: W-12}]\n");
  const auto invalid = project.assay({"validate", "gate.yaml"});
  EXPECT_EQ(invalid.code, 4) << "a policy's waivers are part of it";
  EXPECT_NE(invalid.err.find("waivers.yaml:2:"), std::string::npos) << invalid.err;
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
