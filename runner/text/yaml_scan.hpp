#pragma once
/// What must be seen in a YAML file's bytes, because yaml-cpp does not see it.

#include <assay/text/node.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace assay::text {

/// The error in bytes that yaml-cpp would read without complaint, and wrongly: other encodings, raw control characters
/// and carriage returns alone; or at too great a cost: too many bytes or open brackets. Nothing if there is none.
[[nodiscard]] std::optional<Error> unreadable(std::string_view bytes, const std::string& file, const Limits& limits);

/// True if `text` begins with a bracket that the line does not close.
[[nodiscard]] bool never_closed(std::string_view text);

/// True if `text` begins with a quote that it never closes; yaml-cpp accepts that at the end of a file.
[[nodiscard]] bool open_quote(std::string_view text);

}  // namespace assay::text
