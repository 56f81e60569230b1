#pragma once
/// The JSON type, for the places that navigate JSON; values pass it on as text.

#include <assay/core/error.hpp>

#include <nlohmann/json.hpp>

#include <string>
#include <string_view>

namespace assay {

using Json = nlohmann::json;                 // keys sorted
using OrderedJson = nlohmann::ordered_json;  // keys as written

/// Depth beyond which JSON from outside is refused; nlohmann's dump and copy recurse.
inline constexpr int kMaxJsonDepth = 64;

/// Parses one JSON value from hostile text: at most `kMaxJsonDepth` deep, no comments, duplicate keys: last wins.
/// Errors: `protocol`, with line and column in `at`.
[[nodiscard]] Result<Json> parse_json(std::string_view text);

/// Compact text; bytes that are not UTF-8 become U+FFFD.
[[nodiscard]] std::string dump_json(const Json& value);

/// Indented text as commands and files show it, with a line break at its end; bytes that are not UTF-8 become U+FFFD.
[[nodiscard]] std::string indented_json(const OrderedJson& value);

/// Canonical text for digests: keys sorted by bytes, no white space, numbers with at most 12 significant digits
/// (an integral number without a fraction), strings in UTF-8. Equal values give equal bytes.
[[nodiscard]] std::string canonical_json(const Json& value);

}  // namespace assay
