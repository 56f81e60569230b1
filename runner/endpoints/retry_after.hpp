#pragma once
/// How long an endpoint asks to be left alone.

#include <assay/core/http.hpp>
#include <assay/core/time.hpp>

#include <optional>
#include <string_view>

namespace assay::endpoints {

/// `Retry-After` as seconds (`2`, `0.5`) or as an HTTP date in any of its three forms (RFC 9110 §5.6.7, §10.2.3). A
/// date in the past is 0.
[[nodiscard]] std::optional<Duration> parse_retry_after(std::string_view value, WallTime now);

/// The durations of `x-ratelimit-reset-*`: `1s`, `6m0s`, `120ms`, `1h2m3.5s`, or a number of seconds.
[[nodiscard]] std::optional<Duration> parse_reset(std::string_view value);

/// What the headers of a failed attempt ask for: `retry-after-ms`, else `Retry-After`, else (429 and 503 only) the
/// longest `x-ratelimit-reset-requests` or `-tokens` whose `-remaining-` is not above 0. At most 10 years.
[[nodiscard]] std::optional<Duration> retry_hint(int status, const HttpHeaders& headers, WallTime now);

}  // namespace assay::endpoints
