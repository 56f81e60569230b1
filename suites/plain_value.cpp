#include "suites/plain_value.hpp"

#include <assay/text/reader.hpp>

namespace assay::suites {

namespace {

// `007` and `1_000` are no numbers to anybody but some YAML parsers.
bool has_leading_zero(std::string_view text) {
  if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
  return text.size() > 1 && text[0] == '0' && text[1] >= '0' && text[1] <= '9';
}

Json scalar_value(const text::Node& node) {
  Json value = text::to_json(node);
  if (!value.is_string() || node.quoted || has_leading_zero(node.scalar)) return value;
  if (const auto integer = text::parse_integer(node.scalar)) return *integer;
  if (const auto number = text::parse_number(node.scalar)) return *number;
  return value;
}

}  // namespace

Json plain_value(const text::Node& node) {
  switch (node.kind) {
    case text::Node::Kind::null:
      return nullptr;
    case text::Node::Kind::scalar:
      return scalar_value(node);
    case text::Node::Kind::sequence: {
      Json list = Json::array();
      for (const auto& item : node.items) list.push_back(plain_value(item));
      return list;
    }
    case text::Node::Kind::mapping: {
      Json map = Json::object();
      for (const auto& [key, item] : node.entries) map[key.scalar] = plain_value(item);
      return map;
    }
  }
  return nullptr;
}

}  // namespace assay::suites
