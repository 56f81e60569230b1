#include "judges/heuristic/number_scan.hpp"

#include <assay/text/utf8.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <limits>
#include <string>

namespace assay::judges {

namespace {

constexpr std::array<std::string_view, 7> kCurrencies{"$", "€", "£", "¥", "₹", "₩", "₽"};
constexpr std::array<std::string_view, 8> kCurrencyCodes{"USD", "EUR", "GBP", "CHF", "JPY", "CNY", "INR", "Rs"};
constexpr std::array<std::string_view, 3> kSigns{"-", "+", "−"};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_word(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

bool digit_at(std::string_view text, std::size_t i) {
  return i < text.size() && is_digit(text[i]);
}

// The length of the entry that ends at `end`; 0 if none does.
template <std::size_t kCount>
std::size_t ends_here(std::string_view text, std::size_t end, const std::array<std::string_view, kCount>& entries) {
  for (const auto entry : entries) {
    if (text.substr(0, end).ends_with(entry)) return entry.size();
  }
  return 0;
}

bool is_part_of_word(std::string_view text, std::size_t begin) {
  if (begin == 0 || !is_word(text[begin - 1])) return false;
  const auto code = ends_here(text, begin, kCurrencyCodes);
  return code == 0 || (begin > code && is_word(text[begin - code - 1]));
}

// Where digits, thousands and decimals end.
std::size_t digits_end(std::string_view text, std::size_t begin) {
  std::size_t end = begin;
  while (digit_at(text, end)) ++end;
  const auto three_follow = [&](std::size_t i) {
    return i < text.size() && text[i] == ',' && digit_at(text, i + 1) && digit_at(text, i + 2) &&
           digit_at(text, i + 3) && !digit_at(text, i + 4);
  };
  if (end > begin && end - begin <= 3 && text[begin] != '0') {
    while (three_follow(end)) end += 4;
  }
  if (end < text.size() && text[end] == '.' && digit_at(text, end + 1)) {
    ++end;
    while (digit_at(text, end)) ++end;
  }
  return end;
}

std::size_t exponent_end(std::string_view text, std::size_t end) {
  if (end >= text.size() || (text[end] != 'e' && text[end] != 'E')) return end;
  std::size_t i = end + 1;
  if (i < text.size() && (text[i] == '+' || text[i] == '-')) ++i;
  if (!digit_at(text, i)) return end;
  while (digit_at(text, i)) ++i;
  return i;
}

// True if a number beyond the range of a double is below 1, not above.
bool is_small(std::string_view number) {
  const auto mantissa = number.substr(0, number.find_first_of("eE"));
  const auto point = static_cast<std::int64_t>(std::min(mantissa.find('.'), mantissa.size()));
  const auto first = static_cast<std::int64_t>(mantissa.find_first_of("123456789"));
  auto exponent = number.substr(std::min(mantissa.size() + 1, number.size()));
  const bool negative = exponent.starts_with('-');
  if (negative || exponent.starts_with('+')) exponent.remove_prefix(1);
  std::int64_t power = 0;
  const auto [end, error] = std::from_chars(exponent.data(), exponent.data() + exponent.size(), power);
  constexpr std::int64_t kBeyondAnyText = 1'000'000'000'000;
  if (error == std::errc::result_out_of_range || power > kBeyondAnyText) return negative;
  return point - first + (negative ? -power : power) < 0;
}

double value_of(std::string_view digits) {
  std::string plain;
  for (const char c : digits) {
    if (c != ',') plain += c;
  }
  double value = 0;
  const auto [end, error] = std::from_chars(plain.data(), plain.data() + plain.size(), value);
  if (error != std::errc::result_out_of_range) return value;
  return is_small(plain) ? 0 : std::numeric_limits<double>::infinity();
}

// Takes sign and currency sign before the digits in; true if the number is negative.
bool take_front(std::string_view text, std::size_t& begin) {
  const auto sign_before = [&](std::size_t at) -> std::size_t {
    const auto length = ends_here(text, at, kSigns);
    if (length == 0 || at == length) return length;
    const char before = text[at - length - 1];
    const bool glued = is_word(before) || before == ')' || ends_here(text, at - length, kSigns) > 0;
    return glued ? 0 : length;
  };
  std::size_t sign = sign_before(begin);
  if (sign == 0) {
    const auto currency = ends_here(text, begin, kCurrencies);
    begin -= currency;
    if (currency > 0) sign = sign_before(begin);
    begin -= sign;
    return sign > 0 && text[begin] != '+';
  }
  begin -= sign;
  const bool negative = text[begin] != '+';
  begin -= ends_here(text, begin, kCurrencies);
  return negative;
}

}  // namespace

std::optional<FoundNumber> next_number(std::string_view text, std::size_t from) {
  for (std::size_t i = from; i < text.size(); ++i) {
    const bool point = text[i] == '.' && digit_at(text, i + 1) && (i == 0 || !is_word(text[i - 1]));
    if (!point && !is_digit(text[i])) continue;
    const std::size_t end = exponent_end(text, digits_end(text, i));
    if (is_part_of_word(text, i)) {
      i = end - 1;
      continue;
    }
    FoundNumber found{.value = value_of(text.substr(i, end - i)), .begin = i, .end = end};
    if (take_front(text, found.begin)) found.value = -found.value;
    return found;
  }
  return std::nullopt;
}

std::optional<double> whole_number(std::string_view text) {
  text = text::trim(text);
  const auto found = next_number(text, 0);
  if (!found || found->begin != 0) return std::nullopt;
  auto rest = text.substr(found->end);
  if (rest.starts_with('%')) rest.remove_prefix(1);
  if (rest.starts_with('.')) rest.remove_prefix(1);
  return rest.empty() ? std::optional(found->value) : std::nullopt;
}

}  // namespace assay::judges
