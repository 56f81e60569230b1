#pragma once
/// Moments to the millisecond, as RFC 3339 text and back.

#include <assay/core/time.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace assay::cassette {

/// `2026-11-21T10:00:00.123Z`; "" outside the years 0…9999, which the form cannot hold.
[[nodiscard]] std::string moment_text(WallTime time);

/// Exactly the form above; nothing for any other text.
[[nodiscard]] std::optional<WallTime> moment_of(std::string_view text);

}  // namespace assay::cassette
