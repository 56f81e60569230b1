#pragma once
/// Numbers in running text.

#include <optional>
#include <string_view>

namespace assay::judges {

/// How numbers are written.
struct Notation {
  char thousands = ',';
  char decimal = '.';
  bool fractions = false;  ///< `3/4`, `1 1/2`, `½`, `\frac{3}{4}` are one number
};

/// A number and where it stands, its sign and currency sign included.
struct FoundNumber {
  double value = 0;  ///< may be infinite: `1e999`
  std::size_t begin = 0;
  std::size_t end = 0;
};

/// The first number that starts at `from` or later; linear in what it reads.
///
///     number   = [sign] [currency] [sign] digits [exponent]
///     digits   = 1-9 [digit [digit]] { "," 3×digit } [ "." digit+ ]      thousands: `1,234`, never `12,5` or `0,123`
///              | digit+ [ "." digit+ ] | "." digit+
///     exponent = ("e" | "E") ["+" | "-"] digit+
///     sign     = "+" | "-" | "−", not after a letter, a digit, `)` or another sign: `5-3` is 5 and 3
///     currency = "$" | "€" | "£" | "¥" | "₹" | "₩" | "₽"
///
/// Digits that follow an ASCII letter or `_` are part of a word (`H2O`, `v2`), unless the word is a currency code. What
/// follows a number (`%`, `km`, a full stop) is not part of it. With other separators `,` and `.` change places. With
/// fractions:
///
///     fraction = number "/" 1-9 {digit}, not before another "/": `1/2/2024` is none
///              | digits " " digits "/" 1-9 {digit} | [digits] ("½" | "⅓" | …)
///              | [sign] "\" ("frac" | "dfrac" | "tfrac") "{" number "}{" number "}"
[[nodiscard]] std::optional<FoundNumber> next_number(std::string_view text, std::size_t from,
                                                     const Notation& notation = {});

/// The number that is the whole text, white space, one `%` and one full stop at the end aside.
[[nodiscard]] std::optional<double> whole_number(std::string_view text, const Notation& notation = {});

/// What the last `\boxed{…}` of a text holds, its inner braces balanced; nothing if there is none.
[[nodiscard]] std::optional<std::string_view> last_boxed(std::string_view text);

/// True if `unit` is written with the number: right after it or after a space (`5 km`, `5km`), not followed by more of
/// a unit (`5 km/h`, `5 kmh`); or as the currency sign before it.
[[nodiscard]] bool has_unit(std::string_view text, const FoundNumber& number, std::string_view unit);

}  // namespace assay::judges
