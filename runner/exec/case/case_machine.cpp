#include "runner/exec/case/case_machine.hpp"

#include "runner/exec/case/fold.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <exception>
#include <iterator>
#include <set>
#include <string_view>
#include <utility>

namespace assay::exec {

namespace {

constexpr std::string_view kNoParams = "{}";
constexpr std::string_view kFirstTurn = "turn/1";
constexpr std::string_view kCheckPrefix = "check/";

struct AskName {
  std::size_t check = 0;
  std::string_view ask;
};

std::string ask_name(std::size_t check, const std::string& ask) {
  return std::string(kCheckPrefix) + std::to_string(check) + '/' + ask;
}

// Takes `check/1/claims/0` apart into 1 and `claims/0`.
std::optional<AskName> parse_ask_name(std::string_view name) {
  if (!name.starts_with(kCheckPrefix)) return std::nullopt;
  name.remove_prefix(kCheckPrefix.size());
  AskName parsed;
  const auto [end, ec] = std::from_chars(name.data(), name.data() + name.size(), parsed.check);
  if (ec != std::errc() || end == name.data() + name.size() || *end != '/') return std::nullopt;
  parsed.ask = name.substr(static_cast<std::size_t>(end - name.data()) + 1);
  return parsed;
}

bool distinct_names(const std::vector<Ask>& asks) {
  std::set<std::string_view> names;
  for (const auto& ask : asks) names.insert(ask.name);
  return names.size() == asks.size();
}

// Texts and contexts: what takes a check its time.
std::size_t bytes_of(const Message& message) {
  std::size_t bytes = 0;
  for (const auto& part : message.parts) {
    if (const auto* text = std::get_if<Text>(&part)) bytes += text->text.size();
    if (const auto* contexts = std::get_if<Contexts>(&part)) {
      for (const auto& passage : contexts->passages) bytes += passage.size();
    }
  }
  return bytes;
}

Score internal_error(const CompiledCheck& check, std::string_view what) {
  Error error{ErrorKind::internal, "check `" + check.name + "` " + std::string(what), "please report this"};
  return Score{std::move(error), {}};
}

}  // namespace

CaseMachine::CaseMachine(WorkUnit unit, const Price* price) : unit_(std::move(unit)), price_(price) {}

void CaseMachine::on(Event event, Actions& out) {
  if (finished_) return;
  if (std::holds_alternative<Begin>(event)) {
    begin(out);
  } else if (auto* call = std::get_if<Called>(&event)) {
    called(std::move(call->step), out);
  } else if (auto* check = std::get_if<Checked>(&event)) {
    checked(check->check, std::move(check->step), out);
  } else {
    finish(outcome::Skipped{std::move(std::get<Stop>(event).why)}, {}, out);
  }
}

void CaseMachine::begin(Actions& out) {
  if (begun_) return;
  begun_ = true;
  transcript_.messages = unit_.kase->messages;
  const auto& params = unit_.kase->params;
  out.emplace_back(Call{std::string(kFirstTurn), Role::target, transcript_.messages,
                        params ? std::string_view(*params) : kNoParams});
}

void CaseMachine::called(Step step, Actions& out) {
  if (step.name == kFirstTurn) {
    target_called(std::move(step), out);
  } else {
    judge_called(std::move(step), out);
  }
}

void CaseMachine::target_called(Step step, Actions& out) {
  if (!begun_ || !transcript_.steps.empty()) return;
  transcript_.steps.push_back(std::move(step));
  const auto& result = transcript_.steps.back().result;
  if (const auto* error = std::get_if<Error>(&result)) {
    finish(outcome::EndpointError{*error}, {}, out);
    return;
  }
  const auto& message = std::get<Response>(result).message;
  answer_ = text_of(message);
  answer_bytes_ = bytes_of(message);
  checks_.resize(unit_.kase->checks.size());
  unsettled_ = checks_.size();
  for (std::size_t i = 0; i < checks_.size(); ++i) start_check(i, out);
  if (checks_.empty()) finish(fold({}, {}), {}, out);
}

void CaseMachine::judge_called(Step step, Actions& out) {
  const auto name = parse_ask_name(step.name);
  if (!name || name->check >= checks_.size()) return;
  auto& state = checks_[name->check];
  const auto asked = state.open.find(name->ask);
  if (asked == state.open.end()) return;
  step.question = std::move(asked->second);
  state.open.erase(asked);
  if (const auto* reply = std::get_if<Response>(&step.result)) state.reply_bytes += bytes_of(reply->message);
  state.answers.emplace(std::string(name->ask), step.result);
  state.steps.push_back(std::move(step));
  if (state.open.empty()) start_check(name->check, out);
}

CheckStep CaseMachine::run_check(std::size_t check) const {
  const auto& kase = *unit_.kase;
  const auto& compiled = *kase.checks[check];
  const CheckContext context{transcript_, answer_, Scope{kase.vars, kase.id, kase.row}, price_};
  try {
    return compiled.run(context, checks_[check].answers);
  } catch (const std::exception& e) {
    return internal_error(compiled, std::string("failed: ") + e.what());
  }
}

void CaseMachine::start_check(std::size_t check, Actions& out) {
  checks_[check].running = true;
  out.emplace_back(RunCheck{check});
}

void CaseMachine::checked(std::size_t check, CheckStep step, Actions& out) {
  if (check >= checks_.size() || !checks_[check].running) return;
  checks_[check].running = false;
  if (auto* asks = std::get_if<std::vector<Ask>>(&step)) {
    start_round(check, std::move(*asks), out);
  } else {
    settle(check, std::move(std::get<Score>(step)), out);
  }
}

void CaseMachine::start_round(std::size_t check, std::vector<Ask> asks, Actions& out) {
  auto& state = checks_[check];
  const auto answered = [&](const Ask& ask) { return state.answers.contains(ask.name); };
  asks.erase(std::remove_if(asks.begin(), asks.end(), answered), asks.end());
  if (asks.empty() || !distinct_names(asks)) {
    settle(check, internal_error(*unit_.kase->checks[check], "asks the same question twice"), out);
    return;
  }
  for (auto& ask : asks) {
    auto question = std::make_shared<const Question>(std::move(ask.question));
    state.open.emplace(ask.name, question);
    const std::span<const Message> messages = question->messages;
    out.emplace_back(Call{ask_name(check, ask.name), Role::judge, messages, kNoParams, std::move(question)});
  }
}

void CaseMachine::settle(std::size_t check, Score score, Actions& out) {
  const auto* scored = std::get_if<Scored>(&score.state);
  if (scored && !std::isfinite(scored->value)) {
    score = internal_error(*unit_.kase->checks[check], "gave a value that is no number");
  }
  checks_[check].score = std::move(score);
  if (--unsettled_ > 0) return;
  std::vector<Score> scores;
  scores.reserve(checks_.size());
  for (auto& state : checks_) scores.push_back(std::move(*state.score));
  auto outcome = fold(unit_.kase->checks, scores);
  finish(std::move(outcome), std::move(scores), out);
}

void CaseMachine::finish(Outcome outcome, std::vector<Score> scores, Actions& out) {
  finished_ = true;
  auto& steps = transcript_.steps;
  for (auto& state : checks_) {
    // In the order of names, not of arrival.
    std::sort(state.steps.begin(), state.steps.end(), [](const Step& a, const Step& b) { return a.name < b.name; });
    steps.insert(steps.end(), std::move_iterator(state.steps.begin()), std::move_iterator(state.steps.end()));
  }
  out.emplace_back(Finish{Sample{.unit = unit_.id,
                                 .kase = unit_.kase,
                                 .transcript = std::move(transcript_),
                                 .scores = std::move(scores),
                                 .outcome = std::move(outcome)}});
}

}  // namespace assay::exec
