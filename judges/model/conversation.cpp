/// completeness, knowledge_retention, role_adherence: a conversation as a whole.

#include "judges/model/inquiry.hpp"
#include "judges/model/judge_option.hpp"
#include "judges/model/rows.hpp"
#include "judges/model/turns.hpp"
#include "judges/options.hpp"
#include "judges/result.hpp"
#include "judges/schemas.hpp"

#include <assay/text/utf8.hpp>

#include <fmt/format.h>

#include <array>

namespace assay::judges {

namespace {

constexpr std::size_t kMostTurns = 100;  // more is unscored: the score would hang on what a judge overlooks

/// A verdict on each of several things: the good one and the bad one.
struct VerdictPair {
  std::array<std::string, 2> offered;  ///< the good one first
  std::string_view failure;            ///< `2 of 5 … `, with the first that fail
  std::string_view thing;              ///< what a number counts: `turn`
};

const VerdictPair& intentions() {
  static const VerdictPair kVerdicts{
      {"satisfied", "unsatisfied"}, "of what the user wants is left unsatisfied", "intention"};
  return kVerdicts;
}

const VerdictPair& retention() {
  static const VerdictPair kVerdicts{{"kept", "forgot"}, "of the assistant's turns forget what the user said", "turn"};
  return kVerdicts;
}

const VerdictPair& adherence() {
  static const VerdictPair kVerdicts{{"in_role", "out_of_role"}, "of the assistant's turns leave the role", "turn"};
  return kVerdicts;
}

std::string listed(const VerdictPair& kind, const Judgements& judgements) {
  constexpr std::size_t kShown = 3;
  std::string list;
  std::size_t shown = 0;
  for (std::size_t i = 0; i < judgements.size() && shown < kShown; ++i) {
    if (judgements[i].verdict == kind.offered[0]) continue;
    const auto reason = judgements[i].reason.empty() ? "" : fmt::format(" ({})", text::excerpt(judgements[i].reason));
    list += fmt::format("{}{} {}{}", shown++ == 0 ? "" : "; ", kind.thing, i + 1, reason);
  }
  return list;
}

Score score(const VerdictPair& kind, const Judgements& judgements, bool explain_pass) {
  std::size_t bad = 0;
  for (const auto& judgement : judgements) bad += judgement.verdict == kind.offered[0] ? 0 : 1;
  const std::size_t n = judgements.size();
  const auto fails = bad > 0 ? fmt::format("{} of {} {}: {}", bad, n, kind.failure, listed(kind, judgements))
                             : fmt::format("0 of {} {}", n, kind.failure);
  return scored(static_cast<double>(n - bad) / static_cast<double>(n), bad == 0, fails, explain_pass);
}

/// What all three have.
struct Arguments {
  JudgeUse use;
  bool explain_pass = false;
  std::optional<Templated<std::string>> role;
  std::optional<Templated<Claims>> intentions;
};

using Made = std::shared_ptr<const Arguments>;

std::optional<Score> unfit(const std::vector<Turn>& turns) {
  std::size_t bytes = 0;
  for (const auto& turn : turns) bytes += turn.text.size();
  if (turns.size() > kMostTurns) {
    return unscored(
        fmt::format("the conversation is {} turns, more than the {} that are judged", turns.size(), kMostTurns));
  }
  if (bytes <= kMostBytes) return std::nullopt;
  return unscored(fmt::format("the conversation is {} bytes, more than the {} that are judged", bytes, kMostBytes));
}

Query about(const Inquiry& inquiry, const Arguments& arguments, const std::vector<Turn>& turns, std::string name,
            std::string_view prompt) {
  Query query = inquiry.query(std::move(name), prompt);
  query.vars["conversation"] = fenced_turns(arguments.use.prompt, turns);
  query.vars["turns"] = assistant_turns(turns);
  for (const auto& turn : turns) query.data.push_back(turn.text);
  return query;
}

CheckStep judge_turns(const Arguments& arguments, const VerdictPair& kind, std::string_view prompt,
                      const CheckContext& context, const Answers& answers) {
  const auto turns = turns_of(context);
  if (auto score = unfit(turns)) return *std::move(score);
  Inquiry inquiry(arguments.use, answers);
  Query query = about(inquiry, arguments, turns, "verdicts", prompt);
  if (arguments.role) {
    const auto role = arguments.role->get(context.scope);
    if (!role) return broken(role.error());
    query.vars["role"] = **role;
  }
  const auto judgements = inquiry.verdicts(query, assistant_turns(turns), kind.offered);
  if (!judgements) return std::move(inquiry).step();
  return score(kind, *judgements, arguments.explain_pass);
}

CheckStep judge_intentions(const Arguments& arguments, const CheckContext& context, const Answers& answers) {
  const auto turns = turns_of(context);
  if (auto score = unfit(turns)) return *std::move(score);
  if (turns.size() == assistant_turns(turns))
    return unscored("nobody asked anything: the conversation has no user's turn");
  Inquiry inquiry(arguments.use, answers);
  std::optional<Claims> wanted;
  if (arguments.intentions) {
    const auto given = arguments.intentions->get(context.scope);
    if (!given) return broken(given.error());
    wanted = **given;
  } else {
    wanted = inquiry.claims(about(inquiry, arguments, turns, "intentions", "completeness_intentions"),
                            "what the user wants");
  }
  if (!wanted) return std::move(inquiry).step();
  Query query = about(inquiry, arguments, turns, "verdicts", "completeness");
  inquiry.show_items(query, "intentions", *wanted);
  const auto judgements = inquiry.verdicts(query, wanted->size(), intentions().offered);
  if (!judgements) return std::move(inquiry).step();
  return score(intentions(), *judgements, arguments.explain_pass);
}

Parsed<Claims> parse_intentions(const Json& value) {
  constexpr std::string_view kExample = "write `intentions: [book a table, for four people]`";
  if (!value.is_array() || value.empty()) return Wrong{"must be a list of texts", std::string(kExample)};
  if (value.size() > kMostClaims) return Wrong{fmt::format("are more than {}", kMostClaims), "ask for fewer"};
  Claims wanted;
  for (const auto& item : value) {
    wanted.push_back(item.is_null() ? "" : text_of(item));
    if (text::trim(wanted.back()).empty()) return Wrong{"hold an empty text", std::string(kExample)};
  }
  return wanted;
}

/// One of the three. Its last prompt has its name.
struct Kind {
  std::string_view name;
  bool takes_role = false;
  bool takes_intentions = false;
  CheckStep (*run)(const Arguments&, const CheckContext&, const Answers&);
};

CheckStep judge_retention(const Arguments& arguments, const CheckContext& context, const Answers& answers) {
  return judge_turns(arguments, retention(), "knowledge_retention", context, answers);
}

CheckStep judge_role(const Arguments& arguments, const CheckContext& context, const Answers& answers) {
  return judge_turns(arguments, adherence(), "role_adherence", context, answers);
}

constexpr Kind kCompleteness{.name = "completeness", .takes_intentions = true, .run = judge_intentions};
constexpr Kind kRetention{.name = "knowledge_retention", .run = judge_retention};
constexpr Kind kAdherence{.name = "role_adherence", .takes_role = true, .run = judge_role};

Result<void> verify(const Arguments& arguments, const Scope& scope) {
  if (arguments.role) {
    if (const auto role = arguments.role->get(scope); !role) return role.error();
  }
  if (arguments.intentions) {
    if (const auto wanted = arguments.intentions->get(scope); !wanted) return wanted.error();
  }
  return {};
}

std::optional<CompiledCheck> make(const Kind& kind, const text::Node& options, const CompileEnv& env,
                                  Diagnostics& diagnostics) {
  OptionReader reader(options, kind.name, diagnostics);
  Arguments arguments{.explain_pass = env.explain_pass || env.has_threshold};
  const auto judge = read_judge(reader, env);
  if (kind.takes_role) {
    arguments.role = reader.ready<std::string>(reader.text("role", "A patient teacher of physics."), parse_text);
  }
  if (const auto* const node = kind.takes_intentions ? reader.reader().get("intentions") : nullptr) {
    arguments.intentions =
        reader.ready<Claims>(Source::value(*node, reader.label("intentions"), diagnostics), parse_intentions);
  }
  if (!reader.finish() || !judge) return std::nullopt;
  arguments.use = kind.takes_intentions ? use_of(*judge, {"completeness_intentions", "completeness"}, options)
                                        : use_of(*judge, {kind.name}, options);
  const auto made = std::make_shared<const Arguments>(std::move(arguments));
  CompiledCheck check;
  set_judge(check, made->use);
  const auto& verdicts = kind.takes_intentions ? intentions() : kind.takes_role ? adherence() : retention();
  check.offer = {.key = "verdict", .best = verdicts.offered[0], .worst = verdicts.offered[1]};
  check.run = [&kind, made](const CheckContext& context, const Answers& answers) {
    return kind.run(*made, context, answers);
  };
  check.verify = [made](const Scope& scope) { return verify(*made, scope); };
  return check;
}

Json completeness_options() {
  const Json text = {{"type", {"string", "number", "boolean"}}};
  const Json wanted = {{"description", "What the user wants; without it the judge finds that out first"},
                       {"anyOf",
                        {Json{{"type", "array"}, {"minItems", 1}, {"items", text}},
                         Json{{"type", "string"}, {"pattern", "^\\{\\{[^{}]+\\}\\}$"}}}},
                       {"examples", {Json{"a table for four", "a bill by mail"}, "{{intentions}}"}}};
  return options_schema({{"judge", judge_option_schema()}, {"intentions", wanted}}, {});
}

Json retention_options() {
  return options_schema({{"judge", judge_option_schema()}}, {});
}

Json role_options() {
  return options_schema(
      {{"judge", judge_option_schema()},
       {"role", text_schema("The role that the assistant is to keep", {"A patient teacher of physics."})}},
      {"role"});
}

template <const Kind& kKind>
CheckKind row(std::string_view doc, std::string_view example, Json (*options)()) {
  return {.name = kKind.name,
          .doc = doc,
          .example = example,
          .short_key = "",
          .options = options,
          .short_form = no_short_form,
          .make = [](const text::Node& node, const CompileEnv& env, Diagnostics& diagnostics) {
            return make(kKind, node, env, diagnostics);
          }};
}

}  // namespace

CheckKind completeness_row() {
  return row<kCompleteness>(
      "The share of what the user wanted in the conversation that the assistant satisfied, 0 to 1: a judge lists the "
      "user's intentions, or takes `intentions`, and gives a verdict on each. Passes at 1, or from `threshold`. "
      "Unscored "
      "where the user wants nothing, or the verdicts are not one for each.",
      "completeness: {threshold: 0.8}", completeness_options);
}

CheckKind knowledge_retention_row() {
  return row<kRetention>(
      "The share of the assistant's turns, the answer among them, that do not forget or contradict what the user said "
      "before, 0 to 1. Passes at 1, or from `threshold`. Unscored where the verdicts are not one for each turn.",
      "knowledge_retention: {}", retention_options);
}

CheckKind role_adherence_row() {
  return row<kAdherence>(
      "The share of the assistant's turns, the answer among them, that keep the role `role`, 0 to 1. Passes at 1, or "
      "from "
      "`threshold`. Unscored where the verdicts are not one for each turn.",
      "role_adherence: {role: A patient teacher of physics.}", role_options);
}

}  // namespace assay::judges
