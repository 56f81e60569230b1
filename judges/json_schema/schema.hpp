#pragma once
/// JSON Schema draft-07. Pure: never fetches, never runs a backtracking pattern. See docs/decisions/002-json-schema.md.

#include <assay/core/json.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>

namespace assay::judges::schema {

/// How a schema is read.
struct Options {
  /// Refuses what would be ignored: unknown keywords, keywords of later drafts, keywords beside `$ref`, `then` without
  /// `if`. False reads them as draft-07 says: without effect.
  bool strict = true;
  /// Asserts `format` and refuses formats that cannot be asserted. False ignores every `format`.
  bool formats = true;
  /// Documents that a `$ref` to another address may use, by absolute URI without fragment. The draft-07 meta-schema is
  /// always known.
  std::function<std::optional<Json>(const std::string& uri)> resolver;
};

/// Why a schema cannot be used. `pointer` is the JSON Pointer of the faulty keyword, "" for the whole schema;
/// `document` the address of the document it is in, "" for the one given.
struct Fault {
  std::string document;
  std::string pointer;
  std::string message;
  std::string hint;
};

/// Why an instance is not valid. `pointer` is the JSON Pointer of the part at fault, "" for the whole.
struct Violation {
  std::string pointer;
  std::string message;  ///< `must be an integer, but is "a"`
};

struct Nodes;

/// A compiled schema. Copies share it; const and thread-safe.
class Schema {
 public:
  /// `schema` is at most `kMaxJsonDepth` deep. References in a loop that never reaches a part of the instance, and
  /// chains of more than `kMaxInPlace` of them, are faults.
  [[nodiscard]] static std::variant<Schema, Fault> compile(const Json& schema, const Options& options = {});

  /// The first violation, nothing for a valid instance. Work is bounded by (parts of the schema) × (parts of the
  /// instance), whatever refers to what. `instance` is at most `kMaxJsonDepth` deep. Numbers are compared exactly as
  /// far as a double or a 64-bit integer holds them.
  [[nodiscard]] std::optional<Violation> validate(const Json& instance) const;

 private:
  explicit Schema(std::shared_ptr<const Nodes> nodes) : nodes_(std::move(nodes)) {}
  std::shared_ptr<const Nodes> nodes_;
};

/// The longest chain of schemas that apply to one and the same part of an instance (`$ref`, `allOf`, `not`, …).
inline constexpr int kMaxInPlace = 64;

}  // namespace assay::judges::schema
