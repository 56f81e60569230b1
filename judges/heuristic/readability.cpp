/// readability: how hard the answer is to read.

#include "judges/heuristic/bounds.hpp"
#include "judges/heuristic/english.hpp"
#include "judges/heuristic/fences.hpp"
#include "judges/heuristic/language_guess.hpp"
#include "judges/heuristic/rows.hpp"
#include "judges/options.hpp"
#include "judges/result.hpp"
#include "judges/schemas.hpp"

#include <fmt/format.h>

namespace assay::judges {

namespace {

struct Measure {
  std::string_view title;  ///< in a failure
  double (*of)(const TextCounts& counts);
  Direction better;
};

constexpr Measure kGrade{.title = "the Flesch–Kincaid grade", .of = flesch_kincaid_grade, .better = Direction::down};
constexpr Measure kEase{.title = "the Flesch reading ease", .of = flesch_reading_ease, .better = Direction::up};

Score score(const Measure& measure, const Range& range, bool explain_pass, const CheckContext& context) {
  const auto prose = text_beside(context.answer, find_fences(context.answer));
  const TextCounts counts = count_text(prose);
  if (counts.words == 0) return unscored(fmt::format("there are no words to read: {}", shown_answer(context)));
  const auto* const language = guess_language(prose);
  if (language != nullptr && language->code != "en") {
    return unscored(
        fmt::format("the formula is for English, and this is {}: {}", language->name, shown_answer(context)));
  }
  const double value = measure.of(counts);
  const auto say = [&](std::string_view bound, double limit) {
    return failed(
        fmt::format("{} is {:.1f}, expected {} {}: {}", measure.title, value, bound, limit, shown_answer(context)),
        value);
  };
  if (range.least && value < *range.least) return say("at least", *range.least);
  if (range.most && value > *range.most) return say("at most", *range.most);
  Score result = passed(value);
  if (explain_pass) result.why = fmt::format("{} is {:.1f}: {}", measure.title, value, shown_answer(context));
  return result;
}

std::optional<CompiledCheck> make(const text::Node& options, const CompileEnv& env, Diagnostics& diagnostics) {
  OptionReader reader(options, "readability", diagnostics);
  const auto& measure = reader.choice("measure", {"flesch_kincaid", "flesch"}) == "flesch" ? kEase : kGrade;
  constexpr double kNoLeast = -std::numeric_limits<double>::infinity();
  const auto bounds = Bounds::read(reader, "readability", kNoLeast, "max: 9");
  if (!reader.finish()) return std::nullopt;
  CompiledCheck check;
  check.unit = Unit::number;
  check.better = measure.better;
  check.run = at_once([&measure, bounds, explain_pass = env.explain_pass](const CheckContext& context) {
    const auto range = bounds.of(context.scope);
    return range ? score(measure, *range, explain_pass, context) : broken(range.error());
  });
  check.verify = [bounds, at = options.place()](const Scope& scope) { return bounds.verify(scope, at); };
  return check;
}

Json options() {
  return bounded_options(
      number_schema("The least value that passes", {60}), number_schema("The greatest value that passes", {9}),
      {{"measure", choice_schema("flesch_kincaid: a school grade, less is easier; flesch: reading ease, more is easier",
                                 {"flesch_kincaid", "flesch"})}});
}

}  // namespace

CheckKind readability_row() {
  return {
      .name = "readability",
      .doc =
          "How hard English prose is to read. `flesch_kincaid` (the default): 0.39 × words per sentence + 11.8 × "
          "syllables per word − 15.59, a school grade, less is easier. `flesch`: the reading ease, 206.835 − 1.015 × "
          "words per sentence − 84.6 × syllables per word, more is easier. Neither has bounds. Passes from `min` to "
          "`max`, both included; at least one of them is needed. Syllables are counted by rule, code fences left out. "
          "Unscored without words, and where the answer is surely in another language.",
      .example = "readability: {max: 9}",
      .unit = Unit::number,
      .better = Direction::down,
      .short_key = "",
      .options = options,
      .short_form = no_short_form,
      .make = make};
}

}  // namespace assay::judges
