#pragma once
/// What an answer is, or what its only code fence holds.

#include <assay/core/check.hpp>
#include <assay/core/json.hpp>

#include <string>
#include <string_view>
#include <variant>

namespace assay::judges {

/// What the answer's only Markdown code fence (``` … ```) holds, or one sentence why there is none: no fence, several,
/// one that is not closed. `language` is what was looked for: `JSON`.
[[nodiscard]] std::variant<std::string_view, std::string> only_fence(const CheckContext& context,
                                                                     std::string_view language);

/// The value, or one sentence why there is none. With `fence`, the answer's only Markdown code fence (``` … ```) is
/// read. Without, a failure says so where that would have helped.
[[nodiscard]] std::variant<Json, std::string> json_of(const CheckContext& context, bool fence);

}  // namespace assay::judges
