#pragma once
/// Checks that people know by name and that this version does not have.

#include <optional>
#include <string_view>

namespace assay::judges {

/// What to write instead; "" if there is nothing. Nothing for a name that is not known at all.
[[nodiscard]] std::optional<std::string_view> find_later(std::string_view name);

/// What to write for a name that other tools have and that is an option of a check here. Nothing for any other name.
[[nodiscard]] std::optional<std::string_view> find_otherwise(std::string_view name);

}  // namespace assay::judges
