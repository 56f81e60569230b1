#pragma once
/// An option's value as written, templates and all.

#include <assay/core/check.hpp>
#include <assay/core/diagnostics.hpp>
#include <assay/text/node.hpp>
#include <assay/text/template.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace assay::judges {

/// One value that may name variables. Const and thread-safe.
class Source {
 public:
  /// A scalar, read as text whatever it looks like. `label` names it in messages: `value of 'contains'`.
  /// Reports anything else into `diagnostics`.
  [[nodiscard]] static std::optional<Source> text(const text::Node& node, std::string label, Diagnostics& diagnostics);

  /// Any value; a text that is exactly one `{{var}}` takes the variable's type.
  [[nodiscard]] static std::optional<Source> value(const text::Node& node, std::string label, Diagnostics& diagnostics);

  [[nodiscard]] bool constant() const { return templates_.empty(); }

  /// The template of a text.
  [[nodiscard]] const text::Template* text_template() const;

  /// Errors: a missing variable, and a text that is empty after templating; both name the case.
  [[nodiscard]] Result<Json> render(const Scope& scope) const;

  /// The error, placed at this value and naming it and the case.
  [[nodiscard]] Error fault(std::string_view what, std::string hint, const Scope* scope) const;

 private:
  Source(std::string label, Place at) : label_(std::move(label)), at_(std::move(at)) {}
  [[nodiscard]] static std::optional<Source> with_templates(Source source, const text::Node& node,
                                                            Diagnostics& diagnostics);
  [[nodiscard]] Error placed(Error error) const;

  std::string label_;
  Place at_;
  bool typed_ = false;
  Json skeleton_;
  std::vector<text::PlacedTemplate> templates_;
};

/// The text of a rendered value: a string as it is, anything else as JSON writes it.
[[nodiscard]] std::string text_of(const Json& value);

/// What is wrong with a value: `must be a number`, and what to write.
struct Wrong {
  std::string message;
  std::string hint;
};

template <class T>
using Parsed = std::variant<T, Wrong>;

/// An option made ready: once for all cases where it is constant, else for each case.
template <class T>
class Templated {
 public:
  using Parse = std::function<Parsed<T>(const Json& value)>;

  /// Reports a constant that cannot be used.
  [[nodiscard]] static std::optional<Templated> make(Source source, Parse parse, Diagnostics& diagnostics) {
    Templated made(std::move(source), std::move(parse));
    if (!made.source_.constant()) return made;
    static const Json kNoVariables = Json::object();
    auto value = made.read({kNoVariables, "", 0}, false);
    if (!value) {
      diagnostics.error(value.error());
      return std::nullopt;
    }
    made.constant_ = *value;
    return made;
  }

  [[nodiscard]] Result<std::shared_ptr<const T>> get(const Scope& scope) const {
    return constant_ ? Result<std::shared_ptr<const T>>(constant_) : read(scope, true);
  }

 private:
  Templated(Source source, Parse parse) : source_(std::move(source)), parse_(std::move(parse)) {}

  Result<std::shared_ptr<const T>> read(const Scope& scope, bool name_case) const {
    const auto value = source_.render(scope);
    if (!value) return value.error();
    auto parsed = parse_(*value);
    if (auto* const wrong = std::get_if<Wrong>(&parsed)) {
      return source_.fault(wrong->message, std::move(wrong->hint), name_case ? &scope : nullptr);
    }
    return std::make_shared<const T>(std::get<0>(std::move(parsed)));
  }

  Source source_;
  Parse parse_;
  std::shared_ptr<const T> constant_;
};

}  // namespace assay::judges
