#include "judges/source.hpp"

#include <assay/text/reader.hpp>
#include <assay/text/utf8.hpp>

#include <fmt/format.h>

namespace assay::judges {

namespace {

bool is_blank(const Json& value) {
  return value.is_null() || (value.is_string() && text::trim(value.get_ref<const std::string&>()).empty());
}

}  // namespace

std::optional<Source> Source::with_templates(Source source, const text::Node& node, Diagnostics& diagnostics) {
  auto found = text::templates_in(node);
  if (!found) {
    diagnostics.error(found.error());
    return std::nullopt;
  }
  source.templates_ = *std::move(found);
  return source;
}

std::optional<Source> Source::text(const text::Node& node, std::string label, Diagnostics& diagnostics) {
  Source source(std::move(label), node.place());
  if (!node.is_scalar()) {
    diagnostics.error(source.fault("must be text, found " + text::describe(node),
                                   "write one text; `contains_all` and `contains_any` take a list", nullptr));
    return std::nullopt;
  }
  source.skeleton_ = node.scalar;
  return with_templates(std::move(source), node, diagnostics);
}

std::optional<Source> Source::value(const text::Node& node, std::string label, Diagnostics& diagnostics) {
  Source source(std::move(label), node.place());
  source.typed_ = true;
  source.skeleton_ = text::to_json(node);
  return with_templates(std::move(source), node, diagnostics);
}

const text::Template* Source::text_template() const {
  return templates_.empty() ? nullptr : &templates_.front().source;
}

Result<Json> Source::render(const Scope& scope) const {
  Json result = skeleton_;
  for (const auto& [pointer, part] : templates_) {
    Json& target = pointer.empty() ? result : result[pointer];
    if (typed_) {
      auto value = part.value(scope);
      if (!value) return placed(value.error());
      target = std::move(*value);
    } else {
      auto text = part.render(scope);
      if (!text) return placed(text.error());
      target = std::move(*text);
    }
    if (is_blank(target)) {
      return fault("is empty after templating",
                   "fill in the variable, or leave the check out of this case: an empty expectation fits every answer",
                   &scope);
    }
  }
  return result;
}

Error Source::placed(Error error) const {
  if (error.at == Place{}) error.at = at_;
  return error;
}

Error Source::fault(std::string_view what, std::string hint, const Scope* scope) const {
  const std::string who = scope == nullptr ? "" : fmt::format("case {}: ", text::in_quotes(scope->id));
  return Error{ErrorKind::invalid, fmt::format("{}the {} {}", who, label_, what), std::move(hint), at_};
}

std::string text_of(const Json& value) {
  return value.is_string() ? value.get<std::string>() : dump_json(value);
}

}  // namespace assay::judges
