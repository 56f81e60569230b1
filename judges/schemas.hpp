#pragma once
/// JSON Schemas of option values, as editors see them. A YAML scalar is text to a check, whatever it looks like.

#include <assay/core/json.hpp>

#include <initializer_list>
#include <string>
#include <utility>

namespace assay::judges {

[[nodiscard]] Json text_schema(std::string description, Json examples);
/// A number of at least 0, or a template that gives one.
[[nodiscard]] Json bound_schema(std::string description, Json examples);
/// Any number, or a template that gives one.
[[nodiscard]] Json number_schema(std::string description, Json examples);
[[nodiscard]] Json duration_schema(std::string description);
[[nodiscard]] Json flag_schema(std::string description);
[[nodiscard]] Json choice_schema(std::string description, std::initializer_list<std::string> values);
/// The mapping of options with these keys.
[[nodiscard]] Json options_schema(Json properties, std::initializer_list<std::string> required);
[[nodiscard]] Json ignore_case_schema();
/// Of a check without a short form.
[[nodiscard]] Json no_short_form();

}  // namespace assay::judges
