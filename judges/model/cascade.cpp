/// cascade: a cheap judge first, a strong one where the first is unsure.

#include "judges/members.hpp"
#include "judges/model/judge_option.hpp"
#include "judges/model/judged_member.hpp"
#include "judges/model/rows.hpp"
#include "judges/options.hpp"
#include "judges/result.hpp"
#include "judges/schemas.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace assay::judges {

namespace {

/// Scores from which the first judge is not believed, both included.
struct Between {
  double low = 0;
  double high = 0;
};

struct Cascade {
  Members members;  ///< the first judge's check, and the other's
  std::optional<Between> unsure;
};

bool is_unsure(const Cascade& cascade, const Score& first) {
  const auto* const scored = std::get_if<Scored>(&first.state);
  if (scored == nullptr) return true;
  constexpr double kRounding = 1e-12;  // (4 − 1) / (5 − 1) is written 0.75
  return cascade.unsure && scored->value >= cascade.unsure->low - kRounding &&
         scored->value <= cascade.unsure->high + kRounding;
}

// What the check inside says of itself stays beside it.
void add_details(Score& score, bool escalated, const Score& first) {
  auto details = score.details.empty() ? Result<Json>(Json::object()) : parse_json(score.details);
  Json all = details && details->is_object() ? *std::move(details) : Json::object();
  const auto* const scored = std::get_if<Scored>(&first.state);
  all["escalated"] = escalated;
  all["first"] = scored == nullptr ? Json() : Json(scored->value);
  score.details = dump_json(all);
}

CheckStep run(const Cascade& cascade, const CheckContext& context, const Answers& answers) {
  auto first = run_member(cascade.members, 0, context, answers);
  auto* const cheap = std::get_if<Score>(&first);
  if (cheap == nullptr) return first;
  if (!is_unsure(cascade, *cheap)) {
    Score score = *cheap;
    add_details(score, false, *cheap);
    return score;
  }
  auto then = run_member(cascade.members, 1, context, answers);
  if (auto* const strong = std::get_if<Score>(&then)) add_details(*strong, true, *cheap);
  return then;
}

std::optional<Between> read_unsure(OptionReader& reader) {
  const auto* const node = reader.reader().get("unsure");
  if (node == nullptr) return std::nullopt;
  text::MapReader unsure(*node, "`unsure` of check 'cascade'", reader.diagnostics());
  const auto* const between = unsure.require("between", "[0.3, 0.8]");
  unsure.finish();
  if (between == nullptr) return std::nullopt;
  const bool pair = between->is_seq() && between->items.size() == 2;
  const auto low = pair ? text::parse_number(between->items[0].scalar) : std::nullopt;
  const auto high = pair ? text::parse_number(between->items[1].scalar) : std::nullopt;
  if (low && high && *low >= 0 && *low <= *high && *high <= 1) return Between{*low, *high};
  reader.diagnostics().error(between->place(), "`between` is two scores from 0 to 1, the lower first",
                             "write `unsure: {between: [0.3, 0.8]}`");
  return std::nullopt;
}

std::optional<CompiledCheck> make(const text::Node& options, const CompileEnv& env, Diagnostics& diagnostics) {
  const auto* const inside = options.find("check");
  if (env.other_judge && inside != nullptr) return compile_for_other_judge(*inside, "cascade", env, diagnostics);
  OptionReader reader(options, "cascade", diagnostics);
  const auto* const first = reader.reader().require("first", "cheap");
  const auto* const then = reader.reader().require("then", "strong");
  const auto* const entry = reader.reader().require("check", "{rubric: {criteria: …, scale: {…}, pass: …}}");
  Cascade cascade{.members = {}, .unsure = read_unsure(reader)};
  for (const auto* const judge : {first, then}) {
    if (judge == nullptr || entry == nullptr) continue;
    cascade.members.push_back(compile_judged_member(*entry, *judge, "cascade", env, diagnostics));
  }
  // A fault that was reported at this place before is not counted again.
  const bool whole = std::ranges::all_of(cascade.members, [](const auto& member) { return member != nullptr; });
  if (!reader.finish() || !whole) return std::nullopt;
  CompiledCheck check;
  set_members(check, cascade.members);
  check.offer = cascade.members.front()->offer;
  check.run = [cascade = std::move(cascade)](const CheckContext& context, const Answers& answers) {
    return run(cascade, context, answers);
  };
  return check;
}

Json options() {
  Json first = judge_option_schema();
  first["description"] = "The judge that is asked first";
  first["examples"] = {"cheap"};
  Json then = judge_option_schema();
  then["description"] = "The judge that is asked where the first is unsure";
  then["examples"] = {"strong"};
  const Json score = {{"type", "number"}, {"minimum", 0}, {"maximum", 1}};
  const Json between = {{"description", "The lowest and the highest score, 0 to 1, that are not believed"},
                        {"type", "array"},
                        {"minItems", 2},
                        {"maxItems", 2},
                        {"items", score},
                        {"examples", {Json{0.3, 0.8}}}};
  const Json unsure = {{"description", "When the first judge is not believed, beside where it could not tell"},
                       {"type", "object"},
                       {"properties", {{"between", between}}},
                       {"required", {"between"}},
                       {"additionalProperties", false}};
  return options_schema({{"first", first}, {"then", then}, {"check", judged_member_schema()}, {"unsure", unsure}},
                        {"first", "then", "check"});
}

}  // namespace

CheckKind cascade_row() {
  return {.name = "cascade",
          .doc =
              "The judge `first` is asked, and the judge `then` where the first could not tell, could not be asked, or "
              "gave a score within `unsure: {between: […]}` (both ends included). The score is that of the judge asked "
              "last. "
              "Over a suite: the share that the second judge was needed for.",
          .example =
              "cascade: {first: cheap, then: strong, check: {rubric: {criteria: Polite., scale: {1: rude, 5: polite}, "
              "pass: 4}}, unsure: {between: [0.3, 0.8]}}",
          .short_key = "",
          .options = options,
          .short_form = no_short_form,
          .make = make};
}

}  // namespace assay::judges
