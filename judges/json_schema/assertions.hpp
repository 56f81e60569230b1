#pragma once
/// Keywords that hold no schema: `type`, `minimum`, `pattern`, …

#include "judges/json_schema/node.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace assay::judges::schema {

struct Problem {
  std::string message;
  std::string hint;
};

/// Reads the keyword's value into the node.
using Assertion = std::optional<Problem> (*)(const Json& value, Node& node);

[[nodiscard]] const std::map<std::string_view, Assertion>& assertions();

/// `format`, which is apart because it may be ignored.
[[nodiscard]] std::optional<Problem> read_format(const Json& value, Node& node);

/// A pattern of `pattern` or `patternProperties`.
[[nodiscard]] std::optional<Problem> read_pattern(const std::string& text, Pattern& into);

/// `["a", "b"]`, without duplicates.
[[nodiscard]] std::optional<Problem> read_names(const Json& value, std::vector<std::string>& into);

}  // namespace assay::judges::schema
