#pragma once
/// Text from outside: valid, bounded and harmless to show.

#include <assay/core/error.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace assay::text {

/// The byte offset of the first sequence that is not well-formed UTF-8 (surrogates and overlong forms included).
[[nodiscard]] std::optional<std::size_t> find_invalid_utf8(std::string_view bytes);

/// What bytes that are not UTF-8 look like: `UTF-16LE`, `UTF-16BE`, `UTF-32LE`, `UTF-32BE`, `WINDOWS-1252`,
/// `ISO-8859-1`; the argument of `iconv -f`.
[[nodiscard]] std::string_view guess_encoding(std::string_view bytes);

/// The error for a file that is not UTF-8: `is not UTF-8 (looks like ISO-8859-1)`, with the command that converts it.
/// `bytes` is a part of the file that shows it; `at.file` names the file in the command.
[[nodiscard]] Error not_utf8(std::string_view bytes, Place at);

/// Line and column (in code points) of a byte offset.
[[nodiscard]] Place place_at(std::string_view bytes, std::size_t offset, const std::string& file);

/// `text` without a UTF-8 byte order mark.
[[nodiscard]] std::string_view without_bom(std::string_view text);

/// Replaces every malformed sequence by U+FFFD.
[[nodiscard]] std::string to_valid_utf8(std::string_view bytes);

/// Number of code points of valid UTF-8.
[[nodiscard]] std::size_t count_chars(std::string_view utf8);

/// Unicode's simple case folding for ASCII, Latin-1, Latin Extended-A, Greek and Cyrillic; everything else unchanged.
[[nodiscard]] std::string fold_case(std::string_view utf8);

/// White space at both ends removed (ASCII, U+0085, U+00A0, U+2000…U+200A, U+2028, U+2029, U+202F, U+3000).
[[nodiscard]] std::string_view trim(std::string_view utf8);

/// One line for a person: control, bidirectional and invisible characters become escapes (`\x1b`, `\u202e`), a line end
/// `⏎`, a tab a space, bytes that are not UTF-8 U+FFFD; at most `max_chars` code points, `…` where cut. Safe on a
/// terminal.
[[nodiscard]] std::string excerpt(std::string_view hostile, std::size_t max_chars = 80);

/// An excerpt in single quotes: `'flor'`.
[[nodiscard]] std::string in_quotes(std::string_view hostile, std::size_t max_chars = 60);

/// As `excerpt`, with `max_chars` around the byte offset `at`.
[[nodiscard]] std::string excerpt_around(std::string_view hostile, std::size_t at, std::size_t max_chars = 80);

}  // namespace assay::text
