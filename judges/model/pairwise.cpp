/// pairwise: the answer against another text, asked in both orders.

#include "judges/model/inputs.hpp"
#include "judges/model/inquiry.hpp"
#include "judges/model/judge_option.hpp"
#include "judges/model/rows.hpp"
#include "judges/options.hpp"
#include "judges/result.hpp"
#include "judges/schemas.hpp"

#include <assay/text/utf8.hpp>

#include <fmt/format.h>

#include <array>

namespace assay::judges {

namespace {

constexpr Needs kNeeds{.question = Need::may};

struct Arguments {
  JudgeUse use;
  InputSources inputs;
  Templated<std::string> other;
  Templated<std::string> criteria;
  bool must_win = false;
  bool explain_pass = false;  ///< a pass carries its sentence too
};

/// What is put before the judge in either order.
struct Pair {
  std::string question;
  std::string criteria;
  std::string answer;
  std::string other;
};

/// Who wins, by content: the order does not show.
enum class Winner { answer, other, tie };

std::string_view letter(Winner winner) {
  return winner == Winner::answer ? "a" : winner == Winner::other ? "b" : "tie";
}

std::string_view words(Winner winner) {
  return winner == Winner::answer ? "the answer" : winner == Winner::other ? "the other text" : "neither";
}

/// A verdict in one order.
struct Opinion {
  Winner winner = Winner::tie;
  std::string reason;
};

std::optional<Opinion> ask_in_order(Inquiry& inquiry, const Pair& pair, bool answer_first) {
  static const std::array<std::string, 3> kOffered{"first", "second", "tie"};
  Query query = inquiry.query(answer_first ? "ab" : "ba", "pairwise");
  query.vars["criteria"] = pair.criteria;
  inquiry.show(query, "question", pair.question);
  inquiry.show_even_empty(query, "first", answer_first ? pair.answer : pair.other);
  inquiry.show_even_empty(query, "second", answer_first ? pair.other : pair.answer);
  const auto judgement = inquiry.verdict(query, kOffered);
  if (!judgement) return std::nullopt;
  if (judgement->verdict == "tie") return Opinion{Winner::tie, judgement->reason};
  const bool first_wins = judgement->verdict == "first";
  return Opinion{first_wins == answer_first ? Winner::answer : Winner::other, judgement->reason};
}

std::string sentence(const Opinion& ab, const Opinion& ba) {
  if (ab.winner != ba.winner) {
    return fmt::format(
        "no text wins in both orders: the judge prefers {} where the answer is first, and {} where it is "
        "second",
        words(ab.winner), words(ba.winner));
  }
  const auto reason = ab.reason.empty() ? ba.reason : ab.reason;
  const auto because = reason.empty() ? "" : fmt::format(": {}", text::excerpt(reason, 200));
  if (ab.winner == Winner::tie) return fmt::format("the texts are as good as each other{}", because);
  return fmt::format("{} wins in both orders{}", words(ab.winner), because);
}

Score decide(const Arguments& arguments, const Pair& pair, const Opinion& ab, const Opinion& ba) {
  const bool consistent = ab.winner == ba.winner;
  const Winner winner = consistent ? ab.winner : Winner::tie;
  const double value = winner == Winner::answer ? 1 : winner == Winner::tie ? 0.5 : 0;
  const bool passes = arguments.must_win ? winner == Winner::answer : winner != Winner::other;
  Score score = scored(value, passes, sentence(ab, ba), arguments.explain_pass);
  score.details = dump_json(Json{{"orders", {letter(ab.winner), letter(ba.winner)}},
                                 {"winner", letter(winner)},
                                 {"consistent", consistent},
                                 {"other_chars", text::count_chars(pair.other)}});
  return score;
}

CheckStep run(const Arguments& arguments, const CheckContext& context, const Answers& answers) {
  auto given = arguments.inputs.of(context);
  if (auto* const score = std::get_if<Score>(&given)) return std::move(*score);
  const auto other = arguments.other.get(context.scope);
  if (!other) return broken(other.error());
  const auto criteria = arguments.criteria.get(context.scope);
  if (!criteria) return broken(criteria.error());
  const Pair pair{.question = std::move(std::get<Inputs>(given).question),
                  .criteria = **criteria,
                  .answer = std::string(context.answer),
                  .other = **other};
  Inquiry inquiry(arguments.use, answers);
  const auto ab = ask_in_order(inquiry, pair, true);
  const auto ba = ask_in_order(inquiry, pair, false);
  if (!ab || !ba) return std::move(inquiry).step();
  return decide(arguments, pair, *ab, *ba);
}

Result<void> verify(const Arguments& arguments, const Scope& scope) {
  if (const auto other = arguments.other.get(scope); !other) return other.error();
  if (const auto criteria = arguments.criteria.get(scope); !criteria) return criteria.error();
  return arguments.inputs.verify(scope);
}

std::optional<CompiledCheck> make(const text::Node& options, const CompileEnv& env, Diagnostics& diagnostics) {
  OptionReader reader(options, "pairwise", diagnostics);
  const auto judge = read_judge(reader, env);
  const auto other = reader.ready<std::string>(reader.text("other", "\"{{baseline_answer}}\""), parse_text);
  const auto criteria = reader.ready<std::string>(reader.text("criteria", "More helpful, and no longer."), parse_text);
  const auto inputs = InputSources::read(reader, options, kNeeds, env);
  const auto at_least = reader.choice("at_least", {"win", "tie"});
  if (!reader.finish() || !judge || !other || !criteria) return std::nullopt;
  const auto arguments =
      std::make_shared<const Arguments>(Arguments{.use = use_of(*judge, {"pairwise"}, options),
                                                  .inputs = inputs,
                                                  .other = *other,
                                                  .criteria = *criteria,
                                                  .must_win = at_least == "win",
                                                  .explain_pass = env.explain_pass || env.has_threshold});
  CompiledCheck check;
  set_judge(check, arguments->use);
  check.offer = {.key = "verdict", .best = "first", .worst = "second"};
  check.run = [arguments](const CheckContext& context, const Answers& answers) {
    return run(*arguments, context, answers);
  };
  check.verify = [arguments](const Scope& scope) { return verify(*arguments, scope); };
  return check;
}

Json options() {
  Json properties = input_properties(kNeeds);
  properties["judge"] = judge_option_schema();
  properties["other"] = text_schema("The text that the answer is held against", {"{{baseline_answer}}"});
  properties["criteria"] = text_schema("What makes one text better than the other", {"More helpful, and no longer."});
  properties["at_least"] = choice_schema("What passes; default: tie", {"win", "tie"});
  return options_schema(std::move(properties), {"other", "criteria"});
}

}  // namespace

CheckKind pairwise_row() {
  return {
      .name = "pairwise",
      .doc =
          "A judge compares the answer with `other` under `criteria`, once in each order and without names: 1 where "
          "the answer wins both times (a win), 0 where the other text does (a loss), else 0.5 (a tie; also where the "
          "two orders disagree). Passes at a tie or better, with `at_least: win` at a win only. Unscored where a "
          "verdict cannot be read. Over a suite: win rate, and how often the order alone decided.",
      .example = "pairwise: {other: \"{{baseline_answer}}\", criteria: More helpful and no longer.}",
      .short_key = "",
      .options = options,
      .short_form = no_short_form,
      .make = make};
}

}  // namespace assay::judges
