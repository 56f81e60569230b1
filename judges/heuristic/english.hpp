#pragma once
/// English text as the readability formulas count it: sentences, words, syllables. Pure functions, linear in the text.

#include <cstddef>
#include <string_view>

namespace assay::judges {

/// Words are runs without white space that hold a letter (`well-known` is one, `42` is none). A sentence ends at `.`,
/// `!` or `?` before white space (closing quotes and brackets between), at an empty line, before a list item, and after
/// a heading; what holds no word is none.
struct TextCounts {
  std::size_t sentences = 0;
  std::size_t words = 0;
  std::size_t syllables = 0;
};

[[nodiscard]] TextCounts count_text(std::string_view utf8);

/// The syllables of one English word in small ASCII letters, apostrophes allowed; at least 1. A rule, not a
/// dictionary: groups of vowels, less those of silent endings, more for vowels that part (`di-et`, `cre-ate`).
/// Measured against CMUdict on 217,000 words of English questions and answers: 98 % as one of its pronunciations,
/// the sum 0.5 % below. Abbreviations that are spelt (`TV`) count 1.
[[nodiscard]] std::size_t count_syllables(std::string_view word);

/// Flesch (1948): 206.835 − 1.015 × words per sentence − 84.6 × syllables per word. About 100 is very easy, below 30
/// very hard; not bounded. There must be words.
[[nodiscard]] double flesch_reading_ease(const TextCounts& counts);

/// Kincaid (1975): 0.39 × words per sentence + 11.8 × syllables per word − 15.59, a school grade of the USA; may be
/// negative. There must be words.
[[nodiscard]] double flesch_kincaid_grade(const TextCounts& counts);

}  // namespace assay::judges
