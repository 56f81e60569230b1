#include "judges/schemas.hpp"

namespace assay::judges {

namespace {

Json template_text() {
  return {{"type", "string"}, {"pattern", "\\{\\{"}};
}

Json list_of(std::initializer_list<std::string> texts) {
  Json list = Json::array();
  for (const auto& text : texts) list.push_back(text);
  return list;
}

}  // namespace

Json text_schema(std::string description, Json examples) {
  return {{"description", std::move(description)},
          {"type", {"string", "number", "boolean"}},
          {"examples", std::move(examples)}};
}

Json bound_schema(std::string description, Json examples) {
  // Quoted numbers, `1.10` and the like are text to YAML tools, and numbers to a check.
  const Json number_text = {{"type", "string"}, {"pattern", "^[+]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d+)?$"}};
  return {{"description", std::move(description)},
          {"anyOf", {Json{{"type", "number"}, {"minimum", 0}}, number_text, template_text()}},
          {"examples", std::move(examples)}};
}

Json number_schema(std::string description, Json examples) {
  const Json number_text = {{"type", "string"}, {"pattern", "^[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d+)?$"}};
  return {{"description", std::move(description)},
          {"anyOf", {Json{{"type", "number"}}, number_text, template_text()}},
          {"examples", std::move(examples)}};
}

Json duration_schema(std::string description) {
  const Json duration = {{"type", "string"}, {"pattern", "^\\d+(\\.\\d+)?(ms|s|m|h|d)$"}};
  return {{"description", std::move(description)},
          {"anyOf", {duration, template_text()}},
          {"examples", {"500ms", "1.5s", "30s", "2m"}}};
}

Json flag_schema(std::string description) {
  return {{"description", std::move(description)}, {"type", "boolean"}, {"default", false}};
}

Json choice_schema(std::string description, std::initializer_list<std::string> values) {
  return {{"description", std::move(description)}, {"type", "string"}, {"enum", list_of(values)}};
}

Json options_schema(Json properties, std::initializer_list<std::string> required) {
  Json schema = {{"type", "object"}, {"properties", std::move(properties)}};
  if (required.size() > 0) schema["required"] = list_of(required);
  return schema;
}

Json ignore_case_schema() {
  return flag_schema("Compare without regard to case (Unicode simple folding)");
}

Json no_short_form() {
  return nullptr;
}

}  // namespace assay::judges
