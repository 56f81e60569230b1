#pragma once
/// Numbers in running text.

#include <optional>
#include <string_view>

namespace assay::judges {

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
/// follows a number (`%`, `km`, a full stop) is not part of it.
[[nodiscard]] std::optional<FoundNumber> next_number(std::string_view text, std::size_t from);

/// The number that is the whole text, white space, one `%` and one full stop at the end aside.
[[nodiscard]] std::optional<double> whole_number(std::string_view text);

}  // namespace assay::judges
