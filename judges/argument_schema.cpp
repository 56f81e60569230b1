#include "judges/argument_schema.hpp"

#include "judges/schemas.hpp"

#include <fmt/format.h>

namespace assay::judges {

namespace {

Json generic_properties(const CheckKind& kind, bool outermost) {
  Json keys = Json::object();
  if (kind.unit == Unit::share && kind.better == Direction::up) {
    keys["threshold"] = {{"description", "The score from which the check passes"},
                         {"type", "number"},
                         {"exclusiveMinimum", 0},
                         {"maximum", 1}};
  }
  if (!outermost) return keys;
  keys["as"] = {{"description", fmt::format("The metric that the check feeds; default: {}", kind.name)},
                {"type", "string"},
                {"pattern", "^[A-Za-z0-9_][A-Za-z0-9_./-]*$"}};
  keys["weight"] = {
      {"description", "Share in the sample's `score`"}, {"type", "number"}, {"minimum", 0}, {"default", 1}};
  keys["required"] = {{"description", "false: scored, but not deciding"}, {"type", "boolean"}, {"default", true}};
  return keys;
}

Json options_form(const CheckKind& kind, bool outermost) {
  Json schema = kind.options();
  schema["properties"].update(generic_properties(kind, outermost));
  schema["additionalProperties"] = false;
  return schema;
}

}  // namespace

Json argument_schema(const CheckKind& kind, bool outermost) {
  Json schema = {{"title", kind.name}, {"description", kind.doc}};
  Json forms = Json::array({options_form(kind, outermost)});
  Json short_form = kind.short_form();
  if (!short_form.is_null()) forms.insert(forms.begin(), std::move(short_form));
  const auto needs_nothing =
      !forms.back().contains("required") && !forms.back().contains("anyOf") && !forms.back().contains("oneOf");
  if (needs_nothing) forms.push_back({{"type", "null"}});
  schema["anyOf"] = std::move(forms);
  return schema;
}

Json argument_schema(const CheckKind& kind) {
  return argument_schema(kind, true);
}

}  // namespace assay::judges
