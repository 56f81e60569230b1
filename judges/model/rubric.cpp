/// rubric: a judge scores the answer on a scale with words for its scores.

#include "judges/model/grading.hpp"
#include "judges/model/judge_option.hpp"
#include "judges/model/rows.hpp"
#include "judges/model/scale.hpp"
#include "judges/result.hpp"
#include "judges/schemas.hpp"

#include <fmt/format.h>

namespace assay::judges {

namespace {

constexpr std::string_view kPrompt = "rubric";
constexpr const char* kMetOrNot = "{0: the answer does not meet the rubric, 1: the answer meets the rubric}";

/// The options of one rubric.
struct Rubric {
  JudgeUse use;
  Material material;
  Scale scale;
  int pass = 1;
  bool explain_pass = false;
};

Score score_of(const Rubric& rubric, const Grade& grade) {
  const int lo = rubric.scale.lo;
  const int hi = rubric.scale.hi;
  auto why = fmt::format("scored {} on {} to {}, {} {}{}", grade.score, lo, hi, rubric.pass,
                         rubric.pass == hi ? "is needed" : "or more is needed", because(grade.reason));
  Score score =
      scored(rubric.scale.share(grade.score), grade.score >= rubric.pass, std::move(why), rubric.explain_pass);
  score.details = dump_json({{"score", grade.score}, {"lo", lo}, {"hi", hi}, {"pass", rubric.pass}});
  return score;
}

CheckStep run(const Rubric& rubric, const CheckContext& context, const Answers& answers) {
  const auto anchors = anchors_of(rubric.scale, context.scope);
  if (!anchors) return broken(anchors.error());
  Inquiry inquiry(rubric.use, answers);
  auto query = grading_query(inquiry, kPrompt, rubric.material, context);
  if (!query) return std::move(inquiry).step();
  query->vars.update({{"scale", *anchors}, {"lo", rubric.scale.first()}, {"hi", rubric.scale.last()}});
  const auto grade = inquiry.grade(*query, rubric.scale, false);
  return grade ? CheckStep(score_of(rubric, *grade)) : std::move(inquiry).step();
}

std::optional<int> read_pass(OptionReader& reader, const Scale& scale) {
  const auto* const node = reader.reader().get("pass");
  if (node == nullptr) return scale.hi;
  const auto mark = reader.reader().integer("pass", -1000, 1000);
  if (!mark) return std::nullopt;
  if (*mark > scale.lo && *mark <= scale.hi) return static_cast<int>(*mark);
  reader.diagnostics().error(
      node->place(),
      fmt::format("a pass mark of {} {} on a scale from {} to {}", *mark,
                  *mark > scale.hi ? "cannot be reached" : "lets every score pass", scale.lo, scale.hi),
      fmt::format("write a whole number from {} to {}", scale.lo + 1, scale.hi));
  return std::nullopt;
}

std::optional<CompiledCheck> make(const text::Node& options, const CompileEnv& env, Diagnostics& diagnostics) {
  OptionReader reader(options, "rubric", diagnostics);
  const auto judge = read_judge(reader, env);
  auto material = read_material(reader, Need::must, Need::may, true);
  auto scale = read_scale(reader, kMetOrNot);
  const auto pass = scale ? read_pass(reader, *scale) : std::nullopt;
  if (!scale) (void)reader.reader().get("pass");
  if (!reader.finish() || !judge || !scale || !pass) return std::nullopt;
  scale->reversed = env.reversed;
  const Rubric rubric{.use = use_of(*judge, {kPrompt}, options),
                      .material = std::move(material),
                      .scale = *std::move(scale),
                      .pass = *pass,
                      .explain_pass = env.explain_pass || env.has_threshold};
  CompiledCheck check;
  set_judge(check, rubric.use);
  check.offer = offer_of(rubric.scale);
  check.run = [rubric](const CheckContext& context, const Answers& answers) { return run(rubric, context, answers); };
  check.verify = [rubric](const Scope& scope) -> Result<void> {
    if (const auto anchors = anchors_of(rubric.scale, scope); !anchors) return anchors.error();
    return verify_material(rubric.material, scope);
  };
  return check;
}

Json short_form() {
  return criteria_schema("What a good answer does; met or not met");
}

Json options() {
  const Json pass = {{"description", "The score from which it passes; default: the highest"}, {"type", "integer"}};
  return options_schema(
      {{"judge", judge_option_schema()},
       {"criteria", criteria_schema("What a good answer does")},
       {"scale", scale_option_schema("What scores mean; every whole number between may be given. Default: 0 or 1")},
       {"pass", pass},
       {"reference", reference_schema("What the judge is to take as right")},
       {"sees", sees_schema()}},
      {"criteria"});
}

}  // namespace

CheckKind rubric_row() {
  return {.name = "rubric",
          .doc =
              "A judge scores the answer by `criteria`, on a `scale` of whole numbers with words for some of them "
              "(default: 0 not met, 1 met). The score is (s − lowest) / (highest − lowest), 0 to 1; passes from `pass` "
              "on, by "
              "default the highest. The judge sees the last user message, or the conversation (`sees`), the "
              "`reference` and the "
              "answer, as fenced data. Unscored where three replies hold no score that was offered; an error where the "
              "judge cannot be reached.",
          .example = "rubric: {criteria: Names the refund window., scale: {1: wrong, 3: vague, 5: names it}, pass: 4}",
          .short_key = "criteria",
          .options = options,
          .short_form = short_form,
          .make = make};
}

}  // namespace assay::judges
