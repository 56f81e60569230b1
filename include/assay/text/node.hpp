#pragma once
/// A document with places: every value knows the line and column a person wrote it at. Knows nothing of suites.

#include <assay/core/diagnostics.hpp>
#include <assay/core/json.hpp>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace assay::text {

/// A YAML value with its place. A plain scalar keeps its text as written (`1.10`, `NO`, `010`).
struct Node {
  enum class Kind { null, scalar, sequence, mapping };

  Kind kind = Kind::null;
  bool quoted = false;  ///< a quoted or block scalar: text whatever it looks like
  std::string scalar;
  std::vector<Node> items;     ///< of a sequence
  struct Entry;                ///< `first` is the key, `second` the value
  std::vector<Entry> entries;  ///< of a mapping, in order; keys are unique scalars
  std::shared_ptr<const std::string> file;
  int line = 0;
  int column = 0;

  [[nodiscard]] Place place() const;
  [[nodiscard]] bool is_map() const { return kind == Kind::mapping; }
  [[nodiscard]] bool is_seq() const { return kind == Kind::sequence; }
  [[nodiscard]] bool is_scalar() const { return kind == Kind::scalar; }
  [[nodiscard]] bool is_null() const { return kind == Kind::null; }
  /// The value of a key; nullptr if this is no mapping or has no such key.
  [[nodiscard]] const Node* find(std::string_view key) const;
};

struct Node::Entry {
  Node first;
  Node second;
};

/// What a node is, for messages: `nothing`, `'abc'`, `a list`, `a mapping`.
[[nodiscard]] std::string describe(const Node& node);

/// Bounds against hostile documents.
struct Limits {
  std::size_t bytes = 16u << 20;  ///< of the file
  std::size_t nodes = 2'000'000;  ///< after aliases are expanded
  int depth = 64;
};

/// Reads one YAML document. Refused with a place and a hint: bytes that are not UTF-8 (naming the encoding as far as it
/// shows, and the iconv command that converts it), more than one document, duplicate keys, merge keys (`<<`), tags,
/// keys that are no scalars, alias cycles, raw control characters, anything beyond `limits`. A BOM and CRLF are read.
/// An empty file is a null node.
[[nodiscard]] Result<Node> parse_yaml(std::string_view bytes, const std::string& file, const Limits& limits = {});

/// Reads the file, then `parse_yaml`. Errors also: `invalid` for a file that cannot be read.
[[nodiscard]] Result<Node> load_yaml(const std::filesystem::path& path, const Limits& limits = {});

/// The node as JSON. A plain scalar becomes null, true, false or a number only if JSON would write it the same way;
/// everything else stays text as written: `1.10`, `010`, `NO` and `1e3` are strings.
[[nodiscard]] Json to_json(const Node& node);

/// A plain scalar's text as JSON, by the rule of `to_json`; `null` is text here.
[[nodiscard]] Json plain_to_json(std::string_view text);

/// A JSON value as a node, every part of it at `at`. Strings are quoted scalars.
[[nodiscard]] Node from_json(const Json& value, const Place& at);

}  // namespace assay::text
