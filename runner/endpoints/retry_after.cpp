#include "runner/endpoints/retry_after.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <string>
#include <vector>

namespace assay::endpoints {

namespace {

constexpr double kMostSeconds = 10.0 * 365 * 24 * 3600;
constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

Duration bounded(double seconds) {
  return from_seconds(std::clamp(seconds, 0.0, kMostSeconds));
}

// A number at the front of `text`, taken off it. Digits and a point only: no sign, no exponent, no inf.
std::optional<double> take_number(std::string_view& text) {
  if (text.empty() || text.front() < '0' || text.front() > '9') return std::nullopt;
  double value = 0;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
  // Either the many digits of a huge number or, after the point, the many zeros of a tiny one.
  if (ec == std::errc::result_out_of_range) value = text[text.find_first_not_of('0')] == '.' ? 0 : kMostSeconds;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return value;
}

std::optional<int> whole_number(std::string_view text) {
  int value = 0;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (ec != std::errc() || end != text.data() + text.size() || value < 0) return std::nullopt;
  return value;
}

std::vector<std::string_view> split_date(std::string_view text) {
  std::vector<std::string_view> words;
  while (!text.empty() && words.size() < 8) {
    const auto from = text.find_first_not_of(" ,-");
    if (from == std::string_view::npos) break;
    text.remove_prefix(from);
    const auto end = std::min(text.find_first_of(" ,-"), text.size());
    words.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return words;
}

std::optional<std::chrono::seconds> clock_time(std::string_view text) {
  if (text.size() != 8 || text[2] != ':' || text[5] != ':') return std::nullopt;
  const auto h = whole_number(text.substr(0, 2));
  const auto m = whole_number(text.substr(3, 2));
  const auto s = whole_number(text.substr(6, 2));
  if (!h || !m || !s || *h > 23 || *m > 59 || *s > 60) return std::nullopt;
  return std::chrono::seconds(*h * 3600 + *m * 60 + *s);
}

// RFC 850's two digits: a year that seems more than 50 years ahead is the past one with these digits.
int full_year(int year, std::size_t digits, WallTime now) {
  if (digits != 2) return year;
  const auto today =
      std::chrono::floor<std::chrono::days>(std::chrono::sys_time(std::chrono::milliseconds(now.unix_ms)));
  const int this_year = static_cast<int>(std::chrono::year_month_day(today).year());
  const int guess = this_year / 100 * 100 + year;
  return guess > this_year + 50 ? guess - 100 : guess;
}

// `Sun, 06 Nov 1994 08:49:37 GMT`, `Sunday, 06-Nov-94 08:49:37 GMT`, `Sun Nov  6 08:49:37 1994`.
std::optional<WallTime> parse_http_date(std::string_view text, WallTime now) {
  const auto words = split_date(text);
  const bool asctime = words.size() == 5;
  if (!asctime && (words.size() != 6 || words[5] != "GMT")) return std::nullopt;
  const auto month_text = asctime ? words[1] : words[2];
  const auto year_text = asctime ? words[4] : words[3];
  const auto day = whole_number(asctime ? words[2] : words[1]);
  const auto year = whole_number(year_text);
  const auto time = clock_time(asctime ? words[3] : words[4]);
  const auto* month = std::find(kMonths.begin(), kMonths.end(), month_text);
  if (!day || !year || !time || month == kMonths.end() || *year > 9999 || *day > 31) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(full_year(*year, year_text.size(), now)),
                                         std::chrono::month(static_cast<unsigned>(month - kMonths.begin()) + 1),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return std::nullopt;
  const auto moment = std::chrono::sys_days(date) + *time;
  return WallTime{std::chrono::duration_cast<std::chrono::milliseconds>(moment.time_since_epoch()).count()};
}

std::optional<double> unit_seconds(std::string_view unit) {
  if (unit == "ns") return 1e-9;
  if (unit == "us") return 1e-6;
  if (unit == "ms") return 1e-3;
  if (unit == "s") return 1;
  if (unit == "m") return 60;
  if (unit == "h") return 3600;
  if (unit == "d") return 86400;
  return std::nullopt;
}

std::optional<Duration> reset_of(const HttpHeaders& headers, std::string_view what) {
  const auto reset = find_header(headers, std::string("x-ratelimit-reset-").append(what));
  if (!reset) return std::nullopt;
  if (auto remaining = find_header(headers, std::string("x-ratelimit-remaining-").append(what))) {
    const auto left = take_number(*remaining);
    if (left && *left > 0) return std::nullopt;
  }
  return parse_reset(*reset);
}

}  // namespace

std::optional<Duration> parse_retry_after(std::string_view value, WallTime now) {
  value = trimmed(value);
  auto rest = value;
  const auto seconds = take_number(rest);
  if (seconds && rest.empty()) return bounded(*seconds);
  const auto date = parse_http_date(value, now);
  if (!date) return std::nullopt;
  return bounded(static_cast<double>(date->unix_ms - now.unix_ms) / 1e3);
}

std::optional<Duration> parse_reset(std::string_view value) {
  value = trimmed(value);
  double total = 0;
  bool any = false;
  while (!value.empty()) {
    const auto number = take_number(value);
    if (!number) return std::nullopt;
    if (value.empty() && !any) return bounded(*number);
    const auto end = std::min(value.find_first_of("0123456789"), value.size());
    const auto unit = unit_seconds(value.substr(0, end));
    if (!unit) return std::nullopt;
    total += *number * *unit;
    value.remove_prefix(end);
    any = true;
  }
  if (!any) return std::nullopt;
  return bounded(total);
}

std::optional<Duration> retry_hint(int status, const HttpHeaders& headers, WallTime now) {
  if (auto ms = find_header(headers, "retry-after-ms")) {
    auto text = trimmed(*ms);
    const auto number = take_number(text);
    if (number && text.empty()) return bounded(*number / 1e3);
  }
  if (const auto value = find_header(headers, "retry-after")) {
    if (const auto asked = parse_retry_after(*value, now)) return asked;
  }
  if (status != 429 && status != 503) return std::nullopt;
  const auto requests = reset_of(headers, "requests");
  const auto tokens = reset_of(headers, "tokens");
  if (requests && tokens) return std::max(*requests, *tokens);
  return requests ? requests : tokens;
}

}  // namespace assay::endpoints
