/// not: another check turned round.

#include "judges/argument_schema.hpp"
#include "judges/heuristic/rows.hpp"
#include "judges/members.hpp"
#include "judges/options.hpp"
#include "judges/result.hpp"
#include "judges/schemas.hpp"

#include <assay/text/utf8.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace assay::judges {

namespace {

// A pass becomes a failure and the other way round; what could not be told stays so.
Score turn_round(Score score, bool share) {
  auto* const scored = std::get_if<Scored>(&score.state);
  if (scored == nullptr) return score;
  scored->pass = !scored->pass;
  if (share) scored->value = 1 - scored->value;
  score.why = scored->pass ? "" : "must not hold: " + score.why;
  return score;
}

CheckFn turned_round(CheckFn run, bool share) {
  return [run = std::move(run), share](const CheckContext& context, const Answers& answers) -> CheckStep {
    auto step = run(context, answers);
    auto* const score = std::get_if<Score>(&step);
    return score == nullptr ? std::move(step) : CheckStep(turn_round(std::move(*score), share));
  };
}

std::optional<CompiledCheck> make(const text::Node& options, const CompileEnv& env, Diagnostics& diagnostics) {
  if (options.entries.size() != 1) {
    diagnostics.error(options.place(), fmt::format("check 'not' takes one check, found {}", options.entries.size()),
                      "write `not: {contains: Kyoto}`, and one `not` for each check (with `as:`)");
    return std::nullopt;
  }
  const auto& [name, argument] = options.entries.front();
  if (name.scalar == "not") {
    diagnostics.error(name.place(), "check 'not' cannot hold another 'not'", "write the check itself");
    return std::nullopt;
  }
  if (!refuse_outer_keys(argument, "not", {"as", "weight", "required"}, diagnostics)) return std::nullopt;
  CompileEnv inner = env;
  inner.explain_pass = true;
  const auto turned = compile(name.scalar, argument, name.place(), inner, diagnostics);
  if (turned == nullptr) return std::nullopt;
  CompiledCheck check = *turned;
  const bool share = check.unit == Unit::share;
  check.run = turned_round(std::move(check.run), share);
  // What was good in more of it is now good in less.
  if (!share) check.better = check.better == Direction::up ? Direction::down : Direction::up;
  return check;
}

Json options() {
  Json properties = Json::object();
  Json one_of = Json::array();
  for (const auto& kind : check_table()) {
    if (kind.name == "not") continue;
    properties[std::string(kind.name)] = argument_schema(kind, false);
    one_of.push_back({{"required", {kind.name}}});
  }
  Json schema = options_schema(std::move(properties), {});
  schema["oneOf"] = std::move(one_of);
  return schema;
}

}  // namespace

CheckKind not_row() {
  return {
      .name = "not",
      .doc =
          "Passes when the check inside fails. The score of a share is 1 minus its score; a check with a unit of its "
          "own keeps its value, and its better direction is turned round. What could not be told stays untold. "
          "`threshold` inside belongs to the check inside; `as`, `weight` and `required` stand beside the check.",
      .example = "not: {contains: Kyoto}",
      .short_key = "",
      .options = options,
      .short_form = no_short_form,
      .make = make};
}

}  // namespace assay::judges
