/// all_of, any_of, at_least: several checks as one.

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

/// How several scores become one.
struct Rule {
  std::size_t needed = 0;      ///< so many must pass
  bool takes_best = false;     ///< the greatest score, else the weighted mean
  bool has_threshold = false;  ///< the score decides, not the number that pass
  bool explain_pass = false;
};

/// What the members said.
struct Tally {
  std::size_t passed = 0;
  std::size_t failed = 0;
  std::size_t untold = 0;
  const Score* first_untold = nullptr;
  double best = 0;
  double sum = 0;
  double weights = 0;
  std::vector<std::string> failures;
  std::vector<std::string> passes;
};

std::string sentence_of(const CompiledCheck& check, const Score& score) {
  return score.why.empty() ? check.name : fmt::format("{}: {}", check.name, score.why);
}

Tally tally(const Members& members, const std::vector<Score>& scores) {
  Tally all;
  for (std::size_t i = 0; i < members.size(); ++i) {
    const auto& check = *members[i];
    const auto* const scored = std::get_if<Scored>(&scores[i].state);
    if (scored == nullptr) {
      ++all.untold;
      if (all.first_untold == nullptr) all.first_untold = &scores[i];
      continue;
    }
    const double share = check.better == Direction::up ? scored->value : 1 - scored->value;
    const double value = check.unit == Unit::share ? share : scored->pass ? 1 : 0;
    all.best = std::max(all.best, value);
    all.sum += check.weight * value;
    all.weights += check.weight;
    ++(scored->pass ? all.passed : all.failed);
    (scored->pass ? all.passes : all.failures).push_back(sentence_of(check, scores[i]));
  }
  return all;
}

// `a; b; c; and 4 more`
std::string listed(const std::vector<std::string>& sentences) {
  constexpr std::size_t kShown = 3;
  std::string list;
  for (std::size_t i = 0; i < std::min(sentences.size(), kShown); ++i) list += (i == 0 ? "" : "; ") + sentences[i];
  return sentences.size() > kShown ? fmt::format("{}; and {} more", list, sentences.size() - kShown) : list;
}

Score decide(const Rule& rule, const Members& members, const std::vector<Score>& scores) {
  const Tally all = tally(members, scores);
  const bool passes = all.passed >= rule.needed;
  const bool fails = all.passed + all.untold < rule.needed;
  const bool open = all.untold > 0 && (rule.has_threshold || (!passes && !fails));
  const double mean = all.weights > 0 ? all.sum / all.weights : 0;
  const bool weightless = !rule.takes_best && all.weights == 0;  // those that told have no weight
  if (open || (weightless && all.untold > 0)) {
    Score score = *all.first_untold;
    score.why = fmt::format("a check inside could not tell: {}", score.why);
    if (auto* const unscored = std::get_if<Unscored>(&score.state)) unscored->why = score.why;
    return score;
  }
  const double value = rule.takes_best ? all.best : mean;
  const auto count = members.size();
  if (!passes) {
    return failed(fmt::format("{} of {} checks pass, {} needed: {}", all.passed, count,
                              rule.needed == count ? "all are"
                                                   : fmt::format("{} {}", rule.needed, rule.needed == 1 ? "is" : "are"),
                              listed(all.failures)),
                  value);
  }
  Score score = passed(value);
  // A `threshold` may still turn this into a failure, which shows the sentence then.
  if (rule.explain_pass || rule.has_threshold) {
    score.why = fmt::format("{} of {} checks pass: {}", all.passed, count,
                            listed(all.failures.empty() || rule.explain_pass ? all.passes : all.failures));
  }
  return score;
}

struct Kind {
  std::string_view name;
  bool all = false;
  bool best = false;
  bool counts = false;  ///< takes `count`
  std::string_view example;
};

constexpr Kind kAllOf{.name = "all_of", .all = true, .example = "all_of: [{contains: Paris}, {contains: Seine}]"};
constexpr Kind kAnyOf{.name = "any_of", .best = true, .example = "any_of: [{contains: Paris}, {regex: '(?i)lut.ce'}]"};
constexpr Kind kAtLeast{.name = "at_least",
                        .counts = true,
                        .example = "at_least: {count: 2, checks: [{contains: a}, {contains: b}, {contains: c}]}"};

std::shared_ptr<const CompiledCheck> compile_member(const Kind& kind, const text::Node& entry, const CompileEnv& env,
                                                    Diagnostics& diagnostics) {
  if (!entry.is_map() || entry.entries.size() != 1) {
    diagnostics.error(
        entry.place(),
        fmt::format("a check inside '{}' is `name: argument`, found {}", kind.name, text::describe(entry)),
        fmt::format("write `{}`", kind.example));
    return nullptr;
  }
  const auto& [name, argument] = entry.entries.front();
  if (name.scalar == "use") {
    diagnostics.error(name.place(), fmt::format("shared checks cannot be used inside '{}'", kind.name),
                      "write the checks themselves");
    return nullptr;
  }
  if (!refuse_outer_keys(argument, kind.name, {"as", "required"}, diagnostics)) return nullptr;
  return compile(name.scalar, argument, name.place(), env, diagnostics);
}

Members compile_members(const Kind& kind, const text::Node& list, const CompileEnv& env, Diagnostics& diagnostics) {
  if (!list.is_seq() || list.items.empty()) {
    diagnostics.error(list.place(),
                      fmt::format("check '{}' takes a list of checks, found {}", kind.name,
                                  list.is_seq() ? "an empty one" : text::describe(list)),
                      fmt::format("write `{}`", kind.example));
    return {};
  }
  Members members;
  double weights = 0;
  for (const auto& entry : list.items) {
    auto member = compile_member(kind, entry, env, diagnostics);
    if (member == nullptr) continue;
    weights += member->weight;
    members.push_back(std::move(member));
  }
  if (members.size() == list.items.size() && weights == 0) {
    diagnostics.error(list.place(), fmt::format("the checks inside '{}' weigh nothing", kind.name),
                      "give one of them a `weight` above 0");
  }
  return members;
}

std::size_t read_count(const Kind& kind, OptionReader& reader, std::size_t members) {
  if (!kind.counts) return kind.all ? members : 1;
  const auto* const written = reader.reader().require("count", "2");
  const auto count = reader.reader().integer("count", 1);
  if (count && members > 0 && static_cast<std::size_t>(*count) > members) {
    reader.diagnostics().error(written->place(), fmt::format("{} of {} checks cannot pass", *count, members),
                               fmt::format("write a count of at most {}", members));
  }
  return static_cast<std::size_t>(count.value_or(1));
}

std::optional<CompiledCheck> make(const Kind& kind, const text::Node& options, const CompileEnv& env,
                                  Diagnostics& diagnostics) {
  OptionReader reader(options, kind.name, diagnostics);
  const auto* const list = reader.reader().require("checks", "[{contains: Paris}]");
  const Members members = list == nullptr ? Members() : compile_members(kind, *list, env, diagnostics);
  const auto needed = read_count(kind, reader, members.size());
  if (!reader.finish()) return std::nullopt;
  const Rule rule{
      .needed = needed, .takes_best = kind.best, .has_threshold = env.has_threshold, .explain_pass = env.explain_pass};
  CompiledCheck check;
  set_members(check, members);
  check.run = [rule, members](const CheckContext& context, const Answers& answers) -> CheckStep {
    auto ran = run_members(members, context, answers);
    if (auto* const asks = std::get_if<std::vector<Ask>>(&ran)) return std::move(*asks);
    return decide(rule, members, std::get<std::vector<Score>>(ran));
  };
  return check;
}

// A check as in a suite, without the keys that say what it is to a case.
Json member_schema() {
  const Json outer = {Json{{"type", "object"}, {"required", {"as"}}},
                      Json{{"type", "object"},
                           {"required", {"required"}},
                           {"properties", {{"required", {{"not", {{"type", "array"}}}}}}}}};
  const Json inside = {{"propertyNames", {{"not", {{"const", "use"}}}}},
                       {"additionalProperties", {{"not", {{"anyOf", outer}}}}}};
  return {{"allOf", {Json{{"$ref", "#/definitions/check"}}, inside}}};
}

Json short_form() {
  return {{"description", "The checks inside"},
          {"type", "array"},
          {"minItems", 1},
          {"items", member_schema()},
          {"examples", {Json::array({Json{{"contains", "Paris"}}, Json{{"length", {{"max", 80}}}}})}}};
}

Json list_options() {
  return options_schema({{"checks", short_form()}}, {"checks"});
}

Json count_options() {
  const Json count = {{"description", "How many must pass"}, {"type", "integer"}, {"minimum", 1}, {"examples", {2}}};
  return options_schema({{"count", count}, {"checks", short_form()}}, {"count", "checks"});
}

template <const Kind& kKind>
CheckKind row(std::string_view doc) {
  return {.name = kKind.name,
          .doc = doc,
          .example = kKind.example,
          .short_key = kKind.counts ? "" : "checks",
          .options = kKind.counts ? count_options : list_options,
          .short_form = kKind.counts ? no_short_form : short_form,
          .make = [](const text::Node& node, const CompileEnv& env, Diagnostics& diagnostics) {
            return make(kKind, node, env, diagnostics);
          }};
}

}  // namespace

CheckKind all_of_row() {
  return row<kAllOf>(
      "Passes when every check inside passes, or from `threshold` on. The score, 0 to 1, is the mean of theirs, "
      "weighted "
      "by the `weight` of each; a check with a unit of its own counts 1 where it passes, else 0. One that fails "
      "decides over those that could not tell; with a `threshold`, all must tell.");
}

CheckKind any_of_row() {
  return row<kAnyOf>(
      "Passes when at least one check inside passes, or from `threshold` on. The score, 0 to 1, is the greatest of "
      "theirs; a check with a unit of its own counts 1 where it passes, else 0. One that passes decides over those "
      "that could not tell; with a `threshold`, all must tell.");
}

CheckKind at_least_row() {
  return row<kAtLeast>(
      "Passes when at least `count` of the checks inside pass, or from `threshold` on; the score is that of `all_of`. "
      "Checks that could not tell leave it untold where they could change the outcome.");
}

}  // namespace assay::judges
