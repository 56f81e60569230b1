#include "judges/heuristic/number_scan.hpp"

#include "judges/heuristic/characters.hpp"
#include "runner/text/decode.hpp"

#include <assay/text/utf8.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>

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
std::size_t digits_end(std::string_view text, std::size_t begin, const Notation& notation) {
  std::size_t end = begin;
  while (digit_at(text, end)) ++end;
  const auto three_follow = [&](std::size_t i) {
    return i < text.size() && text[i] == notation.thousands && digit_at(text, i + 1) && digit_at(text, i + 2) &&
           digit_at(text, i + 3) && !digit_at(text, i + 4);
  };
  if (end > begin && end - begin <= 3 && text[begin] != '0') {
    while (three_follow(end)) end += 4;
  }
  if (end < text.size() && text[end] == notation.decimal && digit_at(text, end + 1)) {
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

double value_of(std::string_view digits, const Notation& notation) {
  std::string plain;
  for (const char c : digits) {
    if (c != notation.thousands) plain += c == notation.decimal ? '.' : c;
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

/// What begins at a place: a number, or nothing and where to look next.
struct Look {
  std::optional<FoundNumber> number;
  std::size_t next = 0;
};

Look plain_at(std::string_view text, std::size_t at, const Notation& notation) {
  const bool point = text[at] == notation.decimal && digit_at(text, at + 1) && (at == 0 || !is_word(text[at - 1]));
  if (!point && !is_digit(text[at])) return {.number = {}, .next = at + 1};
  const std::size_t end = exponent_end(text, digits_end(text, at, notation));
  if (is_part_of_word(text, at)) return {.number = {}, .next = end};
  FoundNumber found{.value = value_of(text.substr(at, end - at), notation), .begin = at, .end = end};
  if (take_front(text, found.begin)) found.value = -found.value;
  return {.number = found, .next = end};
}

bool all_digits(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, is_digit);
}

/// A fraction below a whole number: `½`, or `3/4` where `slash` is right.
struct Part {
  double value = 0;
  std::size_t end = 0;
};

std::optional<Part> vulgar_at(std::string_view text, std::size_t at) {
  static constexpr std::array<std::pair<std::string_view, double>, 15> kVulgar{{{"½", 1.0 / 2},
                                                                                {"⅓", 1.0 / 3},
                                                                                {"⅔", 2.0 / 3},
                                                                                {"¼", 1.0 / 4},
                                                                                {"¾", 3.0 / 4},
                                                                                {"⅕", 1.0 / 5},
                                                                                {"⅖", 2.0 / 5},
                                                                                {"⅗", 3.0 / 5},
                                                                                {"⅘", 4.0 / 5},
                                                                                {"⅙", 1.0 / 6},
                                                                                {"⅚", 5.0 / 6},
                                                                                {"⅛", 1.0 / 8},
                                                                                {"⅜", 3.0 / 8},
                                                                                {"⅝", 5.0 / 8},
                                                                                {"⅞", 7.0 / 8}}};
  for (const auto& [sign, value] : kVulgar) {
    if (text.substr(std::min(at, text.size())).starts_with(sign)) return Part{value, at + sign.size()};
  }
  return std::nullopt;
}

// What a number at the left of `at` is divided by, where a slash and a whole number follow.
std::optional<Part> divisor_at(std::string_view text, std::size_t at) {
  if (at >= text.size() || text[at] != '/' || !digit_at(text, at + 1) || text[at + 1] == '0') return std::nullopt;
  std::size_t end = at + 1;
  while (digit_at(text, end)) ++end;
  const bool more = end < text.size() && (text[end] == '/' || is_word(text[end]) ||
                                          ((text[end] == '.' || text[end] == ',') && digit_at(text, end + 1)));
  if (more) return std::nullopt;
  return Part{value_of(text.substr(at + 1, end - at - 1), {}), end};
}

// `3/4`, `1 1/2`, `1½` from the number that was found.
FoundNumber with_fraction(std::string_view text, FoundNumber whole) {
  const bool negative = whole.value < 0 || text.substr(whole.begin).starts_with('-');
  const auto add = [&](double part, std::size_t end) {
    whole.value += negative ? -part : part;
    whole.end = end;
    return whole;
  };
  if (const auto vulgar = vulgar_at(text, whole.end)) return add(vulgar->value, vulgar->end);
  const bool after_slash = whole.begin > 0 && text[whole.begin - 1] == '/';
  if (after_slash) return whole;
  if (const auto divisor = divisor_at(text, whole.end)) {
    whole.value /= divisor->value;
    whole.end = divisor->end;
    return whole;
  }
  if (!digit_at(text, whole.end - 1) || !text.substr(whole.end).starts_with(' ')) return whole;
  std::size_t end = whole.end + 1;
  while (digit_at(text, end)) ++end;
  const auto upper = text.substr(whole.end + 1, end - whole.end - 1);
  const auto divisor = divisor_at(text, end);
  if (!all_digits(upper) || !divisor) return whole;
  const double part = value_of(upper, {}) / divisor->value;
  return part < 1 ? add(part, divisor->end) : whole;
}

// The number of one side of `\frac{…}{…}`, up to its brace.
std::optional<FoundNumber> side_at(std::string_view text, std::size_t at, const Notation& notation) {
  const bool sign = at < text.size() && text[at] == '-';
  if (!digit_at(text, at + (sign ? 1 : 0))) return std::nullopt;
  auto found = plain_at(text, at + (sign ? 1 : 0), notation).number;
  return found && found->begin == at && text.substr(found->end).starts_with('}') ? found : std::nullopt;
}

// `\frac{3}{4}` or `½` at `at`, without a whole number before it.
std::optional<FoundNumber> bare_fraction_at(std::string_view text, std::size_t at, const Notation& notation) {
  FoundNumber found{.value = 0, .begin = at, .end = at};
  if (const auto vulgar = vulgar_at(text, at)) {
    found.value = vulgar->value;
    found.end = vulgar->end;
  }
  for (const std::string_view name : {"\\frac{", "\\dfrac{", "\\tfrac{"}) {
    if (!text.substr(at).starts_with(name)) continue;
    const auto upper = side_at(text, at + name.size(), notation);
    if (!upper || !text.substr(upper->end).starts_with("}{")) return std::nullopt;
    const auto lower = side_at(text, upper->end + 2, notation);
    if (!lower || lower->value == 0) return std::nullopt;
    found.value = upper->value / lower->value;
    found.end = lower->end + 1;
  }
  if (found.end == at) return std::nullopt;
  if (take_front(text, found.begin)) found.value = -found.value;
  return found;
}

// True where a unit that began before goes on.
bool goes_on(std::string_view rest) {
  if (rest.empty()) return false;
  const char32_t c = text::decode(rest, 0).code;
  return judges::is_word(c) || c == U'_' || c == U'/' || c == U'^' || c == U'²' || c == U'³' || c == U'·';
}

}  // namespace

std::optional<FoundNumber> next_number(std::string_view text, std::size_t from, const Notation& notation) {
  const bool fractions = notation.fractions;
  for (std::size_t at = from; at < text.size();) {
    const bool may_be_bare = fractions && (text[at] == '\\' || text[at] == '\xC2' || text[at] == '\xE2');
    if (may_be_bare) {
      if (const auto bare = bare_fraction_at(text, at, notation)) return bare;
    }
    const Look look = plain_at(text, at, notation);
    if (look.number) return fractions ? with_fraction(text, *look.number) : *look.number;
    at = look.next;
  }
  return std::nullopt;
}

std::optional<double> whole_number(std::string_view text, const Notation& notation) {
  text = text::trim(text);
  const auto found = next_number(text, 0, notation);
  if (!found || found->begin != 0) return std::nullopt;
  auto rest = text.substr(found->end);
  if (rest.starts_with('%')) rest.remove_prefix(1);
  if (rest.starts_with('.')) rest.remove_prefix(1);
  return rest.empty() ? std::optional(found->value) : std::nullopt;
}

std::optional<std::string_view> last_boxed(std::string_view text) {
  constexpr std::string_view kBoxed = "\\boxed{";
  // From the end: the first that is closed. Each closing brace is looked at once a box, so boxes are bounded.
  constexpr int kMaxBoxes = 16;
  auto at = text.rfind(kBoxed);
  for (int box = 0; box < kMaxBoxes && at != std::string_view::npos; ++box) {
    int depth = 1;
    for (std::size_t i = at + kBoxed.size(); i < text.size(); ++i) {
      depth += text[i] == '{' ? 1 : text[i] == '}' ? -1 : 0;
      if (depth == 0) return text.substr(at + kBoxed.size(), i - at - kBoxed.size());
    }
    if (at == 0) break;
    at = text.rfind(kBoxed, at - 1);
  }
  return std::nullopt;
}

bool has_unit(std::string_view text, const FoundNumber& number, std::string_view unit) {
  const auto with_front = text.substr(number.begin, number.end - number.begin);
  const auto front = with_front.substr(0, with_front.find_first_of("0123456789"));
  if (front.find(unit) != std::string_view::npos) return true;
  auto rest = text.substr(number.end);
  for (const std::string_view space : {" ", "\xC2\xA0", "\xE2\x80\xAF"}) {
    if (!rest.starts_with(space)) continue;
    rest.remove_prefix(space.size());
    break;
  }
  return rest.starts_with(unit) && !goes_on(rest.substr(unit.size()));
}

}  // namespace assay::judges
