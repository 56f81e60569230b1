/// json_schema: the answer is JSON that a schema accepts.

#include "judges/heuristic/json_answer.hpp"
#include "judges/heuristic/option_file.hpp"
#include "judges/heuristic/rows.hpp"
#include "judges/json_schema/schema.hpp"
#include "judges/json_schema/uri.hpp"
#include "judges/options.hpp"
#include "judges/result.hpp"
#include "judges/schemas.hpp"

#include <assay/core/digest.hpp>
#include <assay/text/file.hpp>
#include <assay/text/utf8.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

namespace assay::judges {

namespace {

namespace fs = std::filesystem;
using schema::Schema;

std::string where(const schema::Fault& fault) {
  const std::string pointer = fault.pointer.empty() ? "" : fmt::format(" at {}", text::excerpt(fault.pointer, 80));
  return fault.document.empty() ? pointer : fmt::format(" in {}{}", fault.document, pointer);
}

// The node a JSON Pointer leads to, or the nearest one above it.
const text::Node& at_pointer(const text::Node& root, const std::string& pointer) {
  const text::Node* node = &root;
  for (const auto& segment : schema::split_pointer(pointer).value_or(std::vector<std::string>{})) {
    const text::Node* next = node->find(segment);
    if (const auto index = text::parse_integer(segment); node->is_seq() && index && *index >= 0) {
      const auto i = static_cast<std::size_t>(*index);
      next = i < node->items.size() ? &node->items[i] : nullptr;
    }
    if (next == nullptr) break;
    node = next;
  }
  return *node;
}

/// A schema as it came, with what is needed to place its faults.
struct Loaded {
  Json json;
  std::optional<text::Node> node;  ///< from YAML
  Place at;
};

Result<Loaded> load(const fs::path& path) {
  if (path.extension() == ".yaml" || path.extension() == ".yml") {
    auto node = text::load_yaml(path);
    if (!node) return node.error();
    return Loaded{.json = text::to_json(*node), .node = *node, .at = node->place()};
  }
  const auto text = text::read_text(path);
  if (!text) return text.error();
  auto json = parse_json(*text);
  if (json) return Loaded{.json = *std::move(json), .node = {}, .at = {.file = path.string()}};
  Error error = json.error();
  error.kind = ErrorKind::invalid;
  error.at.file = path.string();
  return error;
}

/// A compiled schema, and the digest of the file it came from.
struct FromFile {
  Schema schema;
  std::string digest;
};

std::optional<FromFile> load_file(const text::Node& name, const CompileEnv& env, const schema::Options& options,
                                  Diagnostics& diagnostics) {
  if (!name.is_scalar()) {
    diagnostics.error(name.place(), "the file of 'json_schema' must be a path, found " + text::describe(name),
                      "write `file: answer.schema.json`");
    return std::nullopt;
  }
  auto loaded = load(resolve_option_file(name, env));
  if (!loaded) {
    Error error = loaded.error();
    if (error.at.line == 0) error.at = name.place();
    diagnostics.error(std::move(error));
    return std::nullopt;
  }
  auto compiled = Schema::compile(loaded->json, options);
  if (auto* const fault = std::get_if<schema::Fault>(&compiled)) {
    const bool here = loaded->node && fault->document.empty();
    diagnostics.error(here ? at_pointer(*loaded->node, fault->pointer).place() : loaded->at,
                      fmt::format("the schema cannot be used{}: {}", where(*fault), fault->message), fault->hint);
    return std::nullopt;
  }
  return FromFile{std::get<Schema>(std::move(compiled)), to_string(sha256(canonical_json(loaded->json)))};
}

Score judge(const Schema& schema, bool fence, bool explain_pass, const CheckContext& context) {
  const auto value = json_of(context, fence);
  if (const auto* const why = std::get_if<std::string>(&value)) return failed(*why);
  if (const auto violation = schema.validate(std::get<Json>(value))) {
    const auto& pointer = violation->pointer;
    return failed(pointer.empty() ? fmt::format("the answer {}", violation->message)
                                  : fmt::format("{} in the answer {}", text::excerpt(pointer, 80), violation->message));
  }
  Score score = passed();
  if (explain_pass) score.why = fmt::format("the answer matches the schema: {}", shown_answer(context));
  return score;
}

// Own keys of the options form; none of them is a keyword of draft-07.
bool is_options(const text::Node& argument) {
  return argument.find("value") != nullptr || argument.find("file") != nullptr;
}

std::optional<Templated<Schema>> inline_schema(OptionReader& reader, const schema::Options& options) {
  const auto source = reader.value("value", "{type: object}");
  if (!source) return std::nullopt;
  const auto& written = *reader.reader().get("value");
  if (source->constant() && written.is_scalar() && !text::to_json(written).is_boolean()) {
    reader.diagnostics().error(written.place(), "a schema must be a mapping, found " + text::describe(written),
                               "write `json_schema: {file: answer.schema.json}` for a file");
    return std::nullopt;
  }
  if (source->constant()) {
    // Compiled here for the sake of the place within the schema.
    const auto compiled = Schema::compile(text::to_json(written), options);
    if (const auto* const fault = std::get_if<schema::Fault>(&compiled)) {
      reader.diagnostics().error(at_pointer(written, fault->pointer).place(),
                                 fmt::format("the schema cannot be used{}: {}", where(*fault), fault->message),
                                 fault->hint);
      return std::nullopt;
    }
  }
  return reader.ready<Schema>(source, [options](const Json& json) -> Parsed<Schema> {
    auto compiled = Schema::compile(json, options);
    if (auto* const fault = std::get_if<schema::Fault>(&compiled)) {
      return Wrong{fmt::format("cannot be used as a schema{}: {}", where(*fault), fault->message), fault->hint};
    }
    return std::get<Schema>(std::move(compiled));
  });
}

CompiledCheck check_with(const std::function<Result<std::shared_ptr<const Schema>>(const Scope&)>& get, bool fence,
                         bool explain_pass) {
  CompiledCheck check;
  check.run = at_once([get, fence, explain_pass](const CheckContext& context) {
    const auto schema = get(context.scope);
    return schema ? judge(**schema, fence, explain_pass, context) : broken(schema.error());
  });
  check.verify = [get](const Scope& scope) -> Result<void> {
    const auto schema = get(scope);
    return schema ? Result<void>() : schema.error();
  };
  return check;
}

std::optional<CompiledCheck> make(const text::Node& options, const CompileEnv& env, Diagnostics& diagnostics) {
  OptionReader reader(options, "json_schema", diagnostics);
  const bool fence = reader.choice("extract", {"fence"}).has_value();
  const bool formats = !reader.choice("formats", {"ignore"}).has_value();
  const schema::Options how{.strict = true, .formats = formats, .resolver = {}};
  const auto* const file = reader.reader().get("file");
  if (file == nullptr) {
    const auto schema = inline_schema(reader, how);
    if (!reader.finish() || !schema) return std::nullopt;
    return check_with([schema = *schema](const Scope& scope) { return schema.get(scope); }, fence, env.explain_pass);
  }
  if (reader.reader().get("value") != nullptr) {
    reader.reader().error("'json_schema' takes `value` or `file`, not both", "take one out");
  }
  const auto schema = load_file(*file, env, how, diagnostics);
  if (!reader.finish() || !schema) return std::nullopt;
  const auto shared = std::make_shared<const Schema>(schema->schema);
  auto check = check_with([shared](const Scope&) { return Result<std::shared_ptr<const Schema>>(shared); }, fence,
                          env.explain_pass);
  check.content = schema->digest;
  return check;
}

Json value_schema() {
  const Json draft_07 = {{"$ref", "http://json-schema.org/draft-07/schema#"}};
  const Json variable = {{"type", "string"}, {"pattern", "^\\{\\{[^{}]+\\}\\}$"}};
  return {{"description", "A draft-07 schema, or a variable that holds one"}, {"anyOf", {draft_07, variable}}};
}

Json options() {
  Json schema = options_schema({{"value", value_schema()},
                                {"file", Json{{"description", "A file with the schema, relative to this one"},
                                              {"type", "string"},
                                              {"examples", {"answer.schema.json"}}}},
                                {"extract", choice_schema("Read the answer's only code fence instead", {"fence"})},
                                {"formats", choice_schema("Assert no `format` at all", {"ignore"})}},
                               {});
  schema["oneOf"] = {Json{{"required", {"value"}}}, Json{{"required", {"file"}}}};
  return schema;
}

Json short_form() {
  Json schema = value_schema();
  schema["not"] = {{"type", "object"}, {"anyOf", {Json{{"required", {"value"}}}, Json{{"required", {"file"}}}}}};
  schema["examples"] =
      Json::array({Json{{"type", "object"}, {"required", {"city"}}, {"properties", {{"city", {{"type", "string"}}}}}}});
  return schema;
}

}  // namespace

CheckKind json_schema_row() {
  return {
      .name = "json_schema",
      .doc =
          "1 if the answer is one JSON value (as `json` reads it) that the JSON Schema (draft-07) accepts, else 0. "
          "The argument is the schema itself, or options: a mapping with `value` (the schema) or `file`. The formats "
          "date, time, date-time, email, uuid, uri, ipv4 and ipv6 are asserted; other formats, other drafts and "
          "keywords that would be ignored are refused, and nothing is fetched. Patterns run in linear time, without "
          "look-around.",
      .example = "json_schema: {file: answer.schema.json}",
      .short_key = "value",
      .options = options,
      .short_form = short_form,
      .make = make,
      .is_options = is_options};
}

}  // namespace assay::judges
