/// levenshtein, rouge_1, rouge_2, rouge_l, bleu, chrf, exact_match, token_f1: how near the answer is to a reference.

#include "judges/heuristic/characters.hpp"
#include "judges/heuristic/rows.hpp"
#include "judges/heuristic/similarity.hpp"
#include "judges/options.hpp"
#include "judges/result.hpp"
#include "judges/schemas.hpp"

#include <assay/text/utf8.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace assay::judges {

namespace {

using References = std::vector<std::string>;

/// A measure of similarity: nothing where the texts are too long for it.
struct Measure {
  std::string_view name;
  std::string_view title;  ///< in a failure
  std::optional<double> (*of)(std::string_view answer, std::string_view reference);
  bool (*usable)(std::string_view reference);
  std::string_view unusable;  ///< what is wrong with a reference that is not
  bool folds = false;         ///< takes `ignore_case`
  bool several = true;        ///< takes a list of references
};

bool has_text(std::string_view reference) {
  return !text::trim(reference).empty();
}

constexpr Measure kLevenshtein{
    .name = "levenshtein",
    .title = "the Levenshtein similarity",
    .of = [](auto answer, auto reference) { return levenshtein_similarity(text::trim(answer), text::trim(reference)); },
    .usable = has_text,
    .unusable = "is empty",
    .folds = true};
constexpr Measure kRouge1{
    .name = "rouge_1",
    .title = "ROUGE-1",
    .of = [](auto answer, auto reference) -> std::optional<double> { return rouge_n(answer, reference, 1); },
    .usable = [](auto reference) { return !words_of(reference).empty(); },
    .unusable = "holds no word"};
constexpr Measure kRouge2{
    .name = "rouge_2",
    .title = "ROUGE-2",
    .of = [](auto answer, auto reference) -> std::optional<double> { return rouge_n(answer, reference, 2); },
    .usable = [](auto reference) { return words_of(reference).size() >= 2; },
    .unusable = "holds fewer than two words"};
constexpr Measure kRougeL{.name = "rouge_l",
                          .title = "ROUGE-L",
                          .of = rouge_l,
                          .usable = [](auto reference) { return !words_of(reference).empty(); },
                          .unusable = "holds no word"};
constexpr Measure kBleu{
    .name = "bleu",
    .title = "BLEU",
    .of = [](auto answer, auto reference) -> std::optional<double> { return bleu(answer, reference); },
    .usable = has_text,
    .unusable = "is empty",
    .folds = true,
    .several = false};
constexpr Measure kChrf{
    .name = "chrf",
    .title = "chrF",
    .of = [](auto answer, auto reference) -> std::optional<double> { return chrf(answer, reference); },
    .usable = has_text,
    .unusable = "is empty",
    .folds = true};
constexpr Measure kExactMatch{.name = "exact_match",
                              .title = "the exact match",
                              .of = [](auto answer, auto reference) -> std::optional<double> {
                                return squad_tokens(answer) == squad_tokens(reference) ? 1 : 0;
                              },
                              .usable = [](auto reference) { return !squad_tokens(reference).empty(); },
                              .unusable = "holds nothing but punctuation and articles"};
constexpr Measure kTokenF1{
    .name = "token_f1",
    .title = "the token F1",
    .of = [](auto answer, auto reference) -> std::optional<double> { return token_f1(answer, reference); },
    .usable = [](auto reference) { return !squad_tokens(reference).empty(); },
    .unusable = "holds nothing but punctuation and articles"};

Parsed<References> parse_references(const Measure& measure, const Json& value) {
  if (value.is_object() || (value.is_array() && !measure.several)) {
    return Wrong{fmt::format("must be text, found {}", text::in_quotes(text_of(value))), "write the expected answer"};
  }
  if (value.is_array() && value.empty()) return Wrong{"is an empty list", "write `[one answer, another]`"};
  References references;
  const auto add = [&](const Json& item) {
    references.push_back(item.is_null() ? "" : text_of(item));
    return measure.usable(references.back());
  };
  const bool good = value.is_array() ? std::ranges::all_of(value, add) : add(value);
  if (good) return references;
  return Wrong{fmt::format("{}: {}", measure.unusable, text::in_quotes(references.back())),
               "write the expected answer"};
}

/// The reference that is nearest, and how near.
struct Best {
  double value = -1;
  const std::string* reference = nullptr;
};

std::optional<Best> nearest(const Measure& measure, bool ignore_case, const References& references,
                            std::string_view answer) {
  const std::string folded = ignore_case ? text::fold_case(answer) : std::string();
  Best best;
  for (const auto& reference : references) {
    const auto value = ignore_case ? measure.of(folded, text::fold_case(reference)) : measure.of(answer, reference);
    if (!value) return std::nullopt;
    if (*value > best.value) best = {.value = *value, .reference = &reference};
  }
  return best;
}

Score score(const Measure& measure, bool ignore_case, const References& references, bool explain_pass,
            const CheckContext& context) {
  const auto best = nearest(measure, ignore_case, references, context.answer);
  if (!best) {
    return unscored(fmt::format("the answer and the reference are too long for {}: {} and {} bytes", measure.name,
                                context.answer.size(), references.front().size()));
  }
  const bool pass = best->value >= 1;
  if (pass && !explain_pass) return passed();
  const auto sentence = fmt::format("{} with {} is {:.4g}: {}", measure.title, text::in_quotes(*best->reference),
                                    best->value, shown_answer(context));
  Score result = pass ? passed() : failed(sentence, best->value);
  result.why = sentence;
  return result;
}

std::optional<CompiledCheck> make(const Measure& measure, const text::Node& options, const CompileEnv& env,
                                  Diagnostics& diagnostics) {
  OptionReader reader(options, measure.name, diagnostics);
  const bool ignore_case = measure.folds && reader.flag("ignore_case");
  const auto parse = [&measure](const Json& value) { return parse_references(measure, value); };
  const auto references = reader.ready<References>(reader.value("value", "'{{expected}}'"), parse);
  if (!reader.finish() || !references) return std::nullopt;
  CompiledCheck check;
  check.run = at_once(
      [&measure, ignore_case, references = *references, explain_pass = env.explain_pass](const CheckContext& context) {
        const auto texts = references.get(context.scope);
        return texts ? score(measure, ignore_case, **texts, explain_pass, context) : broken(texts.error());
      });
  check.verify = [references = *references](const Scope& scope) -> Result<void> {
    const auto texts = references.get(scope);
    return texts ? Result<void>() : texts.error();
  };
  return check;
}

Json one_reference() {
  return text_schema("The expected answer, or a template", {"The cat sat on the mat.", "{{expected}}"});
}

Json references() {
  const Json text = {{"type", {"string", "number", "boolean"}}};
  return {{"description", "The expected answer, or a list of them of which the nearest counts"},
          {"anyOf", {text, Json{{"type", "array"}, {"minItems", 1}, {"items", text}}}},
          {"examples", {"Paris", Json{"Paris", "the city of Paris"}, "{{expected}}"}}};
}

template <const Measure& kMeasure>
Json options() {
  Json properties = {{"value", kMeasure.several ? references() : one_reference()}};
  if (kMeasure.folds) properties["ignore_case"] = ignore_case_schema();
  return options_schema(std::move(properties), {"value"});
}

template <const Measure& kMeasure>
CheckKind row(std::string_view doc, std::string_view example) {
  return {.name = kMeasure.name,
          .doc = doc,
          .example = example,
          .short_key = "value",
          .options = options<kMeasure>,
          .short_form = kMeasure.several ? references : one_reference,
          .make = [](const text::Node& node, const CompileEnv& env, Diagnostics& diagnostics) {
            return make(kMeasure, node, env, diagnostics);
          }};
}

}  // namespace

CheckKind levenshtein_row() {
  return row<kLevenshtein>(
      "1 − the edit distance (insertions, deletions, substitutions of code points) / the length of the longer text, 0 "
      "to 1; white space at both ends of either is ignored. Passes at 1, or from `threshold`. An empty answer is 0. "
      "Unscored where answer × reference are more than 10⁹ pairs of characters.",
      "levenshtein: {value: Paris, threshold: 0.8}");
}

CheckKind rouge_1_row() {
  return row<kRouge1>(
      "ROUGE-1: F1 of the words that answer and reference share, 0 to 1. Words are case folded runs of letters and "
      "digits, without stemming; a Han or Kana character is a word. Passes at 1, or from `threshold`. An answer "
      "without words is 0.",
      "rouge_1: {value: The cat sat on the mat., threshold: 0.6}");
}

CheckKind rouge_2_row() {
  return row<kRouge2>(
      "ROUGE-2: F1 of the pairs of neighbouring words that answer and reference share, 0 to 1; words as for `rouge_1`. "
      "Passes at 1, or from `threshold`. An answer of fewer than two words is 0; such a reference is refused.",
      "rouge_2: {value: The cat sat on the mat., threshold: 0.4}");
}

CheckKind rouge_l_row() {
  return row<kRougeL>(
      "ROUGE-L: F1 of the longest sequence of words, gaps allowed, that answer and reference share, 0 to 1; each is "
      "taken as one sentence, words as for `rouge_1`. Passes at 1, or from `threshold`. An answer without words is 0. "
      "Unscored where answer × reference are more than 10⁹ pairs of words.",
      "rouge_l: {value: The cat sat on the mat., threshold: 0.5}");
}

CheckKind bleu_row() {
  return row<kBleu>(
      "Sentence BLEU, 0 to 1: the geometric mean of the precision of 1- to 4-grams (up to what a shorter answer has) "
      "times the brevity penalty; tokens as mteval's 13a, case counts, smoothing `exp` (the k-th order without a match "
      "counts 1/2^k matches). Equals sacrebleu's sentence_bleu / 100. Passes at 1, or from `threshold`. No shared word "
      "is 0.",
      "bleu: {value: The cat sat on the mat., threshold: 0.3}");
}

CheckKind chrf_row() {
  return row<kChrf>(
      "chrF2, 0 to 1: F-score, recall twice as heavy, over character 1- to 6-grams without white space; case counts. "
      "Orders that one of the texts is too short for are left out. Equals sacrebleu's chrf / 100. Passes at 1, or from "
      "`threshold`. An empty answer is 0.",
      "chrf: {value: The cat sat on the mat., threshold: 0.5}");
}

CheckKind exact_match_row() {
  return row<kExactMatch>(
      "1 if answer and reference are equal as SQuAD compares them, else 0: case folded, without ASCII punctuation and "
      "the words a, an, the, white space between words as one. Of several references one is enough. A reference "
      "of nothing else is refused.",
      "exact_match: [Paris, the city of Paris]");
}

CheckKind token_f1_row() {
  return row<kTokenF1>(
      "SQuAD's F1 of the tokens that answer and reference share, 0 to 1, after the normalisation of `exact_match`; of "
      "several references the nearest counts. Passes at 1, or from `threshold`. An answer without tokens is 0.",
      "token_f1: {value: in the city of Paris, threshold: 0.5}");
}

}  // namespace assay::judges
