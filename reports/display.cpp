#include "reports/display.hpp"

#include <assay/text/utf8.hpp>

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

namespace assay::reports {
namespace {

using Range = std::pair<char32_t, char32_t>;

// Unicode 15: EastAsianWidth.txt, W and F, neighbouring blocks joined.
constexpr std::array kWide = {
    Range{0x1100, 0x115F},   Range{0x231A, 0x231B},   Range{0x2329, 0x232A},   Range{0x23E9, 0x23EC},
    Range{0x23F0, 0x23F0},   Range{0x23F3, 0x23F3},   Range{0x25FD, 0x25FE},   Range{0x2614, 0x2615},
    Range{0x2648, 0x2653},   Range{0x267F, 0x267F},   Range{0x2693, 0x2693},   Range{0x26A1, 0x26A1},
    Range{0x26AA, 0x26AB},   Range{0x26BD, 0x26BE},   Range{0x26C4, 0x26C5},   Range{0x26CE, 0x26CE},
    Range{0x26D4, 0x26D4},   Range{0x26EA, 0x26EA},   Range{0x26F2, 0x26F3},   Range{0x26F5, 0x26F5},
    Range{0x26FA, 0x26FA},   Range{0x26FD, 0x26FD},   Range{0x2705, 0x2705},   Range{0x270A, 0x270B},
    Range{0x2728, 0x2728},   Range{0x274C, 0x274C},   Range{0x274E, 0x274E},   Range{0x2753, 0x2755},
    Range{0x2757, 0x2757},   Range{0x2795, 0x2797},   Range{0x27B0, 0x27B0},   Range{0x27BF, 0x27BF},
    Range{0x2B1B, 0x2B1C},   Range{0x2B50, 0x2B50},   Range{0x2B55, 0x2B55},   Range{0x2E80, 0x303E},
    Range{0x3041, 0x33FF},   Range{0x3400, 0x4DBF},   Range{0x4E00, 0xA4CF},   Range{0xA960, 0xA97F},
    Range{0xAC00, 0xD7A3},   Range{0xF900, 0xFAFF},   Range{0xFE10, 0xFE19},   Range{0xFE30, 0xFE6F},
    Range{0xFF01, 0xFF60},   Range{0xFFE0, 0xFFE6},   Range{0x16FE0, 0x18CFF}, Range{0x1B000, 0x1B2FF},
    Range{0x1F004, 0x1F004}, Range{0x1F0CF, 0x1F0CF}, Range{0x1F18E, 0x1F18E}, Range{0x1F191, 0x1F19A},
    Range{0x1F200, 0x1F320}, Range{0x1F32D, 0x1F335}, Range{0x1F337, 0x1F37C}, Range{0x1F37E, 0x1F393},
    Range{0x1F3A0, 0x1F3CA}, Range{0x1F3CF, 0x1F3D3}, Range{0x1F3E0, 0x1F3F0}, Range{0x1F3F4, 0x1F3F4},
    Range{0x1F3F8, 0x1F43E}, Range{0x1F440, 0x1F440}, Range{0x1F442, 0x1F4FC}, Range{0x1F4FF, 0x1F53D},
    Range{0x1F54B, 0x1F567}, Range{0x1F57A, 0x1F57A}, Range{0x1F595, 0x1F596}, Range{0x1F5A4, 0x1F5A4},
    Range{0x1F5FB, 0x1F64F}, Range{0x1F680, 0x1F6C5}, Range{0x1F6CC, 0x1F6CC}, Range{0x1F6D0, 0x1F6D2},
    Range{0x1F6D5, 0x1F6DF}, Range{0x1F6EB, 0x1F6EC}, Range{0x1F6F4, 0x1F6FC}, Range{0x1F7E0, 0x1F7F0},
    Range{0x1F90C, 0x1F9FF}, Range{0x1FA70, 0x1FAFF}, Range{0x20000, 0x3FFFD},
};

// Combining marks and joiners of the scripts that are met most.
constexpr std::array kNarrow = {
    Range{0x0300, 0x036F},   Range{0x0483, 0x0489}, Range{0x0591, 0x05BD}, Range{0x05BF, 0x05BF}, Range{0x05C1, 0x05C2},
    Range{0x05C4, 0x05C5},   Range{0x0610, 0x061A}, Range{0x064B, 0x065F}, Range{0x0670, 0x0670}, Range{0x06D6, 0x06DC},
    Range{0x0900, 0x0902},   Range{0x093C, 0x093C}, Range{0x0941, 0x0948}, Range{0x094D, 0x094D}, Range{0x0E31, 0x0E31},
    Range{0x0E34, 0x0E3A},   Range{0x0E47, 0x0E4E}, Range{0x1AB0, 0x1AFF}, Range{0x1DC0, 0x1DFF}, Range{0x200B, 0x200F},
    Range{0x20D0, 0x20FF},   Range{0x302A, 0x302D}, Range{0x3099, 0x309A}, Range{0xFE00, 0xFE0F}, Range{0xFE20, 0xFE2F},
    Range{0xE0100, 0xE01EF},
};

template <std::size_t N>
bool within(const std::array<Range, N>& ranges, char32_t c) {
  const auto after = std::upper_bound(ranges.begin(), ranges.end(), c,
                                      [](char32_t value, const Range& range) { return value < range.first; });
  return after != ranges.begin() && c <= std::prev(after)->second;
}

int width_of(char32_t c) {
  if (c < 0x300) return 1;
  if (within(kNarrow, c)) return 0;
  return within(kWide, c) ? 2 : 1;
}

/// The character at `at` of valid UTF-8, and its size in bytes.
std::pair<char32_t, std::size_t> character(std::string_view utf8, std::size_t at) {
  const auto first = static_cast<unsigned char>(utf8[at]);
  const std::size_t size = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  if (size == 1 || at + size > utf8.size()) return {first, 1};
  auto code = static_cast<char32_t>(first & (0xFF >> (size + 1)));
  for (std::size_t i = 1; i < size; ++i) code = (code << 6) | (static_cast<unsigned char>(utf8[at + i]) & 0x3F);
  return {code, size};
}

/// The bytes at the start of the text that fit; at least one character.
std::size_t prefix(std::string_view utf8, int columns) {
  std::size_t at = 0;
  int used = 0;
  while (at < utf8.size()) {
    const auto [code, size] = character(utf8, at);
    used += width_of(code);
    if (used > columns && at > 0) break;
    at += size;
  }
  return at;
}

std::string spaces(int count) {
  return std::string(static_cast<std::size_t>(std::max(count, 0)), ' ');
}

}  // namespace

std::string paint(std::string_view text, Paint how, bool color) {
  constexpr std::array<std::string_view, 6> kCodes = {"", "\x1b[1m", "\x1b[2m", "\x1b[32m", "\x1b[31m", "\x1b[33m"};
  if (!color || how == Paint::plain) return std::string(text);
  return std::string(kCodes[static_cast<std::size_t>(how)]) + std::string(text) + "\x1b[0m";
}

int display_width(std::string_view utf8) {
  int width = 0;
  for (std::size_t at = 0; at < utf8.size();) {
    const auto [code, size] = character(utf8, at);
    width += width_of(code);
    at += size;
  }
  return width;
}

std::string fit(std::string_view utf8, int columns) {
  if (display_width(utf8) <= columns) return std::string(utf8);
  if (columns <= 1) return columns == 1 ? "…" : "";
  std::string cut(utf8.substr(0, prefix(utf8, columns - 1)));
  if (display_width(cut) > columns - 1) cut.clear();  // one wide character, no room for it
  return cut + "…";
}

std::string fit_middle(std::string_view utf8, int columns) {
  if (display_width(utf8) <= columns) return std::string(utf8);
  std::size_t tail = utf8.size();
  for (std::size_t at = tail; at-- > 0;) {
    const bool inside = (static_cast<unsigned char>(utf8[at]) & 0xC0U) == 0x80U;  // of a character
    if (inside) continue;
    if (display_width(utf8.substr(at)) > columns / 2) break;
    tail = at;
  }
  const std::string_view end = utf8.substr(tail);
  return fit(utf8.substr(0, tail), columns - display_width(end)) + std::string(end);
}

std::string pad(std::string_view utf8, int columns, bool right) {
  const std::string fill = spaces(columns - display_width(utf8));
  return right ? fill + std::string(utf8) : std::string(utf8) + fill;
}

std::vector<std::string> wrap(std::string_view utf8, int columns) {
  columns = std::max(columns, 10);
  std::vector<std::string> lines;
  // What does not fit is not measured: a line may be megabytes long.
  for (auto end = prefix(utf8, columns); end < utf8.size(); end = prefix(utf8, columns)) {
    std::size_t next = end;
    const auto space = utf8.substr(0, end + 1).rfind(' ');
    if (space != std::string_view::npos && space > 0) {
      end = space;
      next = space + 1;
    }
    lines.emplace_back(utf8.substr(0, end));
    utf8.remove_prefix(next);
  }
  lines.emplace_back(utf8);
  return lines;
}

std::string paragraph(std::string_view first, std::string_view hostile, int width) {
  const int indent = display_width(first);
  const std::string shown = text::excerpt(hostile, std::numeric_limits<std::size_t>::max());
  std::string out;
  for (const std::string& line : wrap(shown, width - indent)) {
    out += out.empty() ? std::string(first) : spaces(indent);
    out += line;
    out += '\n';
  }
  return out;
}

std::string quoted_block(std::string_view hostile, int width) {
  constexpr std::string_view kGutter = "    │";
  std::string out;
  for (;;) {
    const auto end = hostile.find('\n');
    std::string_view line = hostile.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    const std::string shown = text::excerpt(line, std::numeric_limits<std::size_t>::max());
    for (const std::string& part : wrap(shown, width - 6)) {
      out += kGutter;
      if (!part.empty()) out += ' ';
      out += part;
      out += '\n';
    }
    if (end == std::string_view::npos || end + 1 == hostile.size()) return out;
    hostile.remove_prefix(end + 1);
  }
}

std::string harmless(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  bool line_begins = true;  // but for white space
  for (std::size_t at = 0; at < text.size();) {
    const std::string_view rest = text.substr(at);
    const std::size_t size = character(text, at).second;
    const bool command = line_begins && rest.starts_with("::");
    const bool mark = rest.starts_with("##[") || rest.starts_with("##vso[");
    out += rest.substr(0, size);
    if (command || mark) out += ' ';
    line_begins = rest.front() == '\n' || (line_begins && text::trim(rest.substr(0, size)).empty());
    at += size;
  }
  return out;
}

}  // namespace assay::reports
