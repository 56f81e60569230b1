#include "runner/cassette/moment.hpp"

#include <fmt/format.h>

namespace assay::cassette {
namespace {

using Days = std::chrono::sys_days;
using Millis = std::chrono::milliseconds;

constexpr std::string_view kForm = "dddd-dd-ddTdd:dd:dd.dddZ";

std::int64_t in_ms(std::chrono::year_month_day day) {
  return std::chrono::duration_cast<Millis>(Days(day).time_since_epoch()).count();
}

int number_at(std::string_view text, std::size_t at, std::size_t digits) {
  int value = 0;
  for (const char c : text.substr(at, digits)) value = value * 10 + (c - '0');
  return value;
}

}  // namespace

std::string moment_text(WallTime time) {
  static const std::int64_t kFirst = in_ms(std::chrono::year(0) / 1 / 1);
  static const std::int64_t kEnd = in_ms(std::chrono::year(10000) / 1 / 1);
  if (time.unix_ms < kFirst || time.unix_ms >= kEnd) return "";
  const std::chrono::sys_time<Millis> moment{Millis(time.unix_ms)};
  const auto midnight = std::chrono::floor<std::chrono::days>(moment);
  const std::chrono::year_month_day day(midnight);
  const auto ms = (moment - midnight).count();
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(day.year()),
                     static_cast<unsigned>(day.month()), static_cast<unsigned>(day.day()), ms / 3'600'000,
                     ms / 60'000 % 60, ms / 1000 % 60, ms % 1000);
}

std::optional<WallTime> moment_of(std::string_view text) {
  if (text.size() != kForm.size()) return std::nullopt;
  for (std::size_t i = 0; i < kForm.size(); ++i) {
    const bool digit = text[i] >= '0' && text[i] <= '9';
    if (kForm[i] == 'd' ? !digit : text[i] != kForm[i]) return std::nullopt;
  }
  const auto day = std::chrono::year(number_at(text, 0, 4)) / number_at(text, 5, 2) / number_at(text, 8, 2);
  const int hour = number_at(text, 11, 2);
  const int minute = number_at(text, 14, 2);
  const int second = number_at(text, 17, 2);
  if (!day.ok() || hour > 23 || minute > 59 || second > 59) return std::nullopt;
  return WallTime{in_ms(day) + ((hour * 60LL + minute) * 60 + second) * 1000 + number_at(text, 20, 3)};
}

}  // namespace assay::cassette
