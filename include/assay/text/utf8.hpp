#pragma once
/// Text from outside: valid, bounded and harmless to show.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace assay::text {

/// The byte offset of the first sequence that is not well-formed UTF-8 (surrogates and overlong forms included).
[[nodiscard]] std::optional<std::size_t> find_invalid_utf8(std::string_view bytes);

/// What bytes that are not UTF-8 look like: `UTF-16LE`, `UTF-16BE`, `ISO-8859-1`; the argument of `iconv -f`.
[[nodiscard]] std::string_view guess_encoding(std::string_view bytes);

/// Replaces every malformed sequence by U+FFFD.
[[nodiscard]] std::string to_valid_utf8(std::string_view bytes);

/// Number of code points of valid UTF-8.
[[nodiscard]] std::size_t count_chars(std::string_view utf8);

/// Unicode's simple case folding for ASCII, Latin-1, Latin Extended-A, Greek and Cyrillic; everything else unchanged.
[[nodiscard]] std::string fold_case(std::string_view utf8);

/// White space at both ends removed (ASCII, U+0085, U+00A0, U+2000…U+200A, U+2028, U+2029, U+202F, U+3000).
[[nodiscard]] std::string_view trim(std::string_view utf8);

/// One line for a person: control characters, bidirectional overrides and line ends become visible escapes or spaces,
/// at most `max_chars` code points, `…` where cut. Safe on a terminal.
[[nodiscard]] std::string excerpt(std::string_view hostile, std::size_t max_chars = 80);

/// As `excerpt`, with `max_chars` around the byte offset `at`.
[[nodiscard]] std::string excerpt_around(std::string_view hostile, std::size_t at, std::size_t max_chars = 80);

}  // namespace assay::text
