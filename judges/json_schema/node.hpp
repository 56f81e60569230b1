#pragma once
/// A schema after compilation: plain data that `validate` walks.

#include "judges/json_schema/format.hpp"

#include <assay/core/json.hpp>

#include <re2/re2.h>

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

namespace assay::judges::schema {

struct Node;

/// Bits of `Node::types`.
enum Type : std::uint8_t {
  kNull = 1,
  kBoolean = 2,
  kObject = 4,
  kArray = 8,
  kNumber = 16,
  kString = 32,
  kInteger = 64,
};

struct Bounds {
  std::optional<std::uint64_t> least;
  std::optional<std::uint64_t> most;
};

/// `enum`, or `const` as one of one value.
struct ValueSet {
  std::unordered_set<std::string> keys;  ///< by `value_key`
  std::string shown;
};

struct NumberRules {
  std::optional<Json> minimum;
  std::optional<Json> maximum;
  std::optional<Json> above;
  std::optional<Json> below;
  std::optional<Json> multiple_of;
};

struct Pattern {
  std::shared_ptr<const RE2> compiled;
  std::string shown;
};

struct StringRules {
  Bounds length;  ///< code points
  std::optional<Pattern> pattern;
  const Format* format = nullptr;
};

struct ArrayRules {
  Bounds length;
  bool unique = false;
  std::vector<const Node*> tuple;  ///< `items` as a list
  const Node* items = nullptr;     ///< of every item beyond `tuple`
  const Node* contains = nullptr;
};

struct Dependency {
  std::string key;
  std::vector<std::string> keys;
  const Node* schema = nullptr;
};

struct ObjectRules {
  Bounds size;
  std::vector<std::string> required;
  std::map<std::string, const Node*, std::less<>> properties;
  std::vector<std::pair<Pattern, const Node*>> patterns;
  const Node* additional = nullptr;
  const Node* names = nullptr;
  std::vector<Dependency> dependencies;
};

/// One schema. `ref` excludes everything else.
struct Node {
  std::optional<bool> always;  ///< the schemas `true` and `false`
  const Node* ref = nullptr;
  std::uint8_t types = 0;  ///< 0: any
  std::vector<ValueSet> values;
  NumberRules number;
  StringRules string;
  ArrayRules array;
  ObjectRules object;
  std::vector<const Node*> all_of;
  std::vector<const Node*> any_of;
  std::vector<const Node*> one_of;
  const Node* negated = nullptr;
  const Node* condition = nullptr;
  const Node* then = nullptr;
  const Node* otherwise = nullptr;
};

struct Nodes {
  std::deque<Node> all;  ///< addresses are stable
  const Node* root = nullptr;
};

}  // namespace assay::judges::schema
