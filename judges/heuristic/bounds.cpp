#include "judges/heuristic/bounds.hpp"

#include "judges/schemas.hpp"

#include <assay/text/utf8.hpp>

#include <fmt/format.h>

namespace assay::judges {

namespace {

Result<std::optional<double>> value_of(const std::optional<Templated<double>>& bound, const Scope& scope) {
  if (!bound) return std::optional<double>();
  const auto value = bound->get(scope);
  if (!value) return value.error();
  return std::optional<double>(**value);
}

bool is_constant(const text::Node* node) {
  return node != nullptr && node->scalar.find("{{") == std::string::npos;
}

}  // namespace

Bounds Bounds::read(OptionReader& reader, std::string check, double lowest, std::string example) {
  Bounds bounds;
  bounds.check_ = std::move(check);
  const auto parse = [=](const Json& value) { return parse_number_option(value, lowest, example); };
  bounds.least_ = reader.optional<double>("min", parse);
  bounds.most_ = reader.optional<double>("max", parse);
  const auto* const least = reader.reader().get("min");
  const auto* const most = reader.reader().get("max");
  if (least == nullptr && most == nullptr) {
    reader.reader().error(fmt::format("check '{}' needs `min` or `max`", bounds.check_),
                          fmt::format("write `{}: {{{}}}`", bounds.check_, example));
  }
  if (bounds.least_ && bounds.most_ && is_constant(least) && is_constant(most)) {
    static const Json kNoVariables = Json::object();
    const auto range = bounds.of({kNoVariables, "", 0});
    if (!range) reader.reader().error(range.error().message, range.error().hint);
  }
  return bounds;
}

Result<Range> Bounds::of(const Scope& scope) const {
  const auto low = value_of(least_, scope);
  if (!low) return low.error();
  const auto high = value_of(most_, scope);
  if (!high) return high.error();
  if (*low && *high && **low > **high) {
    return Error{ErrorKind::invalid, fmt::format("the min of '{}', {}, is above its max, {}", check_, **low, **high),
                 "swap them"};
  }
  return Range{.least = *low, .most = *high};
}

Result<void> Bounds::verify(const Scope& scope, const Place& at) const {
  const auto range = of(scope);
  if (range) return {};
  Error error = range.error();
  if (error.at == Place{}) {
    error.message = fmt::format("case {}: {}", text::in_quotes(scope.id), error.message);
    error.at = at;
  }
  return error;
}

Json bounded_options(Json least, Json most, Json others) {
  Json properties = std::move(others);
  properties["min"] = std::move(least);
  properties["max"] = std::move(most);
  Json schema = options_schema(std::move(properties), {});
  schema["anyOf"] = {Json{{"required", {"min"}}}, Json{{"required", {"max"}}}};
  return schema;
}

}  // namespace assay::judges
