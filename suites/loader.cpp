#include "suites/plain_value.hpp"
#include "suites/reading.hpp"

#include <assay/text/utf8.hpp>

#include <fmt/format.h>

namespace assay::suites {

namespace {

constexpr std::int64_t kMaxSamples = 10'000;
const std::vector<std::string> kKinds{"golden", "adversarial", "trajectory"};

void read_name(text::MapReader& reader, std::string_view key, std::string& name) {
  auto text = reader.string(key);
  if (!text) return;
  if (!is_name(*text)) {
    reader.diagnostics().error(reader.get(key)->place(), fmt::format("{} {} is no name", key, text::in_quotes(*text)),
                               "use letters, digits, '.', '_' and '-', at most 128 of them");
  }
  name = std::move(*text);
}

void read_kind(text::MapReader& reader, Suite& suite) {
  suite.kind = "golden";
  const auto kind = reader.choice("kind", kKinds);
  if (!kind || *kind == "golden") return;
  reader.diagnostics().error(reader.get("kind")->place(),
                             fmt::format("suites of kind '{}' are not available in this version", *kind),
                             "write kind: golden");
}

void read_head(text::MapReader& reader, Suite& suite) {
  read_version(reader);
  static_cast<void>(reader.require("suite", "capitals"));
  read_name(reader, "suite", suite.id);
  read_kind(reader, suite);
  static_cast<void>(reader.string("description"));
  suite.prompt = suite.id;
  read_name(reader, "prompt", suite.prompt);
  for (auto& [role, team] : reader.string_map("owners")) suite.owners.emplace(std::move(role), std::move(team));
  suite.floor = reader.number("floor", 0, 1);
}

void read_params(text::MapReader& defaults, Suite& suite) {
  const auto* params = defaults.get("params");
  if (params == nullptr) return;
  if (params->is_map()) {
    suite.params = plain_value(*params);
  } else {
    defaults.diagnostics().error(params->place(), fmt::format("params is a mapping, not {}", text::describe(*params)),
                                 "write params: {temperature: 0, max_tokens: 256}");
  }
}

void read_defaults(const text::Node& node, const Uses& uses, Suite& suite, Diagnostics& diagnostics) {
  text::MapReader defaults(node, "defaults", diagnostics);
  if (!node.is_map()) return;
  if (const auto samples = defaults.integer("samples", 1, kMaxSamples)) {
    suite.samples = static_cast<std::uint32_t>(*samples);
  }
  read_params(defaults, suite);
  if (const auto* checks = defaults.get("checks")) {
    suite.default_checks = read_checks(*checks, uses, diagnostics);
  }
  defaults.finish();
}

// True if every case has a check from `defaults`, or would have one if that list had no fault.
bool has_default_checks(const text::Node& root) {
  const auto* defaults = root.find("defaults");
  const auto* checks = defaults == nullptr ? nullptr : defaults->find("checks");
  return checks != nullptr && !checks->is_null() && !(checks->is_seq() && checks->items.empty());
}

void read_body(text::MapReader& reader, Suite& suite) {
  auto& diagnostics = reader.diagnostics();
  if (const auto* messages = reader.require("messages", "[{user: \"{{question}}\"}]")) {
    suite.messages = read_messages(*messages, suite.file, diagnostics);
  }
  const auto before = diagnostics.error_count();
  if (const auto* include = reader.get("include")) {
    suite.shared_checks = read_includes(*include, suite.file, diagnostics);
  }
  const Uses uses{suite.shared_checks, diagnostics.error_count() == before};
  if (const auto* defaults = reader.get("defaults")) read_defaults(*defaults, uses, suite, diagnostics);
  const auto* cases = reader.get("cases");
  const auto* dataset = reader.get("dataset");
  if (cases == nullptr && dataset == nullptr) {
    reader.error("the suite has no case", "add cases: [{id: fr, …}] or dataset: {file: ../data/cases.jsonl}");
  }
  if (cases != nullptr) {
    suite.cases = read_cases(*cases, uses, has_default_checks(reader.node()), diagnostics);
  }
  if (dataset != nullptr) suite.dataset = read_dataset(*dataset, suite.file, diagnostics);
}

}  // namespace

std::optional<Suite> load(const std::filesystem::path& file, Diagnostics& diagnostics) {
  const auto before = diagnostics.error_count();
  auto suite = load_with_faults(file, diagnostics);
  if (diagnostics.error_count() != before) return std::nullopt;
  return suite;
}

std::optional<Suite> load_with_faults(const std::filesystem::path& file, Diagnostics& diagnostics) {
  const auto root = text::load_yaml(file);
  if (!root) {
    diagnostics.error(root.error());
    return std::nullopt;
  }
  Suite suite;
  suite.file = file;
  suite.at = root->place();
  text::MapReader reader(*root, "suite", diagnostics);
  if (!root->is_map()) return std::nullopt;
  read_head(reader, suite);
  read_body(reader, suite);
  reader.finish();
  return suite;
}

}  // namespace assay::suites
