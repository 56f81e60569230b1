#include <assay/reports/format.hpp>

#include <fmt/format.h>

#include <cmath>
#include <string_view>

namespace assay::reports {
namespace {

constexpr std::string_view kNone = "–";

/// Thousands apart in the digits before the point.
std::string grouped(std::string digits) {
  auto end = digits.find('.');
  if (end == std::string::npos) end = digits.size();
  const std::size_t begin = digits.starts_with('-') ? 1 : 0;
  for (std::size_t at = end; at > begin + 3;) digits.insert(at -= 3, 1, ',');
  return digits;
}

/// At most `decimals`, without trailing zeros.
std::string plain(double value, int decimals) {
  std::string text = fmt::format("{:.{}f}", value, decimals);
  if (text.find('.') != std::string::npos) {
    while (text.back() == '0') text.pop_back();
    if (text.back() == '.') text.pop_back();
  }
  return grouped(text);
}

std::string percent(double share) {
  const double value = share * 100;
  for (int decimals = 1; decimals < 6; ++decimals) {
    std::string text = fmt::format("{:.{}f}", value, decimals);
    const double shown = std::stod(text);
    const bool whole = std::abs(shown) == 100 || shown == 0;
    if (!whole || shown == value) return text + " %";
  }
  return share < 0.5 ? "<0.00001 %" : ">99.99999 %";
}

std::string dollars(double usd) {
  const double size = std::abs(usd);
  const char* sign = usd < 0 ? "-" : "";
  if (size == 0 || size >= 1) return fmt::format("{}${}", sign, grouped(fmt::format("{:.2f}", size)));
  const int decimals = std::min(12, std::max(2, 1 - static_cast<int>(std::floor(std::log10(size)))));
  return fmt::format("{}${:.{}f}", sign, size, decimals);
}

std::string seconds(double s) {
  const double size = std::abs(s);
  if (size >= 1e9) return fmt::format("{:.3g} s", s);
  if (s < 0) return "-" + show_duration(from_seconds(size));
  return show_duration(from_seconds(size));
}

}  // namespace

std::string show_value(double value, Unit unit) {
  if (!std::isfinite(value)) return std::string(kNone);
  switch (unit) {
    case Unit::share:
      return percent(value);
    case Unit::seconds:
      return seconds(value);
    case Unit::usd:
      return dollars(value);
    case Unit::number:
      return plain(value, 2);
    case Unit::tokens:
    case Unit::chars:
    case Unit::words:
    case Unit::lines:
      break;
  }
  return fmt::format("{} {}", plain(value, 1), name(unit));
}

std::string show_interval(const std::optional<std::pair<double, double>>& interval, Unit unit) {
  if (!interval) return std::string(kNone);
  return fmt::format("[{}, {}]", show_value(interval->first, unit), show_value(interval->second, unit));
}

std::string show_duration(Duration duration) {
  const double s = to_seconds(duration);
  if (s == 0) return "0 s";
  if (s < 0.9995e-3) return fmt::format("{:.0f} µs", s * 1e6);
  if (s < 0.01) return fmt::format("{:.1f} ms", s * 1e3);
  if (s < 0.9995) return fmt::format("{:.0f} ms", s * 1e3);
  if (s < 9.995) return fmt::format("{:.2f} s", s);
  if (s < 59.95) return fmt::format("{:.1f} s", s);
  const auto whole = static_cast<std::int64_t>(std::llround(s));
  if (whole < 3600) return fmt::format("{} min {} s", whole / 60, whole % 60);
  const std::int64_t minutes = (whole + 30) / 60;
  return fmt::format("{} h {} min", minutes / 60, minutes % 60);
}

std::string show_count(std::uint64_t count) {
  return grouped(std::to_string(count));
}

std::string show_short(std::uint64_t count) {
  double value = static_cast<double>(count);
  if (count < 1000) return std::to_string(count);
  for (const char* suffix : {"k", "M", "G"}) {
    value /= 1000;
    if (value < 9.995) return fmt::format("{:.2f}{}", value, suffix);
    if (value < 99.95) return fmt::format("{:.1f}{}", value, suffix);
    if (value < 999.5) return fmt::format("{:.0f}{}", value, suffix);
  }
  return fmt::format("{:.0f}T", value / 1000);
}

}  // namespace assay::reports
