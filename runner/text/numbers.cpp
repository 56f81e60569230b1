#include <assay/text/reader.hpp>
#include <assay/text/utf8.hpp>

#include <array>
#include <charconv>
#include <cmath>

namespace assay::text {

namespace {

// YAML allows a plus sign, from_chars does not.
std::string_view without_plus(std::string_view text) {
  if (text.size() > 1 && text[0] == '+' && text[1] != '-') text.remove_prefix(1);
  return text;
}

struct TimeUnit {
  std::string_view name;
  double ns;
};

constexpr std::array kUnits{TimeUnit{"ms", 1e6}, TimeUnit{"s", 1e9}, TimeUnit{"m", 60e9}, TimeUnit{"h", 3600e9},
                            TimeUnit{"d", 86400e9}};
constexpr double kLongest = 36500 * 86400e9;  // a century: well within 64 bits of nanoseconds

}  // namespace

std::optional<double> parse_number(std::string_view text) {
  text = without_plus(text);
  double value = 0;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (ec != std::errc{} || end != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

std::optional<std::int64_t> parse_integer(std::string_view text) {
  text = without_plus(text);
  std::int64_t value = 0;
  const auto [end, ec] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (ec != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

Result<Duration> parse_duration(std::string_view text) {
  const std::string_view all = trim(text);
  const std::size_t split = all.find_last_of("0123456789.") + 1;  // npos + 1 is 0
  const auto value = parse_number(trim(all.substr(0, split)));
  const std::string_view unit = trim(all.substr(split));
  const auto wrong = [&](std::string_view why) {
    return Error{ErrorKind::invalid, in_quotes(text) + std::string(why),
                 "write a number and its unit: 500ms, 1.5s, 2m, 1h, 14d"};
  };
  if (!value) return wrong(" is not a duration");
  if (unit.empty()) return wrong(" has no unit");
  for (const TimeUnit& known : kUnits) {
    if (known.name != unit) continue;
    const double ns = *value * known.ns;
    if (std::signbit(*value) || ns > kLongest) return wrong(" is not between 0 and 100 years");
    return Duration(std::llround(ns));
  }
  return wrong(" has an unknown unit");
}

}  // namespace assay::text
