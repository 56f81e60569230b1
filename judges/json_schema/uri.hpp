#pragma once
/// URI references (RFC 3986), as far as `$id` and `$ref` need them, and JSON Pointers (RFC 6901).

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace assay::judges::schema {

/// `reference` against `base` (section 5.2). An empty base leaves the reference as it is.
[[nodiscard]] std::string resolve_uri(std::string_view base, std::string_view reference);

/// The address and the fragment, without `#`.
[[nodiscard]] std::pair<std::string, std::string> split_fragment(std::string_view uri);

/// `%7e` → `~`; malformed escapes stay.
[[nodiscard]] std::string percent_decode(std::string_view text);

/// `/a~1b/0` → `a/b`, `0`. Nothing for text that is neither empty nor starts with `/`.
[[nodiscard]] std::optional<std::vector<std::string>> split_pointer(std::string_view pointer);

/// One segment, with `~` and `/` escaped.
[[nodiscard]] std::string escape_segment(std::string_view segment);

}  // namespace assay::judges::schema
