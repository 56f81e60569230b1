/// length: characters, words or lines of the answer.

#include "judges/heuristic/bounds.hpp"
#include "judges/heuristic/rows.hpp"
#include "judges/options.hpp"
#include "judges/result.hpp"
#include "judges/schemas.hpp"

#include <assay/text/utf8.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace assay::judges {

namespace {

// The length of the white space character at `at`, by the rule of `text::trim`; 0 if there is none.
std::size_t space_at(std::string_view text, std::size_t at) {
  const auto lead = static_cast<unsigned char>(text[at]);
  const auto character = text.substr(at, lead < 0x80 ? 1 : lead < 0xE0 ? 2 : 3);
  return text::trim(character).empty() ? character.size() : 0;
}

std::size_t count_words(std::string_view text) {
  std::size_t words = 0;
  bool in_word = false;
  for (std::size_t at = 0; at < text.size();) {
    const auto space = space_at(text, at);
    if (space == 0 && !in_word) ++words;
    in_word = space == 0;
    at += space == 0 ? 1 : space;
  }
  return words;
}

std::size_t count_lines(std::string_view text) {
  if (text.empty()) return 0;
  const auto ends = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
  return ends + (text.back() == '\n' ? 0 : 1);
}

std::size_t count(std::string_view text, Unit unit) {
  if (unit == Unit::words) return count_words(text);
  if (unit == Unit::lines) return count_lines(text);
  return text::count_chars(text);
}

Score judge(const Range& range, Unit unit, bool explain_pass, const CheckContext& context) {
  const auto length = static_cast<double>(count(context.answer, unit));
  const auto say = [&](std::string_view bound, double limit) {
    return failed(
        fmt::format("expected {} {} {}, got {} in {}", bound, limit, name(unit), length, shown_answer(context)),
        length);
  };
  if (range.least && length < *range.least) return say("at least", *range.least);
  if (range.most && length > *range.most) return say("at most", *range.most);
  Score score = passed(length);
  if (explain_pass) score.why = fmt::format("the answer has {} {}: {}", length, name(unit), shown_answer(context));
  return score;
}

std::optional<CompiledCheck> make(const text::Node& options, const CompileEnv& env, Diagnostics& diagnostics) {
  OptionReader reader(options, "length", diagnostics);
  const auto word = reader.choice("unit", {"chars", "words", "lines"});
  const Unit unit = word == "words" ? Unit::words : word == "lines" ? Unit::lines : Unit::chars;
  const auto bounds = Bounds::read(reader, "length", 0, "max: 600");
  if (!reader.finish()) return std::nullopt;
  CompiledCheck check;
  check.unit = unit;
  check.better = bounds.better();
  check.run = at_once([=, explain_pass = env.explain_pass](const CheckContext& context) {
    const auto range = bounds.of(context.scope);
    return range ? judge(*range, unit, explain_pass, context) : broken(range.error());
  });
  check.verify = [bounds, at = options.place()](const Scope& scope) { return bounds.verify(scope, at); };
  return check;
}

Json options() {
  return bounded_options(
      bound_schema("The least length that passes", {1}), bound_schema("The greatest length that passes", {600}),
      {{"unit", choice_schema("What is counted; characters are code points", {"chars", "words", "lines"})}});
}

}  // namespace

CheckKind length_row() {
  return {
      .name = "length",
      .doc =
          "The answer's length in `unit`: chars (code points, the default), words (runs without white space; text "
          "without spaces is one word) or lines (an end of line at the end starts no new one). Passes from `min` to "
          "`max`, both included; at least one of them is needed. White space counts, an empty answer is 0. Less is "
          "better, unless only `min` is given.",
      .example = "length: {max: 600}",
      .unit = Unit::chars,
      .better = Direction::down,
      .short_key = "",
      .options = options,
      .short_form = no_short_form,
      .make = make};
}

}  // namespace assay::judges
