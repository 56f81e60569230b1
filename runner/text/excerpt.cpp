#include "runner/text/decode.hpp"

#include <assay/text/utf8.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace assay::text {

namespace {

// Characters that a terminal acts on, that reorder what a person reads, or that nobody sees. U+200C and U+200D stay:
// Persian and emoji need them.
bool must_escape(char32_t c) {
  const auto within = [c](char32_t first, char32_t last) { return c >= first && c <= last; };
  return c < 0x20 || within(0x7F, 0x9F) || c == 0xAD || c == 0x61C || c == 0x180E || c == 0x200B ||
         within(0x200E, 0x200F) || within(0x202A, 0x202E) || within(0x2060, 0x206F) || c == 0xFEFF ||
         within(0xFFF9, 0xFFFB) || within(0xE0000, 0xE007F);
}

std::string visible(char32_t c) {
  if (c == '\n') return "⏎";
  if (c == '\t' || c == 0x2028 || c == 0x2029) return " ";
  if (must_escape(c)) {
    const auto value = static_cast<unsigned>(c);
    if (c < 0x80) return fmt::format("\\x{:02x}", value);
    return c < 0x10000 ? fmt::format("\\u{:04x}", value) : fmt::format("\\U{:08x}", value);
  }
  std::string text;
  append(text, c);
  return text;
}

}  // namespace

std::string excerpt(std::string_view hostile, std::size_t max_chars) {
  std::string out;
  std::size_t chars = 0;
  std::size_t room_for_mark = 0;  // where to cut so that `…` still fits
  std::size_t at = 0;
  while (at < hostile.size()) {
    Decoded next = decode(hostile, at);
    if (hostile.substr(at).starts_with("\r\n")) next = {U'\n', 2, true};
    const std::string shown = visible(next.code);
    const std::size_t width = count_chars(shown);
    if (chars + width > max_chars) {
      out.resize(room_for_mark);
      return max_chars == 0 ? out : out + "…";
    }
    out += shown;
    chars += width;
    if (chars + 1 <= max_chars) room_for_mark = out.size();
    at += next.size;
  }
  return out;
}

std::string in_quotes(std::string_view hostile, std::size_t max_chars) {
  return "'" + excerpt(hostile, max_chars) + "'";
}

std::string excerpt_around(std::string_view hostile, std::size_t at, std::size_t max_chars) {
  at = std::min(at, hostile.size());
  std::size_t after = 0;  // characters from `at` on, as many as could be shown
  for (std::size_t i = at; i < hostile.size() && after < max_chars; ++after) i += decode(hostile, i).size;
  const std::size_t before = max_chars - std::min(after, max_chars - max_chars / 2);
  std::size_t start = at;
  for (std::size_t i = 0; i < before && start > 0; ++i) start = previous(hostile, start);
  if (start == 0 || max_chars == 0) return excerpt(hostile, max_chars);
  start += decode(hostile, start).size;  // room for the mark
  return "…" + excerpt(hostile.substr(start), max_chars - 1);
}

}  // namespace assay::text
