#include "judges/json_schema/format.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <optional>

namespace assay::judges::schema {

namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_alpha(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_hex(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

bool is_any_of(char c, std::string_view set) {
  return set.find(c) != std::string_view::npos;
}

// Exactly `count` digits at the front, taken off.
std::optional<int> take_digits(std::string_view& text, std::size_t count) {
  if (text.size() < count || !std::all_of(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(count), is_digit)) {
    return std::nullopt;
  }
  int value = 0;
  for (std::size_t i = 0; i < count; ++i) value = value * 10 + (text[i] - '0');
  text.remove_prefix(count);
  return value;
}

bool take(std::string_view& text, std::string_view any_of) {
  if (text.empty() || !is_any_of(text.front(), any_of)) return false;
  text.remove_prefix(1);
  return true;
}

int days_in(int year, int month) {
  static constexpr std::array<int, 12> kDays{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return month == 2 && leap ? 29 : kDays[static_cast<std::size_t>(month - 1)];
}

bool take_date(std::string_view& text) {
  const auto year = take_digits(text, 4);
  if (!year || !take(text, "-")) return false;
  const auto month = take_digits(text, 2);
  if (!month || *month < 1 || *month > 12 || !take(text, "-")) return false;
  const auto day = take_digits(text, 2);
  return day && *day >= 1 && *day <= days_in(*year, *month);
}

// Minutes east of UTC.
std::optional<int> take_offset(std::string_view& text) {
  if (take(text, "zZ")) return 0;
  const bool west = !text.empty() && text.front() == '-';
  if (!take(text, "+-")) return std::nullopt;
  const auto hours = take_digits(text, 2);
  if (!hours || *hours > 23 || !take(text, ":")) return std::nullopt;
  const auto minutes = take_digits(text, 2);
  if (!minutes || *minutes > 59) return std::nullopt;
  return (west ? -1 : 1) * (*hours * 60 + *minutes);
}

bool take_time(std::string_view& text) {
  const auto hour = take_digits(text, 2);
  if (!hour || *hour > 23 || !take(text, ":")) return false;
  const auto minute = take_digits(text, 2);
  if (!minute || *minute > 59 || !take(text, ":")) return false;
  const auto second = take_digits(text, 2);
  if (!second || *second > 60) return false;
  if (take(text, ".")) {
    if (text.empty() || !is_digit(text.front())) return false;
    while (!text.empty() && is_digit(text.front())) text.remove_prefix(1);
  }
  const auto offset = take_offset(text);
  if (!offset) return false;
  // A leap second falls on the last minute of a day in UTC only.
  const int utc = ((*hour * 60 + *minute - *offset) % 1440 + 1440) % 1440;
  return *second < 60 || utc == 1439;
}

bool is_date(std::string_view text) {
  return take_date(text) && text.empty();
}

bool is_time(std::string_view text) {
  return take_time(text) && text.empty();
}

bool is_date_time(std::string_view text) {
  return take_date(text) && take(text, "tT") && take_time(text) && text.empty();
}

bool inet(int family, std::string_view text) {
  std::array<unsigned char, 16> address{};
  const std::string copy(text);
  return copy.find('\0') == std::string::npos && inet_pton(family, copy.c_str(), address.data()) == 1;
}

bool is_ipv4(std::string_view text) {
  return inet(AF_INET, text);
}

bool is_ipv6(std::string_view text) {
  return inet(AF_INET6, text);
}

bool is_host_name(std::string_view text) {
  if (text.empty() || text.size() > 253) return false;
  while (!text.empty()) {
    const auto label = text.substr(0, text.find('.'));
    const auto good = [](char c) { return is_alpha(c) || is_digit(c) || c == '-'; };
    if (label.empty() || label.size() > 63 || label.front() == '-' || label.back() == '-') return false;
    if (!std::all_of(label.begin(), label.end(), good)) return false;
    if (label.size() == text.size()) return true;
    text.remove_prefix(label.size() + 1);
  }
  return false;
}

bool is_dot_atom(std::string_view text) {
  if (text.empty() || text.front() == '.' || text.back() == '.' || text.find("..") != std::string_view::npos) {
    return false;
  }
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return is_alpha(c) || is_digit(c) || is_any_of(c, ".!#$%&'*+-/=?^_`{|}~"); });
}

bool is_quoted_local(std::string_view text) {
  if (text.size() < 2 || text.front() != '"' || text.back() != '"') return false;
  text = text.substr(1, text.size() - 2);
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escaped = text[i] == '\\';
    if (escaped && ++i == text.size()) return false;
    if (text[i] < 32 || text[i] > 126 || (text[i] == '"' && !escaped)) return false;
  }
  return true;
}

bool is_email(std::string_view text) {
  const auto at = text.rfind('@');
  if (at == std::string_view::npos || at > 64) return false;
  const auto local = text.substr(0, at);
  const auto domain = text.substr(at + 1);
  if (!is_dot_atom(local) && !is_quoted_local(local)) return false;
  if (domain.size() > 2 && domain.front() == '[' && domain.back() == ']') {
    const auto literal = domain.substr(1, domain.size() - 2);
    return literal.starts_with("IPv6:") ? is_ipv6(literal.substr(5)) : is_ipv4(literal);
  }
  return is_host_name(domain);
}

bool is_uuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[i] != '-' : !is_hex(text[i])) return false;
  }
  return true;
}

// RFC 3986: characters of the given part, and whole percent escapes.
bool is_uri_text(std::string_view text, std::string_view extra) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%') {
      if (i + 2 >= text.size() || !is_hex(text[i + 1]) || !is_hex(text[i + 2])) return false;
      i += 2;
    } else if (!is_alpha(text[i]) && !is_digit(text[i]) && !is_any_of(text[i], "-._~!$&'()*+,;=:@") &&
               !is_any_of(text[i], extra)) {
      return false;
    }
  }
  return true;
}

bool is_authority(std::string_view text) {
  if (const auto at = text.find('@'); at != std::string_view::npos) {
    if (!is_uri_text(text.substr(0, at), "")) return false;
    text.remove_prefix(at + 1);
  }
  auto port = text.rfind(':');
  if (!text.empty() && text.front() == '[') {
    const auto end = text.find(']');
    if (end == std::string_view::npos) return false;
    const auto literal = text.substr(1, end - 1);
    const bool future = literal.starts_with('v') && literal.size() > 2 && is_uri_text(literal, "");
    if (!future && !is_ipv6(literal)) return false;
    port = end + 1 == text.size() ? std::string_view::npos : end + 1;
    if (port != std::string_view::npos && text[port] != ':') return false;
  } else {
    const auto host = text.substr(0, port);
    if (!is_uri_text(host, "") || is_any_of(':', host) || is_any_of('@', host)) return false;
  }
  if (port == std::string_view::npos) return true;
  return std::all_of(text.begin() + static_cast<std::ptrdiff_t>(port) + 1, text.end(), is_digit);
}

bool is_uri(std::string_view text) {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos || colon == 0 || !is_alpha(text.front())) return false;
  const auto scheme = text.substr(0, colon);
  const auto good = [](char c) { return is_alpha(c) || is_digit(c) || is_any_of(c, "+-."); };
  if (!std::all_of(scheme.begin(), scheme.end(), good)) return false;
  text.remove_prefix(colon + 1);
  if (const auto hash = text.find('#'); hash != std::string_view::npos) {
    if (!is_uri_text(text.substr(hash + 1), "/?")) return false;
    text = text.substr(0, hash);
  }
  if (const auto mark = text.find('?'); mark != std::string_view::npos) {
    if (!is_uri_text(text.substr(mark + 1), "/?")) return false;
    text = text.substr(0, mark);
  }
  if (text.starts_with("//")) {
    text.remove_prefix(2);
    const auto path = std::min(text.find('/'), text.size());
    if (!is_authority(text.substr(0, path))) return false;
    text.remove_prefix(path);
  }
  return is_uri_text(text, "/");
}

constexpr std::array<Format, 8> kFormats{{{"date", is_date},
                                          {"time", is_time},
                                          {"date-time", is_date_time},
                                          {"email", is_email},
                                          {"uuid", is_uuid},
                                          {"uri", is_uri},
                                          {"ipv4", is_ipv4},
                                          {"ipv6", is_ipv6}}};

}  // namespace

const Format* find_format(std::string_view name) {
  const auto* const it =
      std::find_if(kFormats.begin(), kFormats.end(), [&](const Format& f) { return f.name == name; });
  return it == kFormats.end() ? nullptr : &*it;
}

std::string format_names() {
  std::string names;
  for (const auto& format : kFormats) names += (names.empty() ? "" : ", ") + std::string(format.name);
  return names;
}

}  // namespace assay::judges::schema
