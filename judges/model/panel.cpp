/// panel: several judges on one question, and what the majority says.

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

enum class Tie { unscored, fail, pass };

struct Panel {
  std::vector<std::string> names;
  Members members;
  Tie tie = Tie::unscored;
  std::size_t least = 1;       ///< so many must tell
  bool has_threshold = false;  ///< the mean decides, not the votes
  bool explain_pass = false;
};

/// What the members said.
struct Count {
  std::size_t passed = 0;
  std::size_t failed = 0;
  double sum = 0;
  const Score* untold = nullptr;  ///< the first of them; one that could not be asked before one that could not tell
  std::vector<std::string> reasons_to_pass;
  std::vector<std::string> reasons_to_fail;
  Json votes = Json::array();
  Json values = Json::array();

  [[nodiscard]] std::size_t told() const { return passed + failed; }
};

Count count(const Panel& panel, const std::vector<Score>& scores) {
  Count all;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    const auto* const scored = std::get_if<Scored>(&scores[i].state);
    all.votes.push_back(scored == nullptr ? Json() : Json(scored->pass));
    all.values.push_back(scored == nullptr ? Json() : Json(scored->value));
    if (scored == nullptr) {
      const bool error = std::holds_alternative<Error>(scores[i].state);
      if (all.untold == nullptr || (error && !std::holds_alternative<Error>(all.untold->state)))
        all.untold = &scores[i];
      continue;
    }
    ++(scored->pass ? all.passed : all.failed);
    all.sum += scored->value;
    if (scores[i].why.empty()) continue;
    (scored->pass ? all.reasons_to_pass : all.reasons_to_fail)
        .push_back(fmt::format("{}: {}", panel.names[i], scores[i].why));
  }
  return all;
}

std::string listed(const std::vector<std::string>& reasons) {
  constexpr std::size_t kShown = 3;
  std::string list;
  for (std::size_t i = 0; i < std::min(reasons.size(), kShown); ++i) list += (i == 0 ? ": " : "; ") + reasons[i];
  return reasons.size() > kShown ? fmt::format("{}; and {} more", list, reasons.size() - kShown) : list;
}

// `2 of 3 judges pass it, 1 could not tell`
std::string votes_of(const Panel& panel, const Count& all) {
  const auto silent = panel.members.size() - all.told();
  return fmt::format("{} of {} judges pass it{}", all.passed, panel.members.size(),
                     silent == 0 ? "" : fmt::format(", {} could not tell", silent));
}

// Too few told. An error where one could not be asked: asking again may help.
Score too_few(const Panel& panel, const Count& all) {
  Score score = *all.untold;
  score.why = fmt::format("{} of {} judges could tell, {} must: {}", all.told(), panel.members.size(), panel.least,
                          all.untold->why);
  score.details.clear();
  if (auto* const unscored = std::get_if<Unscored>(&score.state)) unscored->why = score.why;
  if (auto* const error = std::get_if<Error>(&score.state)) error->message = score.why;
  return score;
}

Score vote(const Panel& panel, const Count& all) {
  if (all.told() < panel.least) return too_few(panel, all);
  const double mean = all.sum / static_cast<double>(all.told());
  const bool tied = all.passed == all.failed;
  if (tied && panel.tie == Tie::unscored && !panel.has_threshold) {
    return unscored(fmt::format("the votes are tied: {}{}", votes_of(panel, all), listed(all.reasons_to_fail)));
  }
  const bool passes = all.passed > all.failed || (tied && panel.tie == Tie::pass);
  return scored(mean, passes, votes_of(panel, all) + listed(passes ? all.reasons_to_pass : all.reasons_to_fail),
                panel.explain_pass);
}

CheckStep run(const Panel& panel, const CheckContext& context, const Answers& answers) {
  auto ran = run_members(panel.members, context, answers);
  if (auto* const asks = std::get_if<std::vector<Ask>>(&ran)) return std::move(*asks);
  const Count all = count(panel, std::get<std::vector<Score>>(ran));
  Score score = vote(panel, all);
  score.details = dump_json(Json{{"votes", all.votes}, {"values", all.values}});
  return score;
}

void read_members(OptionReader& reader, const CompileEnv& env, Panel& panel) {
  const auto* const judges = reader.reader().require("judges", "[strict, lenient, other]");
  const auto* const entry = reader.reader().require("check", "{rubric: {criteria: …, scale: {…}, pass: …}}");
  if (judges == nullptr || entry == nullptr) return;
  if (!judges->is_seq() || judges->items.size() < 2) {
    reader.diagnostics().error(judges->place(), "a panel is a list of two judges or more",
                               "write `judges: [strict, lenient, other]`; one judge several times asks it again");
    return;
  }
  for (const auto& judge : judges->items) {
    auto member = compile_judged_member(*entry, judge, "panel", env, reader.diagnostics());
    if (member == nullptr) continue;
    panel.names.push_back(judge.scalar);
    panel.members.push_back(std::move(member));
  }
}

void read_rule(OptionReader& reader, Panel& panel) {
  (void)reader.choice("rule", {"majority"});
  const auto tie = reader.choice("tie", {"unscored", "fail", "pass"});
  panel.tie = tie == "fail" ? Tie::fail : tie == "pass" ? Tie::pass : Tie::unscored;
  const auto least = reader.reader().integer("min", 1);
  panel.least = static_cast<std::size_t>(least.value_or(static_cast<std::int64_t>(panel.members.size() / 2 + 1)));
  if (!panel.members.empty() && panel.least > panel.members.size()) {
    reader.diagnostics().error(reader.reader().get("min")->place(),
                               fmt::format("{} of {} judges cannot tell", panel.least, panel.members.size()),
                               fmt::format("write `min: {}` or less", panel.members.size()));
  }
}

std::optional<CompiledCheck> make(const text::Node& options, const CompileEnv& env, Diagnostics& diagnostics) {
  const auto* const inside = options.find("check");
  if (env.other_judge && inside != nullptr) return compile_for_other_judge(*inside, "panel", env, diagnostics);
  OptionReader reader(options, "panel", diagnostics);
  Panel panel{.has_threshold = env.has_threshold, .explain_pass = env.explain_pass || env.has_threshold};
  read_members(reader, env, panel);
  read_rule(reader, panel);
  if (!reader.finish() || panel.members.empty()) return std::nullopt;
  CompiledCheck check;
  set_members(check, panel.members);
  check.offer = panel.members.front()->offer;
  check.run = [panel = std::move(panel)](const CheckContext& context, const Answers& answers) {
    return run(panel, context, answers);
  };
  return check;
}

Json options() {
  const Json judges = {{"description", "Who judges; a judge that is named twice is asked twice"},
                       {"type", "array"},
                       {"minItems", 2},
                       {"items", {{"type", "string"}}},
                       {"examples", {Json{"strict", "lenient", "other"}}}};
  const Json least = {{"description", "How many must tell; default: more than half"},
                      {"type", "integer"},
                      {"minimum", 1},
                      {"examples", {2}}};
  return options_schema({{"judges", judges},
                         {"check", judged_member_schema()},
                         {"rule", choice_schema("How votes become one; default: majority", {"majority"})},
                         {"tie", choice_schema("What as many votes for as against give; default: unscored",
                                               {"unscored", "fail", "pass"})},
                         {"min", least}},
                        {"judges", "check"});
}

}  // namespace

CheckKind panel_row() {
  return {
      .name = "panel",
      .doc =
          "Several judges are asked the same, and the majority of their votes decides. The score, 0 to 1, is the mean "
          "of theirs. `tie` says what as many votes for as against give: unscored (the default), fail or pass. A judge "
          "that could not tell, or not be asked, is left out as long as `min` told (default: more than half). With "
          "`threshold` the mean decides. Over a suite the votes give Krippendorff's alpha and the judges' share of "
          "the variance.",
      .example =
          "panel: {judges: [strict, lenient, other], check: {rubric: {criteria: Polite., scale: {1: rude, 5: "
          "polite}, pass: 4}}}",
      .short_key = "",
      .options = options,
      .short_form = no_short_form,
      .make = make};
}

}  // namespace assay::judges
