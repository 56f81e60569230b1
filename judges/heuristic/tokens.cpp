/// Tokens as other tools cut them.

#include "judges/heuristic/characters.hpp"
#include "judges/heuristic/similarity.hpp"
#include "runner/text/decode.hpp"

#include <assay/text/utf8.hpp>

namespace assay::judges {

namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_point(char c) {
  return c == '.' || c == ',';
}

// ASCII punctuation (and the space) apart from `'`, `,`, `-` and `.`.
bool is_always_apart(char c) {
  return (c >= ' ' && c <= '&') || (c >= '(' && c <= '+') || c == '/' || (c >= ':' && c <= '@') ||
         (c >= '[' && c <= '`') || (c >= '{' && c <= '~');
}

bool is_punctuation(char32_t c) {
  return c < 0x80 && c != ' ' &&
         (is_always_apart(static_cast<char>(c)) || c == '\'' || c == ',' || c == '-' || c == '.');
}

// Replaces `from` wherever it stands, from left to right.
std::string replaced(std::string_view text, std::string_view from, std::string_view to) {
  std::string out;
  for (std::size_t at = 0;;) {
    const auto found = text.find(from, at);
    out += text.substr(at, found - at);
    if (found == std::string_view::npos) return out;
    out += to;
    at = found + from.size();
  }
}

using Is = bool (*)(char);

// What `re.sub` does for a pattern of two characters: pairs from left to right that share none. A space goes between
// the two, and one before or after them.
std::string with_spaces(std::string_view text, Is first, Is second, bool before) {
  std::string out;
  out.reserve(text.size() * 2);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (i + 1 == text.size() || !first(text[i]) || !second(text[i + 1])) {
      out += text[i];
      continue;
    }
    if (before) out += ' ';
    out += text[i];
    out += ' ';
    out += text[++i];
    if (!before) out += ' ';
  }
  return out;
}

std::string unescaped(std::string_view text) {
  std::string plain = replaced(replaced(replaced(text, "<skipped>", ""), "-\n", ""), "\n", " ");
  if (plain.find('&') == std::string::npos) return plain;
  plain = replaced(replaced(plain, "&quot;", "\""), "&amp;", "&");
  return replaced(replaced(plain, "&lt;", "<"), "&gt;", ">");
}

}  // namespace

std::vector<std::string> tokens_13a(std::string_view text) {
  std::string spaced = " ";
  for (const char c : unescaped(text::trim(text))) {
    const bool apart = is_always_apart(c);
    if (apart) spaced += ' ';
    spaced += c;
    if (apart) spaced += ' ';
  }
  spaced += ' ';
  const auto no_digit = [](char c) { return !is_digit(c); };
  spaced = with_spaces(spaced, no_digit, is_point, false);
  spaced = with_spaces(spaced, is_point, no_digit, true);
  spaced = with_spaces(spaced, is_digit, [](char c) { return c == '-'; }, false);
  std::vector<std::string> tokens;
  for (const auto token : split_at_space(spaced)) tokens.emplace_back(token);
  return tokens;
}

std::vector<std::string> squad_tokens(std::string_view text) {
  const std::string folded = text::fold_case(text);
  std::string kept;
  std::string word;
  const auto end_word = [&] {
    // As the script does: an article is a word by itself, also beside a dash that is no ASCII.
    kept += word == "a" || word == "an" || word == "the" ? " " : word;
    word.clear();
  };
  for (std::size_t at = 0; at < folded.size();) {
    const auto next = text::decode(folded, at);
    const auto bytes = std::string_view(folded).substr(at, next.size);
    at += next.size;
    if (is_punctuation(next.code)) continue;
    if (is_word(next.code)) {
      word += bytes;
      continue;
    }
    end_word();
    kept += bytes;
  }
  end_word();
  std::vector<std::string> tokens;
  for (const auto token : split_at_space(kept)) tokens.emplace_back(token);
  return tokens;
}

}  // namespace assay::judges
