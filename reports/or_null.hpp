#pragma once
/// What is not known is null in JSON, never 0 or an empty text.

#include <assay/core/json.hpp>

#include <cmath>
#include <optional>
#include <string>
#include <type_traits>

namespace assay::reports {

/// Null where there is no value, and for a number that JSON cannot write.
template <class T>
[[nodiscard]] OrderedJson or_null(const std::optional<T>& value) {
  if constexpr (std::is_floating_point_v<T>) {
    if (value && !std::isfinite(*value)) return {};
  }
  return value ? OrderedJson(*value) : OrderedJson();
}

/// Null for an empty text.
[[nodiscard]] inline OrderedJson or_null(const std::string& text) {
  return text.empty() ? OrderedJson() : OrderedJson(text);
}

}  // namespace assay::reports
