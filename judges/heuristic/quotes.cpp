/// quotes: what the answer quotes, word for word in the contexts.

#include "judges/heuristic/characters.hpp"
#include "judges/heuristic/rows.hpp"
#include "judges/model/inputs.hpp"
#include "judges/result.hpp"
#include "judges/schemas.hpp"
#include "runner/text/decode.hpp"

#include <assay/text/utf8.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace assay::judges {

namespace {

constexpr Needs kNeeds{.contexts = Need::must};
constexpr std::size_t kMostQuotes = 200;         // beyond it is unscored: each is searched for in all the contexts
constexpr std::size_t kLongestQuote = 8u << 10;  // bytes; beyond it a mark was left open

enum class Without { unscored, pass, fail };

struct Rule {
  std::size_t min_words = 3;
  Without without = Without::unscored;
  bool explain_pass = false;
};

/// A quoted span, without its marks.
struct Quote {
  std::string_view text;
  std::size_t at = 0;
};

struct Pair {
  std::string_view open;
  std::string_view close;
};

// An apostrophe is no quotation mark, so single quotes are none.
constexpr std::array kPairs{Pair{"\"", "\""}, Pair{"“", "”"},   Pair{"„", "“"},  Pair{"«", "»"},
                            Pair{"»", "«"},   Pair{"「", "」"}, Pair{"『", "』"}};

// Lower case, white space as one blank, typographic apostrophes and quotation marks as plain ones.
std::string folded(std::string_view text) {
  std::string plain;
  bool space = false;
  for (std::size_t at = 0; at < text.size();) {
    const auto next = text::decode(text, at);
    at += next.size;
    if (is_space(next.code)) {
      space = !plain.empty();
      continue;
    }
    if (space) plain += ' ';
    space = false;
    const bool apostrophe = next.code == U'’' || next.code == U'‘';
    const bool quotation = next.code == U'“' || next.code == U'”' || next.code == U'„';
    text::append(plain, apostrophe ? U'\'' : quotation ? U'"' : next.code);
  }
  return text::fold_case(plain);
}

std::size_t count_words(std::string_view text) {
  return words_of(text).size();
}

/// Where a text stands next. Asked with rising offsets, it looks at each byte of the answer once.
class NextPlace {
 public:
  NextPlace(std::string_view answer, std::string_view what) : answer_(answer), what_(what) {}

  std::size_t from(std::size_t at) {
    if (!asked_ || place_ < at) place_ = std::min(answer_.find(what_, at), answer_.size());
    asked_ = true;
    return place_;
  }

 private:
  std::string_view answer_;
  std::string_view what_;
  std::size_t place_ = 0;
  bool asked_ = false;
};

// Quoted spans do not reach over a blank line: there a mark was left open.
std::vector<Quote> find_quotes(std::string_view answer, std::size_t min_words) {
  NextPlace paragraph(answer, "\n\n");
  std::vector<NextPlace> closes;
  for (const auto& pair : kPairs) closes.emplace_back(answer, pair.close);
  std::vector<Quote> quotes;
  for (std::size_t at = 0; at < answer.size();) {
    const auto* const pair =
        std::ranges::find_if(kPairs, [&](const Pair& one) { return answer.substr(at).starts_with(one.open); });
    if (pair == kPairs.end()) {
      ++at;
      continue;
    }
    const auto begin = at + pair->open.size();
    const auto end = closes[static_cast<std::size_t>(pair - kPairs.begin())].from(begin);
    at = begin;
    if (end >= paragraph.from(begin) || end - begin > kLongestQuote) continue;
    const auto text = answer.substr(begin, end - begin);
    if (count_words(text) >= min_words) quotes.push_back({.text = text, .at = begin});
    at = end + pair->close.size();
  }
  return quotes;
}

// A quote may leave something out (`…`, `[...]`), and end with the sentence's own punctuation.
std::vector<std::string> parts_of(std::string_view quote) {
  std::string text = folded(quote);
  for (const std::string_view gap : {"[…]", "[...]", "(…)", "(...)", "…", "..."}) {
    for (auto at = text.find(gap); at != std::string::npos; at = text.find(gap, at)) text.replace(at, gap.size(), "\n");
  }
  std::vector<std::string> parts;
  for (std::size_t at = 0; at <= text.size();) {
    const auto end = std::min(text.find('\n', at), text.size());
    auto part = text::trim(std::string_view(text).substr(at, end - at));
    while (!part.empty() && std::string_view(".,;:!?").find(part.back()) != std::string_view::npos)
      part.remove_suffix(1);
    if (!part.empty()) parts.emplace_back(part);
    at = end + 1;
  }
  return parts;
}

// Where `part` begins in `text` from `from` on; npos if nowhere. memmem is linear, std::string::find is not.
std::size_t find_from(std::string_view text, std::string_view part, std::size_t from) {
  const void* const found = ::memmem(text.data() + from, text.size() - from, part.data(), part.size());
  return found == nullptr ? std::string_view::npos
                          : static_cast<std::size_t>(static_cast<const char*>(found) - text.data());
}

// All parts in one passage, in their order.
bool holds(std::string_view passage, const std::vector<std::string>& parts) {
  std::size_t at = 0;
  for (const auto& part : parts) {
    const auto found = find_from(passage, part, at);
    if (found == std::string_view::npos) return false;
    at = found + part.size();
  }
  return true;
}

Score without_quotes(const Rule& rule, const CheckContext& context) {
  const auto why =
      fmt::format("the answer quotes nothing of {} words or more: {}", rule.min_words, shown_answer(context));
  if (rule.without == Without::unscored) return unscored(why);
  if (rule.without == Without::fail) return failed(why);
  Score score = passed();
  if (rule.explain_pass) score.why = why;
  return score;
}

Score score(const Rule& rule, const Passages& contexts, const CheckContext& context) {
  const auto quotes = find_quotes(context.answer, rule.min_words);
  if (quotes.empty()) return without_quotes(rule, context);
  if (quotes.size() > kMostQuotes) {
    return unscored(
        fmt::format("the answer quotes {} times, more than the {} that are looked up", quotes.size(), kMostQuotes));
  }
  Passages passages;
  for (const auto& passage : contexts) passages.push_back(folded(passage));
  std::vector<const Quote*> missing;
  for (const auto& quote : quotes) {
    const auto parts = parts_of(quote.text);
    if (!std::ranges::any_of(passages, [&](const auto& passage) { return holds(passage, parts); })) {
      missing.push_back(&quote);
    }
  }
  const auto found = quotes.size() - missing.size();
  if (!missing.empty()) {
    return failed(fmt::format("{} of {} quote{} {} not in the contexts word for word: {} in {}", missing.size(),
                              quotes.size(), quotes.size() == 1 ? "" : "s", missing.size() == 1 ? "is" : "are",
                              text::in_quotes(missing.front()->text, 120), shown_answer(context, missing.front()->at)),
                  static_cast<double>(found) / static_cast<double>(quotes.size()));
  }
  Score result = passed();
  if (rule.explain_pass) {
    result.why =
        fmt::format("the contexts hold each quote word for word: {}", text::in_quotes(quotes.front().text, 120));
  }
  return result;
}

Without read_without(OptionReader& reader) {
  const auto without = reader.choice("without", {"unscored", "pass", "fail"});
  return without == "pass" ? Without::pass : without == "fail" ? Without::fail : Without::unscored;
}

std::optional<CompiledCheck> make(const text::Node& options, const CompileEnv& env, Diagnostics& diagnostics) {
  OptionReader reader(options, "quotes", diagnostics);
  constexpr std::int64_t kMostWords = 1000;
  const auto min_words = reader.reader().integer("min_words", 1, kMostWords).value_or(3);
  const Rule rule{.min_words = static_cast<std::size_t>(min_words),
                  .without = read_without(reader),
                  .explain_pass = env.explain_pass};
  const auto sources = InputSources::read(reader, options, kNeeds, env);
  if (!reader.finish()) return std::nullopt;
  CompiledCheck check;
  check.run = at_once([rule, sources](const CheckContext& context) -> Score {
    const auto inputs = sources.of(context);
    if (const auto* const untold = std::get_if<Score>(&inputs)) return *untold;
    return score(rule, std::get<Inputs>(inputs).contexts, context);
  });
  check.verify = [sources](const Scope& scope) { return sources.verify(scope); };
  return check;
}

Json options() {
  Json properties = input_properties(kNeeds);
  properties["min_words"] = {{"description", "Shorter quotes are titles and words in quotation marks"},
                             {"type", "integer"},
                             {"minimum", 1},
                             {"maximum", 1000},
                             {"default", 3}};
  properties["without"] =
      choice_schema("What an answer without quotes is; default: unscored", {"unscored", "pass", "fail"});
  return options_schema(std::move(properties), {});
}

}  // namespace

CheckKind quotes_row() {
  return {.name = "quotes",
          .doc =
              "The share of the answer's quotes of at least `min_words` words (default 3) that stand in one passage of "
              "the contexts word for word, 0 to 1; case, white space and the shape of quotation marks do not count, "
              "`…` in a quote leaves something out. Passes at 1, or from `threshold` on. An answer without quotes is "
              "unscored, or what `without` says.",
          .example = "quotes: {min_words: 4}",
          .short_key = "",
          .options = options,
          .short_form = no_short_form,
          .make = make};
}

}  // namespace assay::judges
