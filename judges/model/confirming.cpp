#include "judges/model/confirming.hpp"

#include "judges/members.hpp"
#include "judges/result.hpp"

#include <assay/core/json.hpp>
#include <assay/judges/checks.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

namespace assay::judges {

namespace {

/// Two checks, and their judges in a sentence.
struct Confirming {
  CheckFn first;
  CheckFn second;
  bool reversed = false;
  std::string who;           ///< judges first: `strict`
  std::string then;          ///< judges second: `, and second`; ` and, asked again,`
  std::string confirmed_by;  ///< `second`; `strict, asked a second time`
};

std::string names_of(const std::vector<JudgeUse>& judges) {
  std::set<std::string> names;
  for (const auto& use : judges) names.insert(use.judge);
  return fmt::format("{}", fmt::join(names, ", "));
}

// Turns the list of what is offered round, wherever it stands in the schema. Gives it, where it is of words.
Json reverse_offered(Json& schema) {
  Json words;
  if (!schema.is_structured()) return words;
  for (auto& [key, value] : schema.items()) {
    const bool offered = schema.is_object() && key == "enum" && value.is_array() && !value.empty();
    if (offered) std::reverse(value.begin(), value.end());
    auto found = offered ? Json(value) : reverse_offered(value);
    if (found.is_array() && found.front().is_string()) words = std::move(found);
  }
  return words;
}

// A scale is reversed in the prompt itself; verdicts in words stand in its text, and so are listed once more.
void reverse(Question& question) {
  auto schema = parse_json(question.schema);
  if (!schema || question.messages.empty()) return;
  const auto words = reverse_offered(*schema);
  question.schema = dump_json(*schema);
  if (words.empty()) return;
  std::vector<std::string> listed;
  for (const auto& word : words) listed.push_back(fmt::format("\"{}\"", word.get<std::string>()));
  question.messages.back().parts.emplace_back(
      Text{fmt::format("\n\nThe verdicts on offer, from the last to the first: {}.", fmt::join(listed, ", "))});
}

CheckStep ask_second(const Confirming& both, const CheckContext& context, const Answers& answers) {
  auto step = step_under(kConfirmPrefix, both.second(context, answers_under(kConfirmPrefix, answers)));
  if (auto* const asks = std::get_if<std::vector<Ask>>(&step)) {
    for (auto& ask : *asks) {
      ask.question.fresh = true;
      if (both.reversed) reverse(ask.question);
    }
  }
  return step;
}

std::string with_confirmed(const std::string& details, bool confirmed) {
  auto json = details.empty() ? Result<Json>(Json::object()) : parse_json(details);
  Json all = json && json->is_object() ? *std::move(json) : Json::object();
  all["confirmed"] = confirmed;
  return dump_json(all);
}

Score decide(const Confirming& both, Score first, Score second) {
  // `strict fails it (scored 1 on 1 to 5, …), and second`
  const auto so_far = fmt::format("{} fails it ({}){}", both.who, first.why, both.then);
  if (auto* const error = std::get_if<Error>(&second.state)) {
    error->message = fmt::format("{} could not be asked: {}", so_far, error->message);
    return broken(std::move(*error));
  }
  if (const auto* const untold = std::get_if<Unscored>(&second.state)) {
    return unscored(fmt::format("{} could not tell: {}", so_far, untold->why));
  }
  const bool confirmed = !std::get<Scored>(second.state).pass;
  auto details = with_confirmed(first.details, confirmed);
  Score score = confirmed ? std::move(first) : unscored(fmt::format("{} passes it: not confirmed", so_far));
  if (confirmed) score.why += fmt::format("; confirmed by {}", both.confirmed_by);
  score.details = std::move(details);
  return score;
}

CheckStep run(const Confirming& both, const CheckContext& context, const Answers& answers) {
  auto step = both.first(context, answers);
  auto* const first = std::get_if<Score>(&step);
  const auto* const scored = first == nullptr ? nullptr : std::get_if<Scored>(&first->state);
  if (scored == nullptr || scored->pass) return step;
  auto again = ask_second(both, context, answers);
  auto* const second = std::get_if<Score>(&again);
  return second == nullptr ? std::move(again) : CheckStep(decide(both, std::move(*first), std::move(*second)));
}

}  // namespace

CompiledCheck confirming(const CompiledCheck& first, const CompiledCheck& second, bool reversed) {
  const auto who = names_of(first.judges);
  const auto other = names_of(second.judges);
  const Confirming both{.first = first.run,
                        .second = second.run,
                        .reversed = reversed,
                        .who = who,
                        .then = reversed ? " and, asked again," : fmt::format(", and {}", other),
                        .confirmed_by = reversed ? fmt::format("{}, asked a second time", who) : other};
  CompiledCheck check = first;
  for (const auto& use : second.judges) {
    if (std::ranges::find(check.judges, use) == check.judges.end()) check.judges.push_back(use);
  }
  check.run = [both](const CheckContext& context, const Answers& answers) { return run(both, context, answers); };
  return check;
}

}  // namespace assay::judges
