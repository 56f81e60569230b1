#pragma once
/// The JSON value that an answer is, or that its only code fence holds.

#include <assay/core/check.hpp>
#include <assay/core/json.hpp>

#include <string>
#include <variant>

namespace assay::judges {

/// The value, or one sentence why there is none. With `fence`, the answer's only Markdown code fence (``` … ```) is
/// read. Without, a failure says so where that would have helped.
[[nodiscard]] std::variant<Json, std::string> json_of(const CheckContext& context, bool fence);

}  // namespace assay::judges
