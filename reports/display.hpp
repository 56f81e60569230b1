#pragma once
/// Text in columns of a terminal: how wide it is, where it is cut, and what makes it harmless.

#include <string>
#include <string_view>
#include <vector>

namespace assay::reports {

enum class Paint { plain, bold, dim, green, red, yellow };

/// The text in a colour, or as it is.
[[nodiscard]] std::string paint(std::string_view text, Paint how, bool color);

/// Columns that valid UTF-8 takes: 2 for East Asian wide characters and emoji, 0 for combining marks. By ranges, so an
/// approximation for rare scripts and joined emoji.
[[nodiscard]] int display_width(std::string_view utf8);

/// The text, cut to `columns` with `…` where it is longer.
[[nodiscard]] std::string fit(std::string_view utf8, int columns);

/// The same, cut in the middle: for text whose end says as much as its beginning.
[[nodiscard]] std::string fit_middle(std::string_view utf8, int columns);

/// The text and spaces up to `columns`.
[[nodiscard]] std::string pad(std::string_view utf8, int columns, bool right = false);

/// Lines of at most `columns`, broken at spaces, or within a word that is longer than a line.
[[nodiscard]] std::vector<std::string> wrap(std::string_view utf8, int columns);

/// Words, indented, wrapped at the width: the first line begins with `first`, the others with as many spaces.
[[nodiscard]] std::string paragraph(std::string_view first, std::string_view hostile, int width);

/// Every line of hostile text after a gutter, nothing of it lost: `    │ `.
[[nodiscard]] std::string quoted_block(std::string_view hostile, int width);

/// Breaks what a CI runner would obey in finished text: `::` at the start of a line, after any white space (GitHub
/// trims it), and `##[` or `##vso[` anywhere.
[[nodiscard]] std::string harmless(std::string_view text);

}  // namespace assay::reports
