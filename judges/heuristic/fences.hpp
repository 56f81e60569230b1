#pragma once
/// Markdown code fences.

#include <string>
#include <string_view>
#include <vector>

namespace assay::judges {

/// One fence. Views into the text.
struct Fence {
  std::string_view info;  ///< what stands after the opening backticks, trimmed: `python`
  std::string_view body;  ///< the lines between; up to the end of the text if it is not closed
  std::size_t begin = 0;  ///< byte offset of the opening line
  std::size_t end = 0;    ///< behind the closing line
  bool closed = false;
};

/// The fences of a Markdown text in order; linear. A fence opens with at least three backticks, up to three spaces
/// before them, and closes with at least as many alone on a line. Tildes are none.
[[nodiscard]] std::vector<Fence> find_fences(std::string_view text);

/// What stands beside the fences of a text, trimmed.
[[nodiscard]] std::string text_beside(std::string_view text, const std::vector<Fence>& fences);

}  // namespace assay::judges
