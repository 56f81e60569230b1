#include "judges/model/rag/sentences.hpp"

#include "judges/heuristic/characters.hpp"
#include "runner/text/decode.hpp"

#include <assay/text/utf8.hpp>

#include <algorithm>
#include <array>
#include <span>

namespace assay::judges {

namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_small(char c) {
  return c >= 'a' && c <= 'z';
}

bool is_letter(char c) {
  return is_small(c) || (c >= 'A' && c <= 'Z');
}

bool has_word(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const auto next = text::decode(text, at);
    if (next.valid && is_word(next.code)) return true;
    at += next.size;
  }
  return false;
}

// `- `, `* `, `3. `, `3) `, `# `, `> `, `| `: what begins with it is no continuation of the line before.
bool begins_block(std::string_view line) {
  line = text::trim(line);
  if (line.empty()) return true;
  if (line.starts_with('#') || line.starts_with('|') || line.starts_with('>')) return true;
  for (const std::string_view bullet : {"- ", "* ", "+ ", "• ", "– "}) {
    if (line.starts_with(bullet)) return true;
  }
  std::size_t digits = 0;
  while (digits < line.size() && is_digit(line[digits])) ++digits;
  return digits > 0 && digits + 1 < line.size() && (line[digits] == '.' || line[digits] == ')') &&
         line[digits + 1] == ' ';
}

// A heading or a table row ends with its line.
bool ends_with_line(std::string_view line) {
  line = text::trim(line);
  return line.starts_with('#') || line.starts_with('|');
}

/// The blocks of a text: paragraphs, list items, headings, rows.
std::vector<std::string_view> blocks_of(std::string_view text) {
  std::vector<std::string_view> blocks;
  std::size_t begin = 0;
  for (std::size_t at = 0; at < text.size();) {
    const auto end = std::min(text.find('\n', at), text.size());
    const auto line = text.substr(at, end - at);
    if (at > begin && begins_block(line)) {
      blocks.push_back(text.substr(begin, at - begin));
      begin = at;
    }
    at = std::min(end + 1, text.size());
    if (ends_with_line(line)) {
      blocks.push_back(text.substr(begin, at - begin));
      begin = at;
    }
  }
  blocks.push_back(text.substr(begin));
  return blocks;
}

// The run of letters and full stops before a full stop: `e.g`, `Dr`, `J`.
std::string_view word_before(std::string_view text, std::size_t stop) {
  std::size_t begin = stop;
  constexpr std::size_t kLongest = 8;
  while (begin > 0 && stop - begin <= kLongest && (is_letter(text[begin - 1]) || text[begin - 1] == '.')) --begin;
  return text.substr(begin, stop - begin);
}

bool is_one_of(std::string_view word, std::span<const std::string_view> words) {
  const auto folded = text::fold_case(word);
  return std::ranges::find(words, std::string_view(folded)) != words.end();
}

bool is_abbreviation(std::string_view word) {
  static constexpr std::array<std::string_view, 23> kAbbreviations{
      "al", "approx", "bzw", "ca",  "cf", "corp", "dr", "e.g", "eq",  "etc", "i.e", "inc",
      "jr", "ltd",    "mr",  "mrs", "ms", "prof", "sr", "st",  "vgl", "vs",  "resp"};
  if (word.size() == 1) return word != "I";                                                      // an initial
  return is_one_of(word, kAbbreviations) || (word.size() >= 3 && word[word.size() - 2] == '.');  // `U.S`, `z.B`
}

// `No. 5`, `Fig. 2`; without a number behind it, `no.` is the end.
bool counts_something(std::string_view word, std::string_view rest) {
  static constexpr std::array<std::string_view, 8> kCounts{"art", "fig", "no", "nos", "nr", "pp", "sec", "vol"};
  rest = text::trim(rest.substr(0, 4));
  return !rest.empty() && is_digit(rest.front()) && is_one_of(word, kCounts);
}

// Skips closing quotes and brackets, `**` and the like.
std::size_t skip_closers(std::string_view text, std::size_t at) {
  static constexpr std::array<std::string_view, 14> kClosers{"\"", "'", ")", "*",  "_",  "”",  "’",
                                                             "“",  "»", "«", "」", "』", "）", "】"};
  for (bool found = true; found && at < text.size();) {
    found = false;
    for (const auto closer : kClosers) {
      if (!text.substr(at).starts_with(closer)) continue;
      at += closer.size();
      found = true;
    }
  }
  return at;
}

// Skips citations, also behind blanks: ` [1][2, 3]`.
std::size_t skip_citations(std::string_view text, std::size_t at) {
  for (;;) {
    std::size_t next = at;
    while (next < text.size() && (text[next] == ' ' || text[next] == '\t')) ++next;
    if (next + 1 >= text.size() || text[next] != '[') return at;
    std::size_t end = next + 1;
    bool digit = false;
    while (end < text.size() && std::string_view("0123456789,;-^ ").find(text[end]) != std::string_view::npos) {
      digit = digit || is_digit(text[end++]);
    }
    if (!digit || end >= text.size() || text[end] != ']') return at;
    at = end + 1;
  }
}

bool is_wide_stop(char32_t c) {
  return c == U'。' || c == U'！' || c == U'？';
}

bool is_stop(char32_t c) {
  return c == U'.' || c == U'!' || c == U'?' || c == U'…' || is_wide_stop(c);
}

/// Where the sentence that ends at or behind `at` ends; the text's end without one.
std::size_t sentence_end(std::string_view text, std::size_t begin) {
  while (begin < text.size() && is_space(text::decode(text, begin).code)) begin += text::decode(text, begin).size;
  for (std::size_t at = begin; at < text.size();) {
    const auto first = text::decode(text, at);
    if (!is_stop(first.code)) {
      at += first.size;
      continue;
    }
    const auto stop = at;
    bool wide = false;
    for (; at < text.size(); at += text::decode(text, at).size) {
      const auto next = text::decode(text, at).code;
      if (!is_stop(next)) break;
      wide = wide || is_wide_stop(next);
    }
    const bool single = at == stop + 1 && text[stop] == '.';
    const auto before = text::trim(text.substr(begin, stop - begin));
    const bool numbering = single && !before.empty() && std::ranges::all_of(before, is_digit);
    at = skip_citations(text, skip_closers(text, at));
    const bool spaced = at >= text.size() || is_space(text::decode(text, at).code);
    if (!wide && !spaced) continue;
    const auto word = word_before(text, stop);
    if (numbering || (single && (is_abbreviation(word) || counts_something(word, text.substr(at))))) continue;
    std::size_t next = at;
    while (next < text.size() && is_space(text::decode(text, next).code)) next += text::decode(text, next).size;
    if (wide || next >= text.size() || !is_small(text[next])) return at;
  }
  return text.size();
}

}  // namespace

std::vector<std::string_view> sentences_of(std::string_view text) {
  std::vector<std::string_view> sentences;
  for (const auto block : blocks_of(text)) {
    for (std::size_t at = 0; at < block.size();) {
      const auto end = sentence_end(block, at);
      const auto sentence = text::trim(block.substr(at, end - at));
      if (has_word(sentence)) sentences.push_back(sentence);
      at = end;
    }
  }
  return sentences;
}

}  // namespace assay::judges
