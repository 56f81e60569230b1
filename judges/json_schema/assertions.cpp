#include "judges/json_schema/assertions.hpp"

#include "judges/json_schema/pattern.hpp"
#include "judges/json_schema/value.hpp"

#include <assay/text/reader.hpp>
#include <assay/text/utf8.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

namespace assay::judges::schema {

namespace {

using Outcome = std::optional<Problem>;

constexpr std::array<std::pair<std::string_view, std::uint8_t>, 7> kTypes{{{"null", kNull},
                                                                           {"boolean", kBoolean},
                                                                           {"object", kObject},
                                                                           {"array", kArray},
                                                                           {"number", kNumber},
                                                                           {"string", kString},
                                                                           {"integer", kInteger}}};

Outcome add_type(const Json& value, Node& node) {
  static const Problem kProblem{"must be null, boolean, object, array, number, string or integer, or a list of them",
                                "write `type: string`"};
  if (!value.is_string()) return kProblem;
  for (const auto& [name, bit] : kTypes) {
    if (value.get_ref<const std::string&>() == name) {
      node.types = static_cast<std::uint8_t>(node.types | bit);
      return std::nullopt;
    }
  }
  Problem problem = kProblem;
  const std::vector<std::string> names{"null", "boolean", "object", "array", "number", "string", "integer"};
  const auto near = text::nearest(value.get_ref<const std::string&>(), names);
  if (!near.empty()) problem.hint = fmt::format("did you mean '{}'?", near);
  return problem;
}

Outcome read_type(const Json& value, Node& node) {
  if (!value.is_array()) return add_type(value, node);
  if (value.empty()) return Problem{"must name at least one type", "write `type: string`"};
  for (const auto& item : value) {
    if (auto problem = add_type(item, node)) return problem;
  }
  return std::nullopt;
}

Outcome read_enum(const Json& value, Node& node) {
  if (!value.is_array() || value.empty())
    return Problem{"must be a list of at least one value", "write `enum: [a, b]`"};
  ValueSet set;
  for (const auto& item : value) set.keys.insert(value_key(item));
  std::string shown = dump_json(value);
  set.shown = "one of " + text::excerpt(shown, 120);
  node.values.push_back(std::move(set));
  return std::nullopt;
}

Outcome read_const(const Json& value, Node& node) {
  node.values.push_back({.keys = {value_key(value)}, .shown = text::excerpt(dump_json(value), 120)});
  return std::nullopt;
}

Outcome read_number(const Json& value, std::optional<Json>& into) {
  if (value.is_boolean()) {
    return Problem{"must be a number", "draft-04's `exclusiveMinimum: true` is `exclusiveMinimum: N` in draft-07"};
  }
  if (!value.is_number()) return Problem{"must be a number", "write it as JSON does: 0.1, not 0.10 or '0.1'"};
  into = value;
  return std::nullopt;
}

Outcome read_multiple(const Json& value, Node& node) {
  if (!value.is_number() || !less(Json(0), value))
    return Problem{"must be a number above 0", "write `multipleOf: 0.01`"};
  node.number.multiple_of = value;
  return std::nullopt;
}

Outcome read_size(const Json& value, std::optional<std::uint64_t>& into) {
  if (!value.is_number() || !is_integral(value) || less(value, Json(0))) {
    return Problem{"must be a whole number, 0 or more", ""};
  }
  constexpr auto kMost = std::numeric_limits<std::int64_t>::max();
  into = less(Json(kMost), value) ? static_cast<std::uint64_t>(kMost) : value.get<std::uint64_t>();
  return std::nullopt;
}

Outcome read_unique(const Json& value, Node& node) {
  if (!value.is_boolean()) return Problem{"must be true or false", ""};
  node.array.unique = value.get<bool>();
  return std::nullopt;
}

Outcome read_required(const Json& value, Node& node) {
  if (value.is_boolean()) {
    return Problem{"must be a list of property names",
                   "write `required: [a, b]` beside `properties`; for the check's own option use `value: {…schema…}`"};
  }
  return read_names(value, node.object.required);
}

Outcome read_string_pattern(const Json& value, Node& node) {
  if (!value.is_string()) return Problem{"must be text", "write `pattern: '^[a-z]+$'`"};
  return read_pattern(value.get_ref<const std::string&>(), node.string.pattern.emplace());
}

}  // namespace

std::optional<Problem> read_format(const Json& value, Node& node) {
  if (!value.is_string()) return Problem{"must be text", "write `format: date`"};
  node.string.format = find_format(value.get_ref<const std::string&>());
  if (node.string.format != nullptr) return std::nullopt;
  return Problem{fmt::format("'{}' cannot be asserted; formats are {}",
                             text::excerpt(value.get_ref<const std::string&>(), 40), format_names()),
                 "use `pattern`, or `formats: ignore` to ignore every format"};
}

std::optional<Problem> read_pattern(const std::string& text, Pattern& into) {
  auto compiled = compile_pattern(text);
  if (auto* const fault = std::get_if<PatternFault>(&compiled)) return Problem{fault->message, fault->hint};
  into = Pattern{.compiled = std::get<0>(std::move(compiled)), .shown = text::excerpt(text)};
  return std::nullopt;
}

std::optional<Problem> read_names(const Json& value, std::vector<std::string>& into) {
  if (!value.is_array()) return Problem{"must be a list of property names", "write `[a, b]`"};
  for (const auto& item : value) {
    if (!item.is_string()) return Problem{"must hold property names only", "write `[a, b]`"};
    into.push_back(item.get<std::string>());
  }
  std::sort(into.begin(), into.end());
  const auto twice = std::adjacent_find(into.begin(), into.end());
  if (twice != into.end()) return Problem{fmt::format("names '{}' twice", text::excerpt(*twice, 40)), ""};
  return std::nullopt;
}

const std::map<std::string_view, Assertion>& assertions() {
  static const std::map<std::string_view, Assertion> kAssertions{
      {"type", read_type},
      {"enum", read_enum},
      {"const", read_const},
      {"minimum", [](const Json& v, Node& n) { return read_number(v, n.number.minimum); }},
      {"maximum", [](const Json& v, Node& n) { return read_number(v, n.number.maximum); }},
      {"exclusiveMinimum", [](const Json& v, Node& n) { return read_number(v, n.number.above); }},
      {"exclusiveMaximum", [](const Json& v, Node& n) { return read_number(v, n.number.below); }},
      {"multipleOf", read_multiple},
      {"minLength", [](const Json& v, Node& n) { return read_size(v, n.string.length.least); }},
      {"maxLength", [](const Json& v, Node& n) { return read_size(v, n.string.length.most); }},
      {"pattern", read_string_pattern},
      {"minItems", [](const Json& v, Node& n) { return read_size(v, n.array.length.least); }},
      {"maxItems", [](const Json& v, Node& n) { return read_size(v, n.array.length.most); }},
      {"uniqueItems", read_unique},
      {"minProperties", [](const Json& v, Node& n) { return read_size(v, n.object.size.least); }},
      {"maxProperties", [](const Json& v, Node& n) { return read_size(v, n.object.size.most); }},
      {"required", read_required},
  };
  return kAssertions;
}

}  // namespace assay::judges::schema
