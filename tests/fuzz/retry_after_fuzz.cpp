// Any header value: a wait between 0 and 10 years or none, the same whichever way it is asked for.

#include "runner/endpoints/retry_after.hpp"
#include "tests/fuzz/fuzz.hpp"

#include <chrono>
#include <cstdlib>
#include <string>

namespace {

using namespace assay;

constexpr Duration kMost = std::chrono::hours(10 * 365 * 24);
constexpr WallTime kNow{784'111'777'000};  // Sun, 06 Nov 1994 08:49:37 GMT

void check(std::optional<Duration> wait, std::string_view value) {
  if (!wait) return;
  fuzz::require(*wait >= Duration::zero() && *wait <= kMost);
  const bool fraction = value.starts_with("0.") && value.find_first_not_of("0123456789.") == std::string_view::npos;
  if (fraction) fuzz::require(*wait <= std::chrono::seconds(1));
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string value(fuzz::text_of(data, size));
  const auto asked = endpoints::parse_retry_after(value, kNow);
  const auto reset = endpoints::parse_reset(value);
  check(asked, value);
  check(reset, value);
  // White space around a value means nothing, and a day that no month has is no date.
  fuzz::require(endpoints::parse_retry_after(" " + value + "\t", kNow) == asked);
  if (value.starts_with("Sun, ") && std::strtoul(value.c_str() + 5, nullptr, 10) > 31) fuzz::require(!asked);
  for (const int status : {429, 500}) {
    fuzz::require(endpoints::retry_hint(status, {{"Retry-After", value}}, kNow) == asked);
    const auto hint = endpoints::retry_hint(
        status, {{"x-ratelimit-reset-tokens", value}, {"x-ratelimit-remaining-tokens", "0"}}, kNow);
    fuzz::require(hint == (status == 429 ? reset : std::nullopt));
    check(endpoints::retry_hint(status, {{"retry-after-ms", value}, {"Retry-After", value}}, kNow), value);
  }
  return 0;
}
