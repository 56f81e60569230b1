#pragma once
/// Hostile text inside of a document: XML and GitHub's Markdown.

#include <cstddef>
#include <string>
#include <string_view>

namespace assay::reports {

/// One line that may stand in an attribute or between tags of XML 1.0: what the format cannot hold and what nobody sees
/// is made visible, and no CI server takes it for an attachment. At most `most` characters before escaping.
[[nodiscard]] std::string xml_line(std::string_view hostile, std::size_t most);

/// The same for several lines between tags; line ends stay.
[[nodiscard]] std::string xml_lines(std::string_view hostile, std::size_t most);

/// A sentence: shown as it is written, with no HTML, link, image, mention, reference, formula or heading in it. One
/// line.
[[nodiscard]] std::string md_text(std::string_view hostile, std::size_t most);

/// A code span, which GitHub interprets nothing in. `|` is shown as `¦`, so that it may stand in a table. One line;
/// empty for empty text.
[[nodiscard]] std::string md_code(std::string_view hostile, std::size_t most);

}  // namespace assay::reports
