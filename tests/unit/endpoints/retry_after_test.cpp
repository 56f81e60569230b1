#include "runner/endpoints/retry_after.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace assay::endpoints {
namespace {

using namespace std::chrono_literals;

// Sun, 06 Nov 1994 08:49:07 GMT: half a minute before the RFC's example.
constexpr WallTime kNow{784'111'747'000};

TEST(RetryAfter, reads_seconds_and_all_three_dates) {
  struct Row {
    const char* value;
    std::optional<Duration> wait;
  };
  const Row rows[] = {
      {"0", 0s},
      {"2", 2s},
      {" 120 ", 120s},
      {"1.5", 1500ms},
      {"Sun, 06 Nov 1994 08:49:37 GMT", 30s},
      {"Sunday, 06-Nov-94 08:49:37 GMT", 30s},
      {"Sun Nov  6 08:49:37 1994", 30s},
      {"Mon, 07 Nov 1994 08:49:07 GMT", 24h},
      {"Sun, 06 Nov 1994 08:00:00 GMT", 0s},
      {"99999999999999999999999", 10 * 365 * 24h},
      {"", {}},
      {"-1", {}},
      {"soon", {}},
      {"1e9", {}},
      {"2 seconds", {}},
      {"inf", {}},
      {"Sun, 06 Nov 1994 08:49:37 PST", {}},
      {"Sun, 31 Feb 1994 08:49:37 GMT", {}},
      {"Sun, 262 Nov 1994 08:49:37 GMT", {}},
      {"Sun, 06 Foo 1994 08:49:37 GMT", {}},
      {"Sun, 06 Nov 1994 25:49:37 GMT", {}},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.value);
    EXPECT_EQ(parse_retry_after(row.value, kNow), row.wait);
  }
}

TEST(Reset, reads_durations_as_rate_limiters_write_them) {
  struct Row {
    const char* value;
    std::optional<Duration> wait;
  };
  const Row rows[] = {{"1s", 1s},  {"6m0s", 6min}, {"120ms", 120ms}, {"1h2m3.5s", 1h + 2min + 3500ms},
                      {"0s", 0s},  {"7", 7s},      {"0.25", 250ms},  {"1d", 24h},
                      {"", {}},    {"s", {}},      {"1x", {}},       {"-1s", {}},
                      {"1s2", {}}, {"1 s", {}}};
  for (const auto& row : rows) {
    SCOPED_TRACE(row.value);
    EXPECT_EQ(parse_reset(row.value), row.wait);
  }
}

TEST(RetryHint, takes_the_header_that_applies) {
  struct Row {
    const char* what;
    int status;
    HttpHeaders headers;
    std::optional<Duration> wait;
  };
  const Row rows[] = {
      {"none", 429, {}, {}},
      {"Retry-After", 429, {{"Retry-After", "3"}}, 3s},
      {"on any failed status", 500, {{"retry-after", "3"}}, 3s},
      {"milliseconds win", 429, {{"retry-after", "3"}, {"Retry-After-Ms", "250"}}, 250ms},
      {"an unreadable one is passed over", 429, {{"retry-after", "soon"}, {"x-ratelimit-reset-requests", "4s"}}, 4s},
      {"Retry-After wins over resets", 429, {{"x-ratelimit-reset-requests", "9s"}, {"retry-after", "1"}}, 1s},
      {"requests", 429, {{"x-ratelimit-reset-requests", "4s"}}, 4s},
      {"the longer of both", 503, {{"x-ratelimit-reset-requests", "4s"}, {"x-ratelimit-reset-tokens", "6m0s"}}, 6min},
      {"what is left does not limit",
       429,
       {{"x-ratelimit-reset-requests", "4s"},
        {"x-ratelimit-remaining-requests", "0"},
        {"x-ratelimit-reset-tokens", "6m0s"},
        {"x-ratelimit-remaining-tokens", "1200"}},
       4s},
      {"resets say nothing on a 500", 500, {{"x-ratelimit-reset-requests", "4s"}}, {}},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.what);
    EXPECT_EQ(retry_hint(row.status, row.headers, kNow), row.wait);
  }
}

}  // namespace
}  // namespace assay::endpoints
