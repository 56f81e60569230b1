#include "judges/heuristic/characters.hpp"

#include "runner/text/decode.hpp"

#include <assay/text/utf8.hpp>

#include <algorithm>
#include <array>

namespace assay::judges {

namespace {

struct Range {
  char32_t first;
  char32_t last;
};

// Beyond ASCII: white space, punctuation and symbols, by block.
constexpr std::array kNoWord{
    Range{0x80, 0xA9},       Range{0xAB, 0xB4},       Range{0xB6, 0xB9},     Range{0xBB, 0xBF},
    Range{0xD7, 0xD7},       Range{0xF7, 0xF7},       Range{0x60C, 0x60D},   Range{0x61B, 0x61F},
    Range{0x66A, 0x66D},     Range{0x6D4, 0x6D4},     Range{0x964, 0x965},   Range{0x2000, 0x206F},
    Range{0x20A0, 0x20CF},   Range{0x2190, 0x2BFF},   Range{0x2E00, 0x2E7F}, Range{0x3000, 0x3004},
    Range{0x3008, 0x3020},   Range{0x3030, 0x3030},   Range{0x303D, 0x303F}, Range{0x30FB, 0x30FB},
    Range{0xE000, 0xF8FF},   Range{0xFE00, 0xFE1F},   Range{0xFE30, 0xFE6F}, Range{0xFF00, 0xFF0F},
    Range{0xFF1A, 0xFF20},   Range{0xFF3B, 0xFF40},   Range{0xFF5B, 0xFF65}, Range{0xFFE0, 0xFFFF},
    Range{0x1F000, 0x1FAFF}, Range{0xE0000, 0xFFFFF},
};

template <std::size_t kCount>
bool within(const std::array<Range, kCount>& ranges, char32_t c) {
  const auto* const found = std::ranges::lower_bound(ranges, c, {}, &Range::last);
  return found != ranges.end() && found->first <= c;
}

}  // namespace

std::u32string code_points(std::string_view utf8) {
  std::u32string codes;
  codes.reserve(utf8.size());
  for (std::size_t at = 0; at < utf8.size();) {
    const auto next = text::decode(utf8, at);
    codes += next.code;
    at += next.size;
  }
  return codes;
}

bool is_space(char32_t c) {
  return (c >= 0x09 && c <= 0x0D) || (c >= 0x1C && c <= 0x20) || c == 0x85 || c == 0xA0 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}

bool is_word(char32_t c) {
  if (c < 0x80) return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  return !within(kNoWord, c);
}

bool is_ideograph(char32_t c) {
  static constexpr std::array kIdeographs{
      Range{0x3041, 0x3096}, Range{0x30A1, 0x30FA}, Range{0x3400, 0x4DBF},
      Range{0x4E00, 0x9FFF}, Range{0xF900, 0xFAFF}, Range{0x20000, 0x3FFFF},
  };
  return within(kIdeographs, c);
}

std::vector<std::string_view> split_at_space(std::string_view utf8) {
  std::vector<std::string_view> parts;
  std::size_t begin = 0;
  for (std::size_t at = 0; at < utf8.size();) {
    const auto next = text::decode(utf8, at);
    if (is_space(next.code)) {
      if (at > begin) parts.push_back(utf8.substr(begin, at - begin));
      begin = at + next.size;
    }
    at += next.size;
  }
  if (utf8.size() > begin) parts.push_back(utf8.substr(begin));
  return parts;
}

std::vector<std::string> words_of(std::string_view utf8) {
  const std::string folded = text::fold_case(utf8);
  std::vector<std::string> words;
  std::string word;
  const auto end_word = [&] {
    if (!word.empty()) words.push_back(std::move(word));
    word.clear();
  };
  for (std::size_t at = 0; at < folded.size();) {
    const auto next = text::decode(folded, at);
    const bool alone = is_ideograph(next.code);
    if (alone || !is_word(next.code)) end_word();
    if (is_word(next.code)) word.append(folded, at, next.size);
    if (alone) end_word();
    at += next.size;
  }
  end_word();
  return words;
}

}  // namespace assay::judges
