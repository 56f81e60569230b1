#pragma once
/// Refuses keywords that a draft-07 validator would silently ignore.

#include "judges/json_schema/assertions.hpp"

#include <optional>
#include <string>
#include <utility>

namespace assay::judges::schema {

/// The first keyword of one schema object that would be without effect, and why.
[[nodiscard]] std::optional<std::pair<std::string, Problem>> find_ignored(const Json& schema, bool is_root);

}  // namespace assay::judges::schema
