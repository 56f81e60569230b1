/// choice: the letter of a multiple-choice answer.

#include "judges/heuristic/characters.hpp"
#include "judges/heuristic/rows.hpp"
#include "judges/options.hpp"
#include "judges/result.hpp"
#include "judges/schemas.hpp"
#include "runner/text/decode.hpp"

#include <assay/text/utf8.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace assay::judges {

namespace {

enum class Extract { only, first, last };

/// What is offered, and how it is found.
struct Offer {
  std::string letters = "ABCD";  ///< capital
  Extract extract = Extract::only;
  bool ignore_case = false;
};

/// A letter of the answer that stands alone. `marked`: the answer says that it is its answer.
struct Found {
  char letter = 0;
  std::size_t at = 0;
  bool marked = false;
};

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

char capital(char c) {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

// True if the code point before, or from, `at` is part of a word.
bool word_before(std::string_view text, std::size_t at) {
  return at > 0 && (text[at - 1] == '_' || is_word(text::decode(text, text::previous(text, at)).code));
}

bool word_from(std::string_view text, std::size_t at) {
  return at < text.size() && (text[at] == '_' || is_word(text::decode(text, at).code));
}

// A sign that joins the letter to a word: `I'm`, `A-level`, `U.S.A`, `C++`, `C#`.
bool is_joined(std::string_view text, std::size_t at) {
  const auto rest = text.substr(at + 1);
  if (rest.starts_with('+') || rest.starts_with('#')) return true;
  for (const std::string_view sign : {"'", "’", "-", ".", "&", "/"}) {
    if (rest.starts_with(sign) && word_from(rest, sign.size())) return true;
    if (text.substr(0, at).ends_with(sign) && word_before(text, at - sign.size())) return true;
  }
  return false;
}

// `A cat`, `I think`: before a space and a small word, as an article or a pronoun is. No article is before `or`, nor
// before `is`.
bool reads_as_word(std::string_view text, std::size_t at) {
  const char letter = capital(text[at]);
  if (letter != 'A' && letter != 'I') return false;
  auto rest = text.substr(at + 1);
  if (!rest.starts_with(' ')) return false;
  rest.remove_prefix(1);
  std::size_t end = 0;
  while (end < rest.size() && end < 16 && is_letter(rest[end])) ++end;
  const auto word = rest.substr(0, end);
  if (word.empty() || (word[0] < 'a' && text[at] != 'a')) return false;
  constexpr std::array<std::string_view, 6> kNeverAfterArticle{"or", "and", "is", "was", "because", "but"};
  if (letter == 'I') return word != "or";
  return std::ranges::find(kNeverAfterArticle, word) == kNeverAfterArticle.end();
}

// The last word of a text, in small letters, and the text before it; "" if something else than `fill` is between.
std::string take_word(std::string_view& text, std::string_view fill) {
  const auto end = text.find_last_not_of(fill);
  if (end == std::string_view::npos || !is_letter(text[end])) return {};
  std::size_t begin = end;
  while (begin > 0 && is_letter(text[begin - 1])) --begin;
  std::string word(text.substr(begin, end - begin + 1));
  text = text.substr(0, begin);
  return text::fold_case(word);
}

// `The answer is (B)`, `Answer: **B**`, `the correct option is B`, `\boxed{B}`.
bool is_marked(std::string_view text, std::size_t at) {
  constexpr std::size_t kReach = 60;
  constexpr std::string_view kFill = " \t\r\n:=*_([{\"'`$\\";
  constexpr std::array<std::string_view, 9> kBetween{"is",    "option", "choice", "letter", "the",
                                                     "would", "be",     "should", "text"};
  auto before = text.substr(0, at);
  if (before.size() > kReach) before.remove_prefix(before.size() - kReach);
  const bool direct = before.ends_with("{");
  for (;;) {
    const auto word = take_word(before, kFill);
    if (word == "answer" || word == "answers") return true;
    if (word == "boxed") return direct;
    if (word == "correct") return true;
    if (std::ranges::find(kBetween, word) == kBetween.end()) return false;
  }
}

std::optional<Found> letter_at(std::string_view text, std::size_t at, const Offer& offer) {
  const char letter = offer.ignore_case ? capital(text[at]) : text[at];
  if (offer.letters.find(letter) == std::string::npos) return std::nullopt;
  if (word_before(text, at) || word_from(text, at + 1) || is_joined(text, at)) return std::nullopt;
  const bool marked = is_marked(text, at);
  if (!marked && reads_as_word(text, at)) return std::nullopt;
  return Found{.letter = letter, .at = at, .marked = marked};
}

/// The letters that count: the marked ones, or all if none is.
std::vector<Found> find_letters(std::string_view text, const Offer& offer) {
  std::vector<Found> all;
  bool any_marked = false;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (!is_letter(text[at])) continue;
    const auto found = letter_at(text, at, offer);
    if (!found) continue;
    any_marked = any_marked || found->marked;
    all.push_back(*found);
  }
  if (any_marked) std::erase_if(all, [](const Found& found) { return !found.marked; });
  return all;
}

std::variant<Found, std::string> pick(const Offer& offer, const CheckContext& context) {
  const auto found = find_letters(context.answer, offer);
  if (found.empty()) return fmt::format("none of {} in {}", offer.letters, shown_answer(context));
  if (offer.extract == Extract::first) return found.front();
  if (offer.extract == Extract::last) return found.back();
  const auto other = std::ranges::find_if(found, [&](const Found& f) { return f.letter != found[0].letter; });
  if (other == found.end()) return found.front();
  return fmt::format("{} and {} in {}; `extract: last` or `first` says which counts", found[0].letter, other->letter,
                     shown_answer(context, other->at));
}

Score score(const Offer& offer, char expected, bool explain_pass, const CheckContext& context) {
  const auto picked = pick(offer, context);
  if (const auto* const why = std::get_if<std::string>(&picked)) {
    return failed(fmt::format("expected the choice {}, found {}", expected, *why));
  }
  const auto& found = std::get<Found>(picked);
  const auto seen = shown_answer(context, found.at);
  if (found.letter != expected) {
    return failed(fmt::format("expected the choice {}, found {} in {}", expected, found.letter, seen));
  }
  Score result = passed();
  if (explain_pass) result.why = fmt::format("the choice is {}: {}", found.letter, seen);
  return result;
}

Parsed<char> parse_expected(const Json& value, const std::string& letters) {
  const std::string written = text_of(value);
  const auto letter = text::trim(written);
  const char found = letter.size() == 1 ? capital(letter[0]) : '\0';
  if (found != '\0' && letters.find(found) != std::string::npos) return found;
  return Wrong{fmt::format("must be one of the letters {}, found {}", letters, text::in_quotes(written)),
               "write `value: B`; `letters: ABCDE` says what is offered"};
}

Offer read_offer(OptionReader& reader) {
  Offer offer;
  const auto word = reader.choice("extract", {"last", "first", "only"});
  offer.extract = word == "last" ? Extract::last : word == "first" ? Extract::first : Extract::only;
  offer.ignore_case = reader.flag("ignore_case");
  const auto letters = reader.reader().string("letters");
  if (!letters) return offer;
  offer.letters = *letters;
  std::string sorted = offer.letters;
  std::ranges::sort(sorted);
  const bool good = sorted.size() >= 2 && std::ranges::all_of(sorted, [](char c) { return c >= 'A' && c <= 'Z'; }) &&
                    std::ranges::adjacent_find(sorted) == sorted.end();
  if (!good) {
    reader.diagnostics().error(reader.reader().get("letters")->place(),
                               fmt::format("the letters of 'choice' must be two or more different capitals, found {}",
                                           text::in_quotes(*letters)),
                               "write `letters: ABCD`");
  }
  return offer;
}

std::optional<CompiledCheck> make(const text::Node& options, const CompileEnv& env, Diagnostics& diagnostics) {
  OptionReader reader(options, "choice", diagnostics);
  const Offer offer = read_offer(reader);
  const auto expected = reader.ready<char>(reader.text("value", "B"), [letters = offer.letters](const Json& value) {
    return parse_expected(value, letters);
  });
  if (!reader.finish() || !expected) return std::nullopt;
  CompiledCheck check;
  check.run = at_once([offer, expected = *expected, explain_pass = env.explain_pass](const CheckContext& context) {
    const auto letter = expected.get(context.scope);
    return letter ? score(offer, **letter, explain_pass, context) : broken(letter.error());
  });
  check.verify = [expected = *expected](const Scope& scope) -> Result<void> {
    const auto letter = expected.get(scope);
    return letter ? Result<void>() : letter.error();
  };
  return check;
}

Json short_form() {
  return {{"description", "The right letter, or a template"},
          {"type", "string"},
          {"pattern", "^\\s*[A-Za-z]\\s*$|\\{\\{"},
          {"examples", {"B", "{{letter}}"}}};
}

Json options() {
  const Json letters = {{"description", "The letters that are offered; default: ABCD"},
                        {"type", "string"},
                        {"pattern", "^[A-Z]{2,26}$"},
                        {"default", "ABCD"},
                        {"examples", {"ABCDE"}}};
  return options_schema(
      {{"value", short_form()},
       {"letters", letters},
       {"extract", choice_schema("Which letter counts; without it all that count must be one and the same",
                                 {"last", "first", "only"})},
       {"ignore_case", flag_schema("Small letters are choices too")}},
      {"value"});
}

}  // namespace

CheckKind choice_row() {
  return {.name = "choice",
          .doc =
              "1 if the letter that the answer chooses is the expected one, else 0. A choice is a capital of `letters` "
              "that stands alone: `B`, `(B)`, `B.`, `**B**`; not part of a word (`A-level`, `I'm`, `C++`), and not an "
              "A or I followed by a small word (`A cat`). Where letters are announced (`the answer is B`, `Answer: B`, "
              "`\\boxed{B}`), only those count. `extract` says which one: `only` (the default: all are the same), "
              "`first`, `last`.",
          .example = "choice: {value: B, extract: last}",
          .short_key = "value",
          .options = options,
          .short_form = short_form,
          .make = make};
}

}  // namespace assay::judges
