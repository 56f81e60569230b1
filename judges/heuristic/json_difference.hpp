#pragma once
/// Where two JSON values differ.

#include <assay/core/json.hpp>

#include <optional>
#include <string>

namespace assay::judges {

/// The first difference between two values, in the order of the expected one: the path to it, and both sides there.
struct Difference {
  std::string path;
  const Json* expected = nullptr;  ///< nullptr: not expected at all
  const Json* found = nullptr;     ///< nullptr: missing
};

/// Numbers compare by value: 1 and 1.0 are equal; the order of keys does not count. Linear.
[[nodiscard]] std::optional<Difference> first_difference(const Json& expected, const Json& found);

}  // namespace assay::judges
