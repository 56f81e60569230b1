#pragma once
/// Where `$id` and `$ref` lead: the documents of a schema, indexed by address.

#include "judges/json_schema/schema.hpp"

#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace assay::judges::schema {

struct Document {
  Json json;
  std::string uri;  ///< "" for the schema given
  bool strict = true;
  bool formats = true;
};

/// One place in a document. References within it are relative to `base`.
struct Location {
  const Json* json = nullptr;
  const Document* document = nullptr;
  std::string base;  ///< in effect here, its own `$id` included
  std::string pointer;
};

/// Keyword → how schemas sit in it.
enum class Holds { schema, list, map };
[[nodiscard]] const std::map<std::string_view, std::vector<Holds>>& schema_keywords();

/// The place of a schema that is the value of `keyword` in `parent`, or its member `segment`.
[[nodiscard]] Location child(const Location& parent, const Json& json, std::string_view keyword);
[[nodiscard]] Location child(const Location& parent, const Json& json, std::string_view keyword,
                             std::string_view segment);

/// Not thread-safe; used during compilation only.
class Documents {
 public:
  Documents(const Json& schema, const Options& options);

  [[nodiscard]] const Location& root() const { return root_; }

  /// The place that `reference`, written at `from`, names. A fault has no pointer yet.
  [[nodiscard]] std::variant<Location, Fault> find(std::string_view reference, const Location& from);

 private:
  void add(Document document);
  void index(const Location& at, int depth);
  void index_children(const Location& at, int depth);
  bool load(const std::string& uri);
  std::variant<Location, Fault> walk(const Location& from, std::string_view pointer, std::string_view reference) const;

  const Options& options_;
  std::deque<Document> documents_;
  std::map<std::string, Location> by_address_;  ///< absolute URIs, without a fragment or with an anchor
  Location root_;
};

}  // namespace assay::judges::schema
