#pragma once
/// Finds the marks by which an answer names its sources: `[1]`.

#include "judges/options.hpp"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace re2 {
class RE2;
}

namespace assay::judges {

/// How citations are written.
struct CitationStyle {
  std::shared_ptr<const re2::RE2> pattern;  ///< its first group is the number, or a list of numbers and ranges
  std::size_t first = 1;                    ///< the number of the first passage

  /// Reads `style`, `pattern` and `first`; reports what cannot be used.
  [[nodiscard]] static std::optional<CitationStyle> read(OptionReader& reader);
};

/// One number of one mark; `[1, 3]` is two citations with one place.
struct Citation {
  std::size_t begin = 0;  ///< byte offsets of the mark
  std::size_t end = 0;
  std::optional<std::size_t> passage;  ///< from 1; nothing where the number is none, or below the first
  std::string shown;                   ///< as in the answer: `[7]`
};

/// The citations of an answer in order. What stands in code (between backticks) is none, nor is a footnote's own line
/// (`[^1]: …`). At most `kMostCitations`, then it stops.
[[nodiscard]] std::vector<Citation> find_citations(std::string_view answer, const CitationStyle& style);

inline constexpr std::size_t kMostCitations = 1000;

/// Schemas of the three options.
[[nodiscard]] Json citation_properties();

}  // namespace assay::judges
