#include "suites/record_case.hpp"

#include "suites/reading.hpp"

#include <assay/core/digest.hpp>
#include <assay/datasets/json_value.hpp>
#include <assay/text/utf8.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace assay::suites {

namespace {

constexpr std::size_t kIdDigits = 12;

/// A record on its way: its fields, and what names it in messages.
struct Draft {
  Json fields;
  std::uint64_t row = 0;
  Place at;

  [[nodiscard]] Error fault(std::string message, std::string hint) const {
    return Error{ErrorKind::invalid, fmt::format("record {}: {}", row, message), std::move(hint), at};
  }
};

Error missing_field(const Draft& draft, std::string_view option, const std::string& field) {
  std::vector<std::string> known;
  for (const auto& [key, value] : draft.fields.items()) known.push_back(key);
  return draft.fault(fmt::format("there is no field {}, which `{}` names", text::in_quotes(field), option),
                     text::suggest(field, known, "fields"));
}

// null and "" are no value; a list or a map has no text.
std::optional<std::string> scalar_text(const Json& value) {
  if (value.is_null()) return std::string();
  if (value.is_string()) return value.get<std::string>();
  if (value.is_boolean() || value.is_number()) return dump_json(value);
  return std::nullopt;
}

Result<std::string> text_field(const Draft& draft, std::string_view option, const std::string& field) {
  const auto found = draft.fields.find(field);
  if (found == draft.fields.end()) return missing_field(draft, option, field);
  auto text = scalar_text(*found);
  if (!text) {
    return draft.fault(
        fmt::format("the field {} is a {}, and `{}` takes a text", text::in_quotes(field), found->type_name(), option),
        fmt::format("name another field in `{}`", option));
  }
  return *std::move(text);
}

Json split_list(std::string_view text) {
  Json list = Json::array();
  while (!text.empty()) {
    const auto end = std::min(text.find(';'), text.size());
    if (const auto item = text::trim(text.substr(0, end)); !item.empty()) list.push_back(std::string(item));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return list;
}

Result<Json> parse_number_field(const Draft& draft, const std::string& field, std::string_view text) {
  const auto trimmed = text::trim(text);
  if (const auto integer = text::parse_integer(trimmed)) return Json(*integer);
  if (const auto number = text::parse_number(trimmed)) return Json(*number);
  return draft.fault(
      fmt::format("the field {} is {}, which is no number", text::in_quotes(field), text::in_quotes(text)),
      "write digits with a decimal point: 1234.5");
}

Result<Json> parse_json_field(const Draft& draft, const std::string& field, std::string_view text) {
  auto value = datasets::parse_value(text, Place{{}, 1, 1});
  if (value) return value;
  const auto& error = value.error();
  return draft.fault(fmt::format("the field {}: {} (character {} of the field)", text::in_quotes(field), error.message,
                                 error.at.column),
                     error.hint);
}

// A blank cell is null, or the list without items; a value that is no text already has its type.
Result<Json> parsed(const Draft& draft, const std::string& field, const std::string& how, const Json& value) {
  if (!value.is_string()) {
    if (how == "json" || value.is_null() || (how == "number" ? value.is_number() : value.is_array())) return value;
    return draft.fault(fmt::format("the field {} is a {}, not a {}", text::in_quotes(field), value.type_name(), how),
                       fmt::format("remove it from `parse`, or write a {}", how));
  }
  const auto& text = value.get_ref<const std::string&>();
  if (how == "list") return split_list(text);
  if (text::trim(text).empty()) return Json(nullptr);
  return how == "number" ? parse_number_field(draft, field, text) : parse_json_field(draft, field, text);
}

Result<void> parse_fields(const DatasetSpec& spec, Draft& draft) {
  for (const auto& [field, how] : spec.parse) {
    const auto found = draft.fields.find(field);
    if (found == draft.fields.end()) return missing_field(draft, "parse", field);
    auto value = parsed(draft, field, how, *found);
    if (!value) return value.error();
    *found = std::move(*value);
  }
  return {};
}

Result<void> take_tags(const DatasetSpec& spec, const Draft& draft, Case& kase) {
  for (const auto& field : spec.tags) {
    auto text = text_field(draft, "tags", field);
    if (!text) return text.error();
    if (!text->empty()) kase.tags.insert_or_assign(field, std::move(*text));
  }
  if (spec.cluster) {
    auto text = text_field(draft, "cluster", *spec.cluster);
    if (!text) return text.error();
    kase.cluster = std::move(*text);
  }
  return {};
}

std::optional<Json> take(Json& fields, const char* name, bool (*right_type)(const Json&)) {
  const auto found = fields.find(name);
  if (found == fields.end() || !right_type(*found)) return std::nullopt;
  Json value = std::move(*found);
  fields.erase(found);
  return value;
}

bool is_id(const Json& value) {
  return value.is_string() || value.is_number_integer();
}

bool is_text(const Json& value) {
  return value.is_string();
}

bool is_object(const Json& value) {
  return value.is_object();
}

bool is_tags(const Json& value) {
  return value.is_object() &&
         std::all_of(value.begin(), value.end(), [](const Json& tag) { return !tag.is_structured(); });
}

bool is_checks(const Json& value) {
  return value.is_array() &&
         std::all_of(value.begin(), value.end(), [](const Json& check) { return check.is_object(); });
}

// The columns that the suite names come first; the record's own tags and cluster fill what they left open.
void take_own_tags(Draft& draft, Case& kase) {
  if (const auto tags = take(draft.fields, "tags", is_tags)) {
    for (const auto& [key, value] : tags->items()) {
      auto text = scalar_text(value);
      if (text && !text->empty()) kase.tags.emplace(key, std::move(*text));
    }
  }
  if (const auto cluster = take(draft.fields, "cluster", is_text); cluster && kase.cluster.empty()) {
    kase.cluster = cluster->get<std::string>();
  }
}

Result<void> take_vars(Draft& draft) {
  auto vars = take(draft.fields, "vars", is_object);
  if (!vars) return {};
  for (auto& [key, value] : vars->items()) {
    if (draft.fields.contains(key)) {
      return draft.fault(fmt::format("{} is a field and in `vars`", text::in_quotes(key)), "rename one of the two");
    }
    draft.fields[key] = std::move(value);
  }
  return {};
}

Result<void> take_checks(const Suite& suite, Draft& draft, Case& kase) {
  const auto checks = take(draft.fields, "checks", is_checks);
  if (!checks) return {};
  Diagnostics diagnostics;
  kase.checks = read_checks(text::from_json(*checks, draft.at), Uses{suite.shared_checks}, diagnostics);
  if (diagnostics.ok()) return {};
  const auto& error = diagnostics.errors().front();
  return draft.fault(error.message, error.hint);
}

Result<std::string> rendered_id(const text::Template& source, const Draft& draft, const std::string& own) {
  const auto id = source.render(Scope{draft.fields, own, draft.row});
  if (!id) return draft.fault(fmt::format("its id cannot be rendered: {}", id.error().message), id.error().hint);
  return *id;
}

}  // namespace

Result<Case> case_of(const Suite& suite, const DatasetSpec& spec, datasets::Record record) {
  Draft draft{std::move(record.fields), record.row, std::move(record.at)};
  Case kase;
  kase.row = draft.row;
  std::string digits;
  const auto own_id = draft.fields.find("id");
  if (!spec.id && (own_id == draft.fields.end() || !is_id(*own_id) || spec.parse.contains("id"))) {
    digits = to_hex(sha256(canonical_json(draft.fields))).substr(0, kIdDigits);
  }
  if (const auto taken = take_tags(spec, draft, kase); !taken) return taken.error();
  if (const auto read = parse_fields(spec, draft); !read) return read.error();
  const auto id = take(draft.fields, "id", is_id);
  if (id) kase.id = scalar_text(*id).value_or("");
  take_own_tags(draft, kase);
  if (const auto taken = take_checks(suite, draft, kase); !taken) return taken.error();
  if (const auto taken = take_vars(draft); !taken) return taken.error();
  if (spec.id) {
    auto text = rendered_id(*spec.id, draft, kase.id);
    if (!text) return text.error();
    kase.id = std::move(*text);
  } else if (!id) {
    kase.id = std::move(digits);
  }
  if (auto fault = case_id_fault(kase.id)) {
    return draft.fault(std::move(*fault),
                       "give every record a short id of its own, or set `dataset: {id: \"{{row}}\"}`");
  }
  kase.vars = std::move(draft.fields);
  kase.at = std::move(draft.at);
  return kase;
}

}  // namespace assay::suites
