#include "judges/json_schema/strict.hpp"

#include "judges/json_schema/documents.hpp"
#include "judges/json_schema/metaschema.hpp"

#include <assay/text/reader.hpp>
#include <assay/text/utf8.hpp>

#include <fmt/format.h>

#include <set>

namespace assay::judges::schema {

namespace {

const std::set<std::string_view>& annotations() {
  static const std::set<std::string_view> kNames{"title",           "description",      "default",   "examples",
                                                 "$comment",        "readOnly",         "writeOnly", "$schema",
                                                 "contentEncoding", "contentMediaType", "$defs",     "definitions"};
  return kNames;
}

bool is_keyword(std::string_view key) {
  return key == "$id" || key == "$ref" || key == "format" || annotations().contains(key) ||
         assertions().contains(key) || schema_keywords().contains(key);
}

const std::map<std::string_view, std::string_view>& other_drafts() {
  static const std::map<std::string_view, std::string_view> kHints{
      {"id", "draft-04's `id` is `$id`"},
      {"divisibleBy", "write `multipleOf`"},
      {"extends", "write `allOf`"},
      {"disallow", "write `not`"},
      {"nullable", "OpenAPI's `nullable: true` is `type: [string, 'null']`"},
      {"discriminator", "OpenAPI's `discriminator` is `oneOf` with a `const` in each schema"},
      {"example", "write `examples: […]`"},
      {"unevaluatedProperties", "write `additionalProperties: false` in the schema that names the properties"},
      {"unevaluatedItems", "write `additionalItems: false` beside a list of `items`"},
      {"dependentRequired", "write `dependencies: {a: [b]}`"},
      {"dependentSchemas", "write `dependencies: {a: {…schema…}}`"},
      {"prefixItems", "write `items: [{…}, {…}]`"},
      {"minContains", "`contains` asks for one match at least in draft-07"},
      {"maxContains", "`contains` asks for one match at least in draft-07"},
      {"contentSchema", "draft-07 does not look into encoded text"},
      {"deprecated", "write it into `description`, or as `x-deprecated`"},
      {"$anchor", "write `$id: '#name'`"},
      {"$dynamicRef", "write `$ref`"},
      {"$dynamicAnchor", "write `$id: '#name'`"},
      {"$recursiveRef", "write `$ref: '#'`"},
      {"$recursiveAnchor", "write `$ref: '#'`"},
      {"$vocabulary", "leave it out"},
  };
  return kHints;
}

Problem unknown(const std::string& key) {
  if (const auto it = other_drafts().find(key); it != other_drafts().end()) {
    return {fmt::format("'{}' is not a keyword of draft-07", key), std::string(it->second)};
  }
  std::vector<std::string> names{"$id", "$ref", "format"};
  for (const auto name : annotations()) names.emplace_back(name);
  for (const auto& [name, unused] : assertions()) names.emplace_back(name);
  for (const auto& [name, unused] : schema_keywords()) names.emplace_back(name);
  const auto near = text::nearest(key, names);
  return {fmt::format("'{}' is not a keyword of draft-07, and would be ignored", text::excerpt(key, 40)),
          near.empty() ? "properties belong under `properties`; your own notes start with `x-`"
                       : fmt::format("did you mean '{}'?", near)};
}

std::optional<Problem> wrong_draft(const Json& value) {
  const std::string text = value.is_string() ? value.get<std::string>() : dump_json(value);
  for (const std::string_view scheme : {"http", "https"}) {
    const auto uri = fmt::format("{}{}", scheme, kMetaschemaUri.substr(4));
    if (text == uri || text == uri + "#") return std::nullopt;
  }
  return Problem{fmt::format("'{}' is another draft than draft-07", text::excerpt(text, 60)),
                 fmt::format("write `$schema: {}#`, and the schema in that draft", kMetaschemaUri)};
}

std::optional<Problem> without_effect(const Json& schema, std::string_view key) {
  if ((key == "then" || key == "else") && !schema.contains("if")) {
    return Problem{fmt::format("'{}' has no effect without 'if'", key), "add `if`"};
  }
  if (key == "if" && !schema.contains("then") && !schema.contains("else")) {
    return Problem{"'if' has no effect without 'then' or 'else'", "add `then`"};
  }
  if (key == "additionalItems" && !(schema.contains("items") && schema["items"].is_array())) {
    return Problem{"'additionalItems' has no effect unless 'items' is a list", "write `items: [{…}, {…}]`"};
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::pair<std::string, Problem>> find_ignored(const Json& schema, bool is_root) {
  const bool has_ref = schema.contains("$ref");
  for (const auto& [key, value] : schema.items()) {
    if (key.starts_with("x-")) continue;
    if (!is_keyword(key)) return {{key, unknown(key)}};
    if (key == "$schema") {
      if (auto problem = wrong_draft(value)) return {{key, *problem}};
    }
    if (has_ref && key != "$ref" && !annotations().contains(key) && !(key == "$id" && is_root)) {
      return {{key, Problem{fmt::format("'{}' is ignored beside '$ref' in draft-07", key),
                            "write `allOf: [{$ref: …}, {…}]`"}}};
    }
    if (auto problem = without_effect(schema, key)) return {{key, *problem}};
  }
  return std::nullopt;
}

}  // namespace assay::judges::schema
