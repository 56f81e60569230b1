#pragma once
/// The address of an answer.

#include <assay/cassette/cassette.hpp>
#include <assay/core/json.hpp>

#include <string>
#include <string_view>

namespace assay::cassette {

/// The parameters as they are hashed. Text that is no JSON is hashed as a string, which no recorded request has.
[[nodiscard]] std::string canonical_params(std::string_view params);

/// The schema as a line holds it: its JSON, or a string of what is none; null where there is no schema.
[[nodiscard]] Json schema_of(std::string_view text);

/// The key of a line's own request, whatever key the line carries.
[[nodiscard]] std::string key_of_line(const Json& line);

/// The first eight bytes of a key's digest; 0 for what is no key.
[[nodiscard]] std::uint64_t short_key(std::string_view key);

/// `sha256:` and 64 lower-case hex digits.
[[nodiscard]] bool is_key(std::string_view text);

}  // namespace assay::cassette
