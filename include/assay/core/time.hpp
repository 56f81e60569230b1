#pragma once
/// Time as the product sees it: durations on the steady clock, moments on the wall.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace assay {

using Duration = std::chrono::nanoseconds;
using SteadyClock = std::chrono::steady_clock;
using TimePoint = std::chrono::time_point<SteadyClock, Duration>;

/// A moment for people and records, in milliseconds since 1970-01-01 UTC.
struct WallTime {
  std::int64_t unix_ms = 0;

  friend auto operator<=>(const WallTime&, const WallTime&) = default;
};

[[nodiscard]] WallTime wall_now();

/// RFC 3339 in UTC with seconds: `2026-11-21T10:00:00Z`.
[[nodiscard]] std::string to_rfc3339(WallTime time);

/// `2026-11-21T10:00:00Z`, with up to nine digits of a second (those beyond three are cut) and an offset in place of Z;
/// nothing for any other text. A leap second is not known.
[[nodiscard]] std::optional<WallTime> from_rfc3339(std::string_view text);

/// For a sentence: `0.5 s`, `90 s`.
[[nodiscard]] std::string in_seconds(Duration d);

/// Duration in milliseconds as a double, for reports.
[[nodiscard]] constexpr double to_ms(Duration d) {
  return std::chrono::duration<double, std::milli>(d).count();
}
[[nodiscard]] constexpr double to_seconds(Duration d) {
  return std::chrono::duration<double>(d).count();
}
[[nodiscard]] constexpr Duration from_seconds(double s) {
  return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(s));
}

}  // namespace assay
