#include "suites/scalar_place.hpp"

#include <assay/text/file.hpp>
#include <assay/text/utf8.hpp>

#include <algorithm>

namespace assay::suites {

namespace {

// A quoted scalar starts in its node's line, a block scalar in the next one, perhaps after blank lines.
constexpr int kLinesAhead = 3;

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  for (;;) {
    const auto end = text.find('\n');
    lines.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return lines;
    text.remove_prefix(end + 1);
  }
}

}  // namespace

Place place_in(const text::Node& node, int column) {
  const auto place = node.place();
  const auto wanted = lines_of(node.scalar);
  std::size_t line = 0;
  auto left = static_cast<std::size_t>(std::max(column - 1, 0));
  for (; line + 1 < wanted.size() && left > text::count_chars(wanted[line]); ++line) {
    left -= text::count_chars(wanted[line]) + 1;
  }
  const auto text = text::read_text(place.file);
  if (!text || text::trim(wanted[line]).empty()) return place;
  const auto written = lines_of(*text);
  const auto first = static_cast<std::size_t>(std::max(place.line - 1, 0)) + line;
  for (auto at = first; at < std::min(first + kLinesAhead, written.size()); ++at) {
    const auto found = written[at].find(wanted[line]);
    if (found == std::string_view::npos) continue;
    const auto before = text::count_chars(written[at].substr(0, found));
    return Place{place.file, static_cast<int>(at) + 1, static_cast<int>(before + left) + 1};
  }
  return place;
}

}  // namespace assay::suites
