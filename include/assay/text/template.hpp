#pragma once
/// `{{var}}` templates: dotted paths, `{{id}}`, `{{row}}`, mustache sections over lists. Values are never expanded
/// again.

#include <assay/core/check.hpp>
#include <assay/core/error.hpp>
#include <assay/text/node.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace assay::text {

/// A compiled template. Copies share their parts; rendering is const and thread-safe.
///
/// `{{a.b.0}}` is a path through maps and lists; a section `{{#list}}…{{/list}}` repeats its body with `{{.}}` as the
/// item and `{{row}}` as its number from 1 (a map item's keys are found first); `\{{` is a literal `{{`. Scalars stay
/// as written, a list or map is compact JSON, null is "". Over null, false, "" or an empty list a section renders
/// nothing, over any other value that is no list once. A section tag alone on its line takes the line with it.
/// A variable named `id` or `row` hides the built-in one. At most `kMaxRendered` bytes come out.
class Template {
 public:
  static constexpr std::size_t kMaxRendered = 16u << 20;

  Template();  ///< the empty template

  /// Errors: `invalid`, with the column within `source` in `at.column` (unclosed or mismatched tags, empty names).
  [[nodiscard]] static Result<Template> parse(std::string_view source);

  /// Parses a scalar's text (a null node is the empty template). Errors are placed at the node.
  [[nodiscard]] static Result<Template> parse(const Node& node);

  /// True if the template names nothing and always renders `source` itself.
  [[nodiscard]] bool constant() const;

  /// Errors: `invalid`, naming the case and the missing variable, with the nearest one that exists.
  [[nodiscard]] Result<std::string> render(const Scope& scope) const;

  /// As `render`, but a template that is exactly one `{{var}}` gives the variable with its type.
  [[nodiscard]] Result<Json> value(const Scope& scope) const;

  /// The first path segments it names, without duplicates (`id`, `row` and `.` aside); those within sections too, where
  /// they may be an item's keys.
  [[nodiscard]] std::vector<std::string> variables() const;

 private:
  struct Parts;
  std::shared_ptr<const Parts> parts_;
};

/// A template that is one of the texts of a value, and where it stands there.
struct PlacedTemplate {
  Json::json_pointer at;
  Template source;
};

/// Every text of a value that names variables, in document order. Errors: as `Template::parse`, placed.
[[nodiscard]] Result<std::vector<PlacedTemplate>> templates_in(const Node& value);

}  // namespace assay::text
