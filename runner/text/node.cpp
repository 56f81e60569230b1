#include <assay/text/file.hpp>
#include <assay/text/node.hpp>
#include <assay/text/utf8.hpp>

#include <charconv>
#include <cmath>

namespace assay::text {

namespace {

Json number_to_json(std::string_view text) {
  const char* const end = text.data() + text.size();
  const auto whole = [end](std::from_chars_result r) { return r.ec == std::errc{} && r.ptr == end; };
  std::int64_t integer = 0;
  if (whole(std::from_chars(text.data(), end, integer))) return integer;
  std::uint64_t natural = 0;
  if (whole(std::from_chars(text.data(), end, natural))) return natural;
  double number = 0;
  if (whole(std::from_chars(text.data(), end, number)) && std::isfinite(number)) return number;
  return nullptr;
}

Node from_json(const Json& value, const std::shared_ptr<const std::string>& file, const Place& at) {
  Node node;
  node.file = file;
  node.line = at.line;
  node.column = at.column;
  if (value.is_null()) return node;
  if (value.is_object()) {
    node.kind = Node::Kind::mapping;
    for (const auto& [name, item] : value.items()) {
      node.entries.emplace_back(from_json(Json(name), file, at), from_json(item, file, at));
    }
  } else if (value.is_array()) {
    node.kind = Node::Kind::sequence;
    for (const Json& item : value) node.items.push_back(from_json(item, file, at));
  } else {
    node.kind = Node::Kind::scalar;
    node.quoted = value.is_string();
    node.scalar = value.is_string() ? value.get<std::string>() : dump_json(value);
  }
  return node;
}

}  // namespace

Place Node::place() const {
  return Place{file ? *file : std::string(), line, column};
}

const Node* Node::find(std::string_view key) const {
  for (const auto& [name, value] : entries) {
    if (name.scalar == key) return &value;
  }
  return nullptr;
}

std::string describe(const Node& node) {
  switch (node.kind) {
    case Node::Kind::null:
      return "nothing";
    case Node::Kind::scalar:
      return in_quotes(node.scalar);
    case Node::Kind::sequence:
      return "a list";
    case Node::Kind::mapping:
      return "a mapping";
  }
  return "nothing";
}

Json plain_to_json(std::string_view text) {
  if (text == "true") return true;
  if (text == "false") return false;
  if (!text.empty() && (text[0] == '-' || (text[0] >= '0' && text[0] <= '9'))) {
    Json number = number_to_json(text);
    if (!number.is_null() && dump_json(number) == text) return number;
  }
  return std::string(text);
}

Json to_json(const Node& node) {
  switch (node.kind) {
    case Node::Kind::null:
      return nullptr;
    case Node::Kind::scalar:
      return node.quoted ? Json(node.scalar) : plain_to_json(node.scalar);
    case Node::Kind::sequence: {
      Json list = Json::array();
      for (const Node& item : node.items) list.push_back(to_json(item));
      return list;
    }
    case Node::Kind::mapping: {
      Json map = Json::object();
      for (const auto& [key, value] : node.entries) map[key.scalar] = to_json(value);
      return map;
    }
  }
  return nullptr;
}

Node from_json(const Json& value, const Place& at) {
  return from_json(value, std::make_shared<const std::string>(at.file), at);
}

Result<Node> load_yaml(const std::filesystem::path& path, const Limits& limits) {
  const auto bytes = read_bytes(path, limits.bytes);
  if (!bytes) return bytes.error();
  return parse_yaml(*bytes, path.string(), limits);
}

}  // namespace assay::text
