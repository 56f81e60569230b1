#include "judges/heuristic/english.hpp"

#include "judges/heuristic/characters.hpp"
#include "runner/text/decode.hpp"

#include <assay/text/utf8.hpp>

#include <algorithm>
#include <array>
#include <string>

namespace assay::judges {

namespace {

bool is_vowel(char c) {
  return std::string_view("aeiouy").find(c) != std::string_view::npos;
}

bool is_vowel_at(std::string_view word, std::size_t i) {
  return i < word.size() && is_vowel(word[i]);
}

bool is_one_of(char c, std::string_view set) {
  return set.find(c) != std::string_view::npos;
}

// `y` at the start of a syllable and `u` after `q` or `g` are no vowels: `beyond`, `unique`, `guess`.
std::string as_spoken(std::string_view word) {
  std::string spoken;
  for (std::size_t i = 0; i < word.size(); ++i) {
    const char c = word[i];
    if (c == '\'') continue;
    const bool before_vowel = is_vowel_at(word, i + 1);
    if (c == 'y' && before_vowel && (i == 0 || is_vowel_at(word, i - 1))) {
      spoken += 'j';
    } else if (c == 'u' && before_vowel && i > 0 && is_one_of(word[i - 1], "qg")) {
      spoken += 'w';
    } else {
      spoken += c;
    }
  }
  return spoken;
}

// Whether the vowel at `i` begins a syllable of its own though a vowel is before it.
bool parts_at(std::string_view word, std::size_t i) {
  const std::string_view pair = word.substr(i - 1, 2);
  const std::string_view rest = word.substr(i + 1);
  const char before = i > 1 ? word[i - 2] : ' ';
  if (pair == "ia" || pair == "io") {
    const bool liquid = before == 'l' && i > 3 && (rest.starts_with('n') || rest.starts_with('r'));  // `million`
    return !liquid && !is_one_of(before, "ctsgx");
  }
  if (pair == "eo") return !is_one_of(before, "gp");
  if (pair == "iu" || pair == "ii" || pair == "ua" || pair == "uo") return true;
  if (pair == "ie") {
    return rest == "t" || rest.starts_with("ty") ||
           ((rest.starts_with("nt") || rest.starts_with("nc")) && !is_one_of(before, "ct"));
  }
  if (pair == "ea") {
    const bool create =
        before == 'r' && i > 2 && word[i - 3] == 'c' && rest.starts_with('t') && !rest.starts_with("tu");
    const bool ends = rest.empty() || rest == "s";
    return create || (ends && i > 2 && std::ranges::any_of(word.substr(0, i - 1), is_vowel));
  }
  return word[i] == 'i' && (rest == "ng" || rest == "ngs");
}

// Whether an `e` after a consonant is silent in this ending of the word.
bool ends_silent(std::string_view word, std::string_view ending) {
  if (!word.ends_with(ending) || word.size() < ending.size() + 2) return false;
  const auto at = word.size() - ending.size();
  const char last = word[at - 1];
  const char before = word[at - 2];
  if (is_vowel(last)) return false;
  if (ending == "es" && (is_one_of(last, "sxzcg") || (last == 'h' && is_one_of(before, "sc")))) return false;
  if (ending == "ed" && is_one_of(last, "td")) return false;
  const bool spoken = last == 'l' && !is_vowel(before) && !is_one_of(before, "lr");  // `table`, `settled`; not `called`
  if (spoken && (ending == "e" || ending == "es" || ending == "ed")) return false;
  if (ending.starts_with("ement") && std::ranges::none_of(word.substr(0, at), is_vowel)) return false;
  return true;
}

bool has_silent_ending(std::string_view word) {
  static constexpr std::array<std::string_view, 13> kEndings{
      "e", "es", "ed", "ely", "eful", "efully", "eless", "eness", "ement", "ements", "ething", "ewhere", "etimes"};
  return std::ranges::any_of(kEndings, [&](auto ending) { return ends_silent(word, ending); });
}

// A letter of a word as the rule knows it: accents gone, a consonant for what it does not know; 0 if it is none.
char as_letter(char32_t c) {
  if (c == '\'' || c == 0x2019) return '\'';
  if (c < 0x80) return c >= 'a' && c <= 'z' ? static_cast<char>(c) : '\0';
  if (c >= 0xE0 && c <= 0xFF) {
    static constexpr std::string_view kPlain = "aaaaaaacooooiiiixnoooooxouuuuyxy";  // an accented e is never silent
    return c == 0xF7 ? '\0' : kPlain[c - 0xE0];
  }
  return is_word(c) ? 'x' : '\0';
}

// 0 if the token holds no letter.
std::size_t syllables_of(std::string_view token) {
  const std::string folded = text::fold_case(token);
  std::size_t syllables = 0;
  std::string word;
  const auto end_word = [&] {
    if (word.find_first_not_of('\'') != std::string::npos) syllables += count_syllables(word);
    word.clear();
  };
  for (std::size_t at = 0; at < folded.size();) {
    const auto next = text::decode(folded, at);
    const char letter = as_letter(next.code);
    if (letter == '\0') end_word();
    if (letter != '\0') word += letter;
    at += next.size;
  }
  end_word();
  return syllables;
}

bool ends_sentence(std::string_view token) {
  static constexpr std::array<std::string_view, 9> kAbbreviations{"mr.", "mrs.", "ms.",  "dr.", "prof.",
                                                                  "st.", "vs.",  "e.g.", "i.e."};
  for (bool closing = true; closing && !token.empty();) {
    closing = false;
    for (const std::string_view mark : {"\"", "'", ")", "]", "*", "_", "”", "’", "»"}) {
      if (!token.ends_with(mark)) continue;
      token.remove_suffix(mark.size());
      closing = true;
    }
  }
  if (token.empty() || !is_one_of(token.back(), ".!?")) return false;
  return token.size() > 5 || std::ranges::find(kAbbreviations, text::fold_case(token)) == kAbbreviations.end();
}

// `-`, `*`, `•`, `1.`, `2)`, `##`
bool is_list_mark(std::string_view token) {
  if (token == "-" || token == "*" || token == "+" || token == "•") return true;
  if (token.find_first_not_of('#') == std::string_view::npos) return true;
  const auto digits = token.find_first_not_of("0123456789");
  return digits != 0 && digits == token.size() - 1 && is_one_of(token.back(), ".)");
}

}  // namespace

std::size_t count_syllables(std::string_view word) {
  const std::string spoken = as_spoken(word);
  std::size_t count = 0;
  for (std::size_t i = 0; i < spoken.size(); ++i) {
    if (!is_vowel(spoken[i])) continue;
    if (i == 0 || !is_vowel(spoken[i - 1]) || parts_at(spoken, i)) ++count;
  }
  if (count > 0 && has_silent_ending(spoken)) --count;
  const bool not_spoken = word.size() > 3 && word.ends_with("n't") && !is_vowel(word[word.size() - 4]);  // `didn't`
  const bool sm = spoken.size() > 3 && (spoken.ends_with("sm") || spoken.ends_with("sms"));              // `tourism`
  return std::max<std::size_t>(count + (not_spoken ? 1 : 0) + (sm ? 1 : 0), 1);
}

TextCounts count_text(std::string_view utf8) {
  TextCounts counts;
  bool open = false;  // a sentence that holds a word
  const auto end_sentence = [&] {
    if (open) ++counts.sentences;
    open = false;
  };
  while (!utf8.empty()) {
    const auto line = utf8.substr(0, utf8.find('\n'));
    utf8.remove_prefix(std::min(line.size() + 1, utf8.size()));
    const auto tokens = split_at_space(line);
    if (tokens.empty() || is_list_mark(tokens.front())) end_sentence();
    for (const auto token : tokens) {
      const auto syllables = syllables_of(token);
      if (syllables > 0) ++counts.words;
      counts.syllables += syllables;
      open = open || syllables > 0;
      if (ends_sentence(token)) end_sentence();
    }
    if (line.starts_with('#')) end_sentence();
  }
  end_sentence();
  return counts;
}

double flesch_reading_ease(const TextCounts& counts) {
  const auto words = static_cast<double>(counts.words);
  return 206.835 - 1.015 * words / static_cast<double>(counts.sentences) -
         84.6 * static_cast<double>(counts.syllables) / words;
}

double flesch_kincaid_grade(const TextCounts& counts) {
  const auto words = static_cast<double>(counts.words);
  return 0.39 * words / static_cast<double>(counts.sentences) + 11.8 * static_cast<double>(counts.syllables) / words -
         15.59;
}

}  // namespace assay::judges
