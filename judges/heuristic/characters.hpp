#pragma once
/// Code points, and what a word is made of.

#include <string>
#include <string_view>
#include <vector>

namespace assay::judges {

/// The code points of a text; malformed bytes give U+FFFD.
[[nodiscard]] std::u32string code_points(std::string_view utf8);

/// White space as Python's `str.split` sees it.
[[nodiscard]] bool is_space(char32_t c);

/// A letter, digit or mark: ASCII letters and digits; beyond ASCII everything that is no white space, punctuation or
/// symbol.
[[nodiscard]] bool is_word(char32_t c);

/// Han, Hiragana or Katakana: scripts that write no spaces, in which a character is the nearest thing to a word.
[[nodiscard]] bool is_ideograph(char32_t c);

/// The runs without white space.
[[nodiscard]] std::vector<std::string_view> split_at_space(std::string_view utf8);

/// The words of a text: case folded, maximal runs of `is_word`, an ideograph alone. On ASCII these are the tokens of
/// the `rouge-score` package without stemming.
[[nodiscard]] std::vector<std::string> words_of(std::string_view utf8);

}  // namespace assay::judges
