#include "judges/json_schema/documents.hpp"

#include "judges/json_schema/metaschema.hpp"
#include "judges/json_schema/uri.hpp"

#include <fmt/format.h>

#include <charconv>

namespace assay::judges::schema {

namespace {

// In draft-07 everything beside `$ref` is ignored, `$id` too; at the root of a document generators write both, and mean
// the document's address.
const std::string* address_of(const Json& json, bool is_root) {
  if (!json.is_object() || (json.contains("$ref") && !is_root)) return nullptr;
  const auto id = json.find("$id");
  if (id == json.end() || !id->is_string()) return nullptr;
  const auto& text = id->get_ref<const std::string&>();
  return text.starts_with('#') ? nullptr : &text;
}

std::string base_of(const Json& json, const std::string& outer, bool is_root) {
  const auto* const id = address_of(json, is_root);
  return id == nullptr ? outer : split_fragment(resolve_uri(outer, *id)).first;
}

const Json* step(const Json& json, const std::string& segment) {
  if (json.is_object()) {
    const auto it = json.find(segment);
    return it == json.end() ? nullptr : &*it;
  }
  if (!json.is_array()) return nullptr;
  std::size_t index = 0;
  const char* const end = segment.data() + segment.size();
  if (segment.empty() || std::from_chars(segment.data(), end, index).ptr != end || index >= json.size()) return nullptr;
  return &json[index];
}

}  // namespace

const std::map<std::string_view, std::vector<Holds>>& schema_keywords() {
  static const std::map<std::string_view, std::vector<Holds>> kKeywords{
      {"additionalItems", {Holds::schema}},
      {"items", {Holds::schema, Holds::list}},
      {"contains", {Holds::schema}},
      {"additionalProperties", {Holds::schema}},
      {"propertyNames", {Holds::schema}},
      {"if", {Holds::schema}},
      {"then", {Holds::schema}},
      {"else", {Holds::schema}},
      {"not", {Holds::schema}},
      {"allOf", {Holds::list}},
      {"anyOf", {Holds::list}},
      {"oneOf", {Holds::list}},
      {"definitions", {Holds::map}},
      {"$defs", {Holds::map}},
      {"properties", {Holds::map}},
      {"patternProperties", {Holds::map}},
      {"dependencies", {Holds::map}},
  };
  return kKeywords;
}

Location child(const Location& parent, const Json& json, std::string_view keyword) {
  return {.json = &json,
          .document = parent.document,
          .base = base_of(json, parent.base, false),
          .pointer = parent.pointer + "/" + escape_segment(keyword)};
}

Location child(const Location& parent, const Json& json, std::string_view keyword, std::string_view segment) {
  Location at = child(parent, json, keyword);
  at.pointer += "/" + escape_segment(segment);
  return at;
}

Documents::Documents(const Json& schema, const Options& options) : options_(options) {
  add(Document{.json = schema, .uri = "", .strict = options.strict, .formats = options.formats});
  root_ = by_address_.at("");
}

void Documents::add(Document document) {
  documents_.push_back(std::move(document));
  const Document& added = documents_.back();
  const Location root{
      .json = &added.json, .document = &added, .base = base_of(added.json, added.uri, true), .pointer = ""};
  by_address_.try_emplace(added.uri, root);
  index(root, 0);
}

void Documents::index(const Location& at, int depth) {
  if (!at.json->is_object() || depth > kMaxJsonDepth) return;
  if (address_of(*at.json, at.pointer.empty()) != nullptr) by_address_.try_emplace(at.base, at);
  const auto id = at.json->find("$id");
  if (id != at.json->end() && id->is_string() && !at.json->contains("$ref")) {
    const auto& text = id->get_ref<const std::string&>();
    if (text.size() > 1 && text.starts_with('#')) by_address_.try_emplace(at.base + text, at);
  }
  index_children(at, depth);
}

void Documents::index_children(const Location& at, int depth) {
  for (const auto& [keyword, forms] : schema_keywords()) {
    const auto found = at.json->find(keyword);
    if (found == at.json->end()) continue;
    for (const Holds form : forms) {
      if (form == Holds::schema && found->is_object()) index(child(at, *found, keyword), depth + 1);
      if (form == Holds::map && found->is_object()) {
        for (const auto& [key, item] : found->items()) index(child(at, item, keyword, key), depth + 1);
      }
      if (form == Holds::list && found->is_array()) {
        for (std::size_t i = 0; i < found->size(); ++i) {
          index(child(at, (*found)[i], keyword, std::to_string(i)), depth + 1);
        }
      }
    }
  }
}

bool Documents::load(const std::string& uri) {
  if (uri == kMetaschemaUri) {
    add(Document{.json = metaschema(), .uri = uri, .strict = false, .formats = false});
    return true;
  }
  auto json = options_.resolver ? options_.resolver(uri) : std::nullopt;
  if (!json) return false;
  add(Document{.json = std::move(*json), .uri = uri, .strict = options_.strict, .formats = options_.formats});
  return true;
}

std::variant<Location, Fault> Documents::find(std::string_view reference, const Location& from) {
  const auto [address, raw] = split_fragment(resolve_uri(from.base, reference));
  auto known = by_address_.find(address);
  if (known == by_address_.end() && load(address)) known = by_address_.find(address);
  if (known == by_address_.end()) {
    return Fault{.message = fmt::format("'{}' is another document, and schemas are never fetched", reference),
                 .hint = "copy it under `definitions` and refer to `#/definitions/…`"};
  }
  const std::string fragment = percent_decode(raw);
  if (fragment.empty() || fragment.front() == '/') return walk(known->second, fragment, reference);
  const auto anchor = by_address_.find(address + "#" + fragment);
  if (anchor != by_address_.end()) return anchor->second;
  return Fault{.message = fmt::format("'{}' names no schema: there is no `$id: \"#{}\"`", reference, fragment),
               .hint = "refer to `#/definitions/…`"};
}

std::variant<Location, Fault> Documents::walk(const Location& from, std::string_view pointer,
                                              std::string_view reference) const {
  Location at = from;
  for (const auto& segment : split_pointer(pointer).value_or(std::vector<std::string>{})) {
    const Json* const next = step(*at.json, segment);
    if (next == nullptr) {
      return Fault{.message = fmt::format("'{}' names nothing in this schema", reference),
                   .hint = fmt::format("'{}' has no '{}'", at.pointer.empty() ? "the schema" : at.pointer, segment)};
    }
    at.json = next;
    at.pointer += "/" + escape_segment(segment);
    at.base = base_of(*next, at.base, false);
  }
  return at;
}

}  // namespace assay::judges::schema
