#pragma once
/// `{{var}}` templates: dotted paths, `{{id}}`, `{{row}}`, mustache sections over lists. Values are never expanded
/// again.

#include <assay/core/check.hpp>
#include <assay/core/error.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace assay::text {

/// A compiled template. Copies share their parts; rendering is const and thread-safe.
///
/// `{{a.b.0}}` is a path through maps and lists; a section `{{#list}}…{{/list}}` repeats its body with `{{.}}` as the
/// item and `{{row}}` as its number from 1 (a map item's keys are found first); `\{{` is a literal `{{`. Scalars stay
/// as written, a list or map is compact JSON, null is "".
class Template {
 public:
  Template();  ///< the empty template

  /// Errors: `invalid`, with the column within `source` in `at.column` (unclosed or mismatched tags, empty names).
  [[nodiscard]] static Result<Template> parse(std::string_view source);

  /// True if the template names nothing and always renders `source` itself.
  [[nodiscard]] bool constant() const;

  /// Errors: `invalid`, naming the case and the missing variable, with the nearest one that exists.
  [[nodiscard]] Result<std::string> render(const Scope& scope) const;

  /// As `render`, but a template that is exactly one `{{var}}` gives the variable with its type.
  [[nodiscard]] Result<Json> value(const Scope& scope) const;

  /// The first path segments it names, without duplicates (`id` and `row` aside).
  [[nodiscard]] std::vector<std::string> variables() const;

 private:
  struct Parts;
  std::shared_ptr<const Parts> parts_;
};

}  // namespace assay::text
