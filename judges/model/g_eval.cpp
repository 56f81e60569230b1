/// g_eval: a judge walks through fixed steps and scores; the score is weighted by how likely the judge found each one.

#include "judges/model/grading.hpp"
#include "judges/model/judge_option.hpp"
#include "judges/model/rows.hpp"
#include "judges/model/scale.hpp"
#include "judges/result.hpp"
#include "judges/schemas.hpp"

#include <assay/text/utf8.hpp>

#include <fmt/format.h>

namespace assay::judges {

namespace {

constexpr std::string_view kPrompt = "g_eval";
constexpr const char* kOneToFive =
    "{1: fails what the steps look for, 3: holds in part, 5: holds fully}";  // as the paper's scales

using Steps = std::vector<Templated<std::string>>;

/// The options of one check.
struct Evaluation {
  JudgeUse use;
  Material material;
  Steps steps;
  Scale scale;
  double pass = 0;  ///< on the scale
  bool explain_pass = false;
};

Parsed<std::string> parse_step(const Json& value) {
  return parse_words(value, "write what to look at: `- Compare the dates.`");
}

Steps read_steps(OptionReader& reader) {
  constexpr std::string_view kExample = "steps: [List the claims of the answer., Check each against the reference.]";
  Steps steps;
  const auto* const list = reader.reader().get("steps");
  if (list == nullptr || !list->is_seq() || list->items.empty()) {
    const std::string message = list == nullptr ? "check 'g_eval' needs the key 'steps'"
                                                : fmt::format("`steps` is a list of texts, found {}", describe(*list));
    const auto place = list == nullptr ? reader.reader().node().place() : list->place();
    reader.diagnostics().error(place, message,
                               fmt::format("write `{}`: steps that a judge makes up differ from run to run", kExample));
    return steps;
  }
  for (std::size_t i = 0; i < list->items.size(); ++i) {
    auto source = Source::text(list->items[i], fmt::format("step {} of 'g_eval'", i + 1), reader.diagnostics());
    auto step = reader.ready<std::string>(std::move(source), parse_step);
    if (step) steps.push_back(*std::move(step));
  }
  return steps;
}

// One score is one token of the judge's.
std::optional<Scale> read_digits(OptionReader& reader) {
  auto scale = read_scale(reader, kOneToFive);
  if (!scale || (scale->lo >= 0 && scale->hi <= 9)) return scale;
  reader.diagnostics().error(
      reader.reader().get("scale")->place(),
      fmt::format("the scale of 'g_eval' goes from {} to {}, and a score must be one digit", scale->lo, scale->hi),
      "write a scale within 0 to 9, or use `rubric`");
  return std::nullopt;
}

std::optional<double> read_pass(OptionReader& reader, const CompileEnv& env, const Scale& scale) {
  const auto* const node = reader.reader().get("pass");
  if (node == nullptr && env.has_threshold) return scale.hi;  // `threshold` decides
  if (node == nullptr) {
    reader.reader().error("check 'g_eval' needs the score from which it passes",
                          fmt::format("write `pass: {}`, on its scale, or `threshold: 0.75`, from 0 to 1",
                                      scale.hi == scale.lo + 1 ? scale.hi : scale.hi - 1));
    return std::nullopt;
  }
  const auto mark = reader.reader().number("pass");
  if (mark && *mark > scale.lo && *mark <= scale.hi) return mark;
  if (mark) {
    reader.diagnostics().error(
        node->place(),
        fmt::format("a pass mark of {} {} on a scale from {} to {}", *mark,
                    *mark > scale.hi ? "cannot be reached" : "lets every score pass", scale.lo, scale.hi),
        fmt::format("write a number above {} and at most {}", scale.lo, scale.hi));
  }
  return std::nullopt;
}

Score score_of(const Evaluation& evaluation, const Grade& grade) {
  const auto& scale = evaluation.scale;
  const double mean = grade.mean.value_or(grade.score);
  auto why = fmt::format("scored {:.3g} on {} to {}, {:.3g} is needed{}", mean, scale.lo, scale.hi, evaluation.pass,
                         because(grade.reason));
  constexpr double kRounding = 1e-9;
  Score score = scored(scale.share(mean), mean >= evaluation.pass - kRounding, std::move(why), evaluation.explain_pass);
  score.details = dump_json({{"score", grade.score},
                             {"weighted", grade.mean.has_value()},
                             {"mean", mean},
                             {"lo", scale.lo},
                             {"hi", scale.hi},
                             {"pass", evaluation.pass}});
  return score;
}

Result<Json> vars_of(const Evaluation& evaluation, const Scope& scope) {
  Json steps = Json::array();
  for (const auto& step : evaluation.steps) {
    const auto text = step.get(scope);
    if (!text) return text.error();
    steps.push_back(**text);
  }
  auto anchors = anchors_of(evaluation.scale, scope);
  if (!anchors) return anchors.error();
  return Json{{"steps", std::move(steps)},
              {"scale", *std::move(anchors)},
              {"lo", evaluation.scale.first()},
              {"hi", evaluation.scale.last()}};
}

CheckStep run(const Evaluation& evaluation, const CheckContext& context, const Answers& answers) {
  const auto vars = vars_of(evaluation, context.scope);
  if (!vars) return broken(vars.error());
  Inquiry inquiry(evaluation.use, answers);
  auto query = grading_query(inquiry, kPrompt, evaluation.material, context);
  if (!query) return std::move(inquiry).step();
  query->vars.update(*vars);
  const auto grade = inquiry.grade(*query, evaluation.scale, true);
  return grade ? CheckStep(score_of(evaluation, *grade)) : std::move(inquiry).step();
}

std::optional<CompiledCheck> make(const text::Node& options, const CompileEnv& env, Diagnostics& diagnostics) {
  OptionReader reader(options, "g_eval", diagnostics);
  const auto judge = read_judge(reader, env);
  auto material = read_material(reader, Need::must, Need::may, true);
  auto steps = read_steps(reader);
  (void)reader.reader().get("pass");  // known, whatever the scale
  auto scale = read_digits(reader);
  const auto pass = scale ? read_pass(reader, env, *scale) : std::nullopt;
  if (!reader.finish() || !judge || !scale || !pass) return std::nullopt;
  scale->reversed = env.reversed;
  const Evaluation evaluation{.use = use_of(*judge, {kPrompt}, options),
                              .material = std::move(material),
                              .steps = std::move(steps),
                              .scale = *std::move(scale),
                              .pass = *pass,
                              .explain_pass = env.explain_pass || env.has_threshold};
  CompiledCheck check;
  set_judge(check, evaluation.use);
  check.offer = offer_of(evaluation.scale);
  check.run = [evaluation](const CheckContext& context, const Answers& answers) {
    return run(evaluation, context, answers);
  };
  check.verify = [evaluation](const Scope& scope) -> Result<void> {
    if (const auto vars = vars_of(evaluation, scope); !vars) return vars.error();
    return verify_material(evaluation.material, scope);
  };
  return check;
}

Json options() {
  const Json steps = {{"description", "What the judge does, in order; frozen, as made-up steps differ from run to run"},
                      {"type", "array"},
                      {"minItems", 1},
                      {"items", {{"type", {"string", "number", "boolean"}}}},
                      {"examples", Json::array({Json{"List the claims of the answer.", "Check each claim."}})}};
  const Json pass = {{"description", "The score on the scale from which it passes; or write `threshold`, 0 to 1"},
                     {"type", "number"}};
  return options_schema({{"judge", judge_option_schema()},
                         {"criteria", criteria_schema("What is graded, in a sentence")},
                         {"steps", steps},
                         {"scale", scale_option_schema("What scores mean, within 0 to 9. Default: 1 to 5")},
                         {"pass", pass},
                         {"reference", reference_schema("What the judge is to take as right")},
                         {"sees", sees_schema()}},
                        {"criteria", "steps"});
}

}  // namespace

CheckKind g_eval_row() {
  return {
      .name = "g_eval",
      .doc =
          "A judge takes fixed `steps` and scores the answer on a `scale` within 0 to 9 (default: 1 to 5). Where the "
          "endpoint gives log probabilities, the score is the mean of the scores offered, weighted by the probability "
          "of each at the place of the given one; else the given one. It becomes (s − lowest) / (highest − lowest), 0 "
          "to "
          "1; passes from `pass` (on the scale) or `threshold` (0 to 1) on. Sees and cannot tell what `rubric` does. "
          "Source: Liu et al., G-Eval, 2023.",
      .example = "g_eval: {criteria: The summary is coherent., steps: [Find the topic., Check the order.], pass: 4}",
      .short_key = "",
      .options = options,
      .short_form = no_short_form,
      .make = make};
}

}  // namespace assay::judges
