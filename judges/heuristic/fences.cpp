#include "judges/heuristic/fences.hpp"

#include <assay/text/utf8.hpp>

#include <algorithm>

namespace assay::judges {

namespace {

// The number of backticks that open or close a fence on this line; 0 if none does.
std::size_t fence_ticks(std::string_view line) {
  const auto start = line.find_first_not_of(' ');
  if (start == std::string_view::npos || start > 3) return 0;
  const auto ticks = std::min(line.find_first_not_of('`', start), line.size()) - start;
  return ticks >= 3 ? ticks : 0;
}

}  // namespace

std::vector<Fence> find_fences(std::string_view text) {
  std::vector<Fence> fences;
  std::size_t open_ticks = 0;
  std::size_t body = 0;
  for (std::size_t at = 0; at < text.size();) {
    const auto end = std::min(text.find('\n', at), text.size());
    const auto next = std::min(end + 1, text.size());
    const auto line = text.substr(at, end - at);
    const auto ticks = fence_ticks(line);
    const auto after = text::trim(text::trim(line).substr(std::min(ticks, text::trim(line).size())));
    if (open_ticks == 0 && ticks > 0 && after.find('`') == std::string_view::npos) {
      open_ticks = ticks;
      body = next;
      fences.push_back({.info = after, .body = text.substr(body), .begin = at, .end = text.size()});
    } else if (open_ticks > 0 && ticks >= open_ticks && after.empty()) {
      fences.back().body = text.substr(body, at - body);
      fences.back().end = next;
      fences.back().closed = true;
      open_ticks = 0;
    }
    at = end + 1;
  }
  return fences;
}

std::string text_beside(std::string_view text, const std::vector<Fence>& fences) {
  std::string beside;
  std::size_t at = 0;
  for (const auto& fence : fences) {
    beside += text.substr(at, fence.begin - at);
    at = fence.end;
  }
  beside += text.substr(at);
  return std::string(text::trim(beside));
}

}  // namespace assay::judges
