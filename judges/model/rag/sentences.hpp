#pragma once
/// A text in sentences, by rule: the same each time, and nothing for a judge to leave out.

#include <string_view>
#include <vector>

namespace assay::judges {

/// The sentences of a text in order, trimmed; views into it. Linear.
///
/// A sentence ends at `.`, `!`, `?` or `…` before white space and no small letter (not behind an abbreviation such as
/// `Dr.`, `e.g.`, an initial, or the number of a list), at `。！？`, at a blank line, and where a list item, heading,
/// quotation or table row begins. Closing quotes and brackets, and citations (`[1]`) right behind the end, belong to
/// it. Pieces without a letter or digit are left out.
[[nodiscard]] std::vector<std::string_view> sentences_of(std::string_view text);

}  // namespace assay::judges
