/// graded_qa, closed_qa, fact: a judge gives one of a few verdicts.

#include "judges/model/grading.hpp"
#include "judges/model/judge_option.hpp"
#include "judges/model/rows.hpp"
#include "judges/result.hpp"
#include "judges/schemas.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace assay::judges {

namespace {

/// A verdict that may be given, what it is worth, and whether it passes.
struct Option {
  std::string_view verdict;
  double value = 0;
  bool pass = false;
  bool partial = false;  ///< offered with `partial: true` only
};

/// One of the three checks.
struct Kind {
  std::string_view name;  ///< of its prompt too
  std::string_view example;
  Need criteria = Need::may;
  Need reference = Need::may;
  bool takes_partial = false;
  std::vector<Option> options;
  std::string_view short_key;
  std::string_view criteria_doc;
};

// What a verdict is worth: Inspect's for answers (0.5 for a part), OpenAI evals' and autoevals' for facts.
const Kind& graded_qa() {
  static const Kind kKind{.name = "graded_qa",
                          .example = "graded_qa: \"{{expected}}\"",
                          .reference = Need::must,
                          .takes_partial = true,
                          .options = {{"correct", 1, true, false}, {"partial", 0.5, false, true}, {"incorrect", 0}},
                          .short_key = "reference",
                          .criteria_doc = "What counts as correct here"};
  return kKind;
}

const Kind& closed_qa() {
  static const Kind kKind{.name = "closed_qa",
                          .example = "closed_qa: Does the answer name a date?",
                          .criteria = Need::must,
                          .options = {{"yes", 1, true}, {"no", 0}},
                          .short_key = "criteria",
                          .criteria_doc = "What the answer has to meet"};
  return kKind;
}

const Kind& fact() {
  static const Kind kKind{.name = "fact",
                          .example = "fact: \"{{expected}}\"",
                          .reference = Need::must,
                          .options = {{"subset", 0.4},
                                      {"superset", 0.6, true},
                                      {"same", 1, true},
                                      {"disagree", 0},
                                      {"immaterial", 1, true}},
                          .short_key = "reference",
                          .criteria_doc = "Which facts to look at"};
  return kKind;
}

/// The options of one check.
struct Grading {
  const Kind* kind = nullptr;
  JudgeUse use;
  Material material;
  bool partial = false;
  bool explain_pass = false;
};

std::vector<std::string> offered_by(const Grading& grading) {
  std::vector<std::string> verdicts;
  for (const auto& option : grading.kind->options) {
    if (!option.partial || grading.partial) verdicts.emplace_back(option.verdict);
  }
  return verdicts;
}

Score score_of(const Grading& grading, const Judgement& judgement) {
  const auto& option = *std::ranges::find(grading.kind->options, judgement.verdict, &Option::verdict);
  auto why = fmt::format("judged {}{}", judgement.verdict, because(judgement.reason));
  Score score = scored(option.value, option.pass, std::move(why), grading.explain_pass);
  score.details = dump_json({{"verdict", judgement.verdict}});
  return score;
}

CheckStep run(const Grading& grading, const CheckContext& context, const Answers& answers) {
  Inquiry inquiry(grading.use, answers);
  auto query = grading_query(inquiry, grading.kind->name, grading.material, context);
  if (!query) return std::move(inquiry).step();
  query->vars["partial"] = grading.partial;
  const auto offered = offered_by(grading);
  const auto judgement = inquiry.verdict(*query, offered);
  return judgement ? CheckStep(score_of(grading, *judgement)) : std::move(inquiry).step();
}

Offer offer_of(const Kind& kind) {
  const auto [worst, best] = std::ranges::minmax(kind.options, {}, &Option::value);
  return {.key = "verdict", .best = std::string(best.verdict), .worst = std::string(worst.verdict)};
}

std::optional<CompiledCheck> make(const Kind& kind, const text::Node& options, const CompileEnv& env,
                                  Diagnostics& diagnostics) {
  OptionReader reader(options, kind.name, diagnostics);
  const auto judge = read_judge(reader, env);
  auto material = read_material(reader, kind.criteria, kind.reference, false);
  const bool partial = kind.takes_partial && reader.flag("partial");
  if (!reader.finish() || !judge) return std::nullopt;
  const Grading grading{.kind = &kind,
                        .use = use_of(*judge, {kind.name}, options),
                        .material = std::move(material),
                        .partial = partial,
                        .explain_pass = env.explain_pass || env.has_threshold};
  CompiledCheck check;
  set_judge(check, grading.use);
  check.offer = offer_of(kind);
  check.run = [grading](const CheckContext& context, const Answers& answers) { return run(grading, context, answers); };
  check.verify = [grading](const Scope& scope) { return verify_material(grading.material, scope); };
  return check;
}

Json options_of(const Kind& kind) {
  const std::string short_key(kind.short_key);
  Json properties = {{"judge", judge_option_schema()},
                     {"criteria", criteria_schema(std::string(kind.criteria_doc))},
                     {"reference", reference_schema("The right answer")}};
  if (kind.takes_partial) properties["partial"] = flag_schema("Offer the verdict `partial` too, worth 0.5");
  return options_schema(std::move(properties), {short_key});
}

template <const Kind& (*kKind)()>
CheckKind row(std::string_view doc) {
  return {.name = kKind().name,
          .doc = doc,
          .example = kKind().example,
          .short_key = kKind().short_key,
          .options = [] { return options_of(kKind()); },
          .short_form =
              [] {
                return kKind().short_key == "criteria" ? criteria_schema("What the answer has to meet")
                                                       : reference_schema("The right answer");
              },
          .make = [](const text::Node& node, const CompileEnv& env,
                     Diagnostics& diagnostics) { return make(kKind(), node, env, diagnostics); }};
}

}  // namespace

CheckKind graded_qa_row() {
  return row<graded_qa>(
      "A judge marks the answer against the `reference`: correct 1, incorrect 0 and, with `partial: true`, partial "
      "0.5; "
      "passes at correct, or from `threshold`. The reference is right, wording does not count; `criteria` says what "
      "else does. Unscored where three replies hold no verdict that was offered; an error where the judge cannot be "
      "reached.");
}

CheckKind closed_qa_row() {
  return row<closed_qa>(
      "A judge says whether the answer meets one criterion: yes 1, no 0; passes at yes. A `reference` is taken as "
      "right. Unscored and an error as `graded_qa`.");
}

CheckKind fact_row() {
  return row<fact>(
      "A judge compares the facts of the answer with those of the `reference`: subset 0.4, superset 0.6, same 1, "
      "disagree 0, immaterial 1 (they differ in nothing that matters). Passes at superset, same and immaterial, or "
      "from "
      "`threshold`. Unscored and an error as `graded_qa`.");
}

}  // namespace assay::judges
