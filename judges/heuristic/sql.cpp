/// sql: the answer is SQL that SQLite can read.

#include "judges/heuristic/fences.hpp"
#include "judges/heuristic/json_answer.hpp"
#include "judges/heuristic/option_file.hpp"
#include "judges/heuristic/rows.hpp"
#include "judges/heuristic/sql_parse.hpp"
#include "judges/options.hpp"
#include "judges/result.hpp"
#include "judges/schemas.hpp"

#include <assay/core/digest.hpp>
#include <assay/text/file.hpp>
#include <assay/text/utf8.hpp>

#include <fmt/format.h>

namespace assay::judges {

namespace {

Score score(const std::optional<std::string>& schema, bool fence, bool explain_pass, const CheckContext& context) {
  std::string_view text = context.answer;
  if (fence) {
    const auto found = only_fence(context, "SQL");
    if (const auto* const why = std::get_if<std::string>(&found)) return failed(*why);
    text = std::get<std::string_view>(found);
  }
  if (text::trim(text).empty()) return failed(fmt::format("expected SQL, got {}", shown_answer(context)));
  const std::string_view what = fence ? "code fence" : "answer";
  const auto result = check_sql(std::string(text), schema);
  if (const auto* const unknown = std::get_if<SqlUnknown>(&result)) {
    return unscored(fmt::format("the {} cannot be told: {}: {}", what, unknown->why, shown_answer(context)));
  }
  if (const auto* const fault = std::get_if<SqlFault>(&result)) {
    const Place place = text::place_at(text, std::min(fault->at, text.size()), "");
    return failed(fmt::format("the {} is no SQL: {} at line {}, column {}: '{}'", what,
                              text::excerpt(fault->message, 160), place.line, place.column,
                              text::excerpt_around(text, fault->at)));
  }
  Score good = passed();
  if (explain_pass) good.why = fmt::format("the answer is SQL: {}", shown_answer(context));
  return good;
}

/// The schema of the option: a text, or what `{file: …}` names. Nothing after reporting.
std::optional<std::string> read_schema(const text::Node& node, const CompileEnv& env, Diagnostics& diagnostics) {
  if (node.is_scalar()) return node.scalar;
  text::MapReader reader(node, "the schema of 'sql'", diagnostics);
  const auto* const name = reader.require("file", "schema.sql");
  reader.finish();
  if (name == nullptr || !name->is_scalar()) return std::nullopt;
  auto text = text::read_text(resolve_option_file(*name, env));
  if (text) return *std::move(text);
  Error error = text.error();
  if (error.at.line == 0) error.at = name->place();
  diagnostics.error(std::move(error));
  return std::nullopt;
}

std::optional<CompiledCheck> make(const text::Node& options, const CompileEnv& env, Diagnostics& diagnostics) {
  OptionReader reader(options, "sql", diagnostics);
  const bool fence = reader.choice("extract", {"fence"}).has_value();
  std::optional<std::string> schema;
  bool from_file = false;
  if (const auto* const node = reader.reader().get("schema")) {
    schema = read_schema(*node, env, diagnostics);
    from_file = node->is_map();
    if (schema) {
      if (const auto fault = find_schema_fault(*schema)) {
        diagnostics.error(node->place(),
                          fmt::format("the schema of 'sql' cannot be used: {}", text::excerpt(*fault, 160)),
                          "write `CREATE TABLE` statements as SQLite takes them");
      }
    }
  }
  if (!reader.finish()) return std::nullopt;
  CompiledCheck check;
  if (schema && from_file) check.content = to_string(sha256(*schema));
  check.run = at_once([schema, fence, explain_pass = env.explain_pass](const CheckContext& context) {
    return score(schema, fence, explain_pass, context);
  });
  check.verify = [](const Scope&) { return Result<void>(); };
  return check;
}

Json options() {
  const Json file = {{"type", "object"},
                     {"properties", {{"file", {{"type", "string"}}}}},
                     {"required", {"file"}},
                     {"additionalProperties", false}};
  return options_schema(
      {{"schema", Json{{"description", "CREATE statements whose tables and columns must be met, or a file with them"},
                       {"anyOf", {Json{{"type", "string"}}, file}},
                       {"examples", {Json{{"file", "schema.sql"}}, "CREATE TABLE users (id, name)"}}}},
       {"extract", choice_schema("Read the answer's only code fence instead", {"fence"})}},
      {});
}

}  // namespace

CheckKind sql_row() {
  return {.name = "sql",
          .doc =
              "1 if the answer is one or more statements of SQLite's dialect of SQL, else 0; it is read by SQLite and "
              "never executed. Names are not looked up, unless `schema` says what tables there are: then tables, "
              "columns and functions must exist, and what the answer would create does not. `extract: fence` reads the "
              "answer's only Markdown code fence instead. Unscored beyond 1 MB, for WITH clauses that multiply beyond "
              "4,096 copies, and for CREATE TRIGGER and ALTER TABLE without a schema.",
          .example = "sql: {extract: fence}",
          .short_key = "",
          .options = options,
          .short_form = no_short_form,
          .make = make};
}

}  // namespace assay::judges
