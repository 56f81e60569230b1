#include "runner/exec/case/case_machine.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <limits>
#include <map>
#include <random>
#include <stdexcept>
#include <string>

namespace assay::exec {
namespace {

std::shared_ptr<const CompiledCheck> check_of(CheckFn run, bool required = true) {
  CompiledCheck check;
  check.name = "fake";
  check.metric = "fake";
  check.required = required;
  check.run = std::move(run);
  return std::make_shared<const CompiledCheck>(std::move(check));
}

Score scored(double value) {
  return Score{Scored{value, value >= 0.5}, {}};
}

Message message(Author author, std::string text) {
  return Message{author, {Text{std::move(text)}}};
}

Ask ask(std::string name) {
  return Ask{name, Question{.to = "strict", .messages = {message(Author::user, "judge: " + name)}}};
}

CheckFn contains(std::string word) {
  return [word](const CheckContext& context, const Answers&) -> CheckStep {
    return scored(context.answer.find(word) != std::string_view::npos ? 1 : 0);
  };
}

// Two rounds: `a` and `b`, then `c`; the mean of what the judges said. An error of any is its own.
CheckStep two_rounds(const CheckContext&, const Answers& answers) {
  if (answers.empty()) return std::vector<Ask>{ask("a"), ask("b")};
  if (!answers.contains("c")) return std::vector<Ask>{ask("c"), ask("a")};
  double sum = 0;
  for (const auto& [name, answer] : answers) {
    if (const auto* error = std::get_if<Error>(&answer)) return Score{*error, {}};
    sum += std::stod(text_of(std::get<Response>(answer).message));
  }
  return scored(sum / 3);
}

WorkUnit unit_of(std::vector<std::shared_ptr<const CompiledCheck>> checks) {
  auto kase = std::make_shared<PlannedCase>();
  kase->id = "fr";
  kase->vars = Json::object();
  kase->row = 1;
  kase->messages = {message(Author::system, "be brief"), message(Author::user, "capital?")};
  kase->checks = std::move(checks);
  return WorkUnit{UnitId{0, 4, 2}, std::move(kase)};
}

Step answer(const Call& call, std::string text) {
  Step step;
  step.name = call.name;
  step.role = call.role;
  step.context = static_cast<std::uint32_t>(call.messages.size());
  Response response;
  response.message.parts.emplace_back(Text{std::move(text)});
  step.result = std::move(response);
  return step;
}

Step failure(const Call& call, ErrorKind kind) {
  auto step = answer(call, "");
  step.result = Error{kind, "no answer", {}, {}};
  return step;
}

using World = std::function<Step(const Call&)>;

// What a judge says depends on its question alone.
Step world(const Call& call) {
  static const std::map<std::string, std::string, std::less<>> kSays = {
      {"turn/1", "Paris"}, {"check/1/a", "1"}, {"check/1/b", "0.5"}, {"check/1/c", "0.6"}};
  const auto found = kSays.find(call.name);
  return found == kSays.end() ? failure(call, ErrorKind::judge) : answer(call, found->second);
}

struct Driven {
  std::vector<Sample> samples;
  std::vector<Step> journal;
};

// Performs the actions that are open in any order that `pick` likes.
Driven drive(WorkUnit unit, const World& ask_world, const std::function<std::size_t(std::size_t)>& pick) {
  Driven driven;
  CaseMachine machine(std::move(unit), nullptr);
  Actions open;
  machine.on(Begin{}, open);
  while (!open.empty()) {
    const auto chosen = pick(open.size());
    auto action = std::move(open[chosen]);
    open.erase(open.begin() + static_cast<std::ptrdiff_t>(chosen));
    if (auto* call = std::get_if<Call>(&action)) {
      auto step = ask_world(*call);
      driven.journal.push_back(step);
      machine.on(Called{std::move(step)}, open);
    } else if (const auto* check = std::get_if<RunCheck>(&action)) {
      machine.on(Checked{check->check, machine.run_check(check->check)}, open);
    } else {
      driven.samples.push_back(std::move(std::get<Finish>(action).sample));
    }
  }
  return driven;
}

std::size_t first(std::size_t) {
  return 0;
}

std::string described(const ScoreState& state) {
  if (const auto* s = std::get_if<Scored>(&state)) return std::to_string(s->value) + (s->pass ? " pass" : " fail");
  if (const auto* u = std::get_if<Unscored>(&state)) return "unscored " + u->why;
  return "error " + std::get<Error>(state).message;
}

// Everything in a sample that a user could see.
std::string described(const Sample& sample) {
  std::string text = std::string(name(sample.outcome)) + " ";
  if (const auto* s = std::get_if<outcome::Scored>(&sample.outcome)) text += std::to_string(s->score);
  for (const auto& m : sample.transcript.messages) text += "|" + text_of(m);
  for (const auto& step : sample.transcript.steps) {
    text += "|" + step.name + ":" + std::string(name(step.role));
    if (step.question) text += " " + step.question->to + " \"" + text_of(step.question->messages.at(0)) + "\" ";
    text += "=";
    const auto* response = std::get_if<Response>(&step.result);
    text += response ? text_of(response->message) : std::get<Error>(step.result).message;
  }
  for (const auto& score : sample.scores) text += "|" + described(score.state);
  return text;
}

TEST(CaseMachine, walks_the_golden_path) {
  CaseMachine machine(unit_of({check_of(contains("Paris")), check_of(contains("Lyon"), false)}), nullptr);
  Actions out;
  machine.on(Begin{}, out);
  ASSERT_EQ(out.size(), 1U);
  const auto call = std::get<Call>(out[0]);
  EXPECT_EQ(call.name, "turn/1");
  EXPECT_EQ(call.role, Role::target);
  ASSERT_EQ(call.messages.size(), 2U);
  EXPECT_EQ(text_of(call.messages[1]), "capital?");

  out.clear();
  machine.on(Called{answer(call, "Paris.")}, out);
  ASSERT_EQ(out.size(), 2U);
  EXPECT_EQ(std::get<RunCheck>(out[0]).check, 0U);
  EXPECT_EQ(std::get<RunCheck>(out[1]).check, 1U);

  out.clear();
  machine.on(Checked{0, machine.run_check(0)}, out);
  EXPECT_TRUE(out.empty());
  machine.on(Checked{1, machine.run_check(1)}, out);
  ASSERT_EQ(out.size(), 1U);
  const auto& sample = std::get<Finish>(out[0]).sample;
  EXPECT_EQ(sample.unit, (UnitId{0, 4, 2}));
  EXPECT_EQ(sample.kase->id, "fr");
  EXPECT_EQ(described(sample), "scored 0.500000|be brief|capital?|turn/1:target=Paris.|1.000000 pass|0.000000 fail");
  EXPECT_TRUE(std::get<outcome::Scored>(sample.outcome).pass);
  EXPECT_EQ(sample.transcript.steps[0].context, 2U);
}

TEST(CaseMachine, a_target_without_an_answer_is_an_endpoint_error_and_runs_no_check) {
  const auto fails = [](const Call& call) { return failure(call, ErrorKind::timeout); };
  const auto driven = drive(unit_of({check_of(contains("x"))}), fails, first);
  ASSERT_EQ(driven.samples.size(), 1U);
  const auto& sample = driven.samples[0];
  EXPECT_EQ(std::get<outcome::EndpointError>(sample.outcome).error.kind, ErrorKind::timeout);
  EXPECT_TRUE(sample.scores.empty());
  EXPECT_EQ(sample.transcript.steps.size(), 1U);
}

TEST(CaseMachine, a_case_without_checks_passes_on_its_answer) {
  const auto driven = drive(unit_of({}), world, first);
  ASSERT_EQ(driven.samples.size(), 1U);
  EXPECT_TRUE(std::get<outcome::Scored>(driven.samples[0].outcome).pass);
}

TEST(CaseMachine, checks_ask_in_rounds_under_stable_names) {
  CaseMachine machine(unit_of({check_of(contains("Paris")), check_of(two_rounds)}), nullptr);
  Actions out;
  machine.on(Begin{}, out);
  machine.on(Called{world(std::get<Call>(out[0]))}, out);
  out.clear();
  machine.on(Checked{1, machine.run_check(1)}, out);
  ASSERT_EQ(out.size(), 2U);
  const auto a = std::get<Call>(out[0]);
  const auto b = std::get<Call>(out[1]);
  EXPECT_EQ(a.name, "check/1/a");
  EXPECT_EQ(b.name, "check/1/b");
  EXPECT_EQ(a.role, Role::judge);
  EXPECT_EQ(text_of(a.messages[0]), "judge: a");
  ASSERT_TRUE(a.question);
  EXPECT_EQ(a.question->to, "strict");
  EXPECT_EQ(a.messages.data(), a.question->messages.data()) << "one copy";

  out.clear();
  machine.on(Called{world(b)}, out);
  EXPECT_TRUE(out.empty()) << "a round is over when every question is answered";
  machine.on(Called{world(a)}, out);
  ASSERT_EQ(out.size(), 1U);
  EXPECT_EQ(std::get<RunCheck>(out[0]).check, 1U);

  out.clear();
  machine.on(Checked{1, machine.run_check(1)}, out);
  ASSERT_EQ(out.size(), 1U) << "what was answered is not asked again";
  EXPECT_EQ(std::get<Call>(out[0]).name, "check/1/c");
}

TEST(CaseMachine, a_judge_without_an_answer_is_a_judge_error) {
  const auto no_judge = [](const Call& call) {
    return call.role == Role::judge ? failure(call, ErrorKind::judge) : world(call);
  };
  const auto driven = drive(unit_of({check_of(contains("Paris")), check_of(two_rounds)}), no_judge, first);
  ASSERT_EQ(driven.samples.size(), 1U);
  EXPECT_EQ(std::get<outcome::JudgeError>(driven.samples[0].outcome).error.message, "no answer");
  const auto failing = drive(unit_of({check_of(contains("Rome")), check_of(two_rounds)}), no_judge, first);
  EXPECT_FALSE(std::get<outcome::Scored>(failing.samples[0].outcome).pass) << "a proven failure decides over it";
}

TEST(CaseMachine, every_order_of_events_gives_one_finish_and_the_same_sample) {
  const auto unit = unit_of({check_of(contains("Paris")), check_of(two_rounds), check_of(two_rounds, false)});
  const auto expected = described(drive(unit, world, first).samples.at(0));
  EXPECT_NE(expected.find("check/1/c:judge strict \"judge: c\" =0.6"), std::string::npos) << expected;
  for (unsigned seed = 0; seed < 300; ++seed) {
    std::mt19937 random(seed);
    const auto driven = drive(unit, world, [&](std::size_t n) { return random() % n; });
    ASSERT_EQ(driven.samples.size(), 1U) << seed;
    EXPECT_EQ(described(driven.samples[0]), expected) << seed;
  }
}

TEST(CaseMachine, driving_again_over_any_prefix_of_its_journal_gives_the_same_sample) {
  const auto unit = unit_of({check_of(contains("Paris")), check_of(two_rounds)});
  const auto full = drive(unit, world, first);
  ASSERT_EQ(full.journal.size(), 4U);
  const auto expected = described(full.samples.at(0));
  for (std::size_t kept = 0; kept <= full.journal.size(); ++kept) {
    SCOPED_TRACE(kept);
    std::map<std::string, Step> journal;
    for (std::size_t i = 0; i < kept; ++i) journal.emplace(full.journal[i].name, full.journal[i]);
    std::size_t sent = 0;
    const auto resumed = drive(
        unit,
        [&](const Call& call) {
          if (const auto found = journal.find(call.name); found != journal.end()) return found->second;
          ++sent;
          return world(call);
        },
        first);
    ASSERT_EQ(resumed.samples.size(), 1U);
    EXPECT_EQ(described(resumed.samples[0]), expected);
    EXPECT_EQ(sent, full.journal.size() - kept) << "what was paid for is not sent again";
  }
}

TEST(CaseMachine, ignores_events_that_belong_to_nothing) {
  CaseMachine machine(unit_of({check_of(two_rounds)}), nullptr);
  Actions out;
  machine.on(Checked{0, scored(1)}, out);
  machine.on(Called{answer(Call{"turn/1", Role::target, {}}, "too early")}, out);
  EXPECT_TRUE(out.empty());
  machine.on(Begin{}, out);
  machine.on(Begin{}, out);
  ASSERT_EQ(out.size(), 1U);
  const auto turn = std::get<Call>(out[0]);
  machine.on(Called{answer(turn, "1")}, out);
  machine.on(Called{answer(turn, "again")}, out);
  machine.on(Called{answer(Call{"check/0/a", Role::judge, {}}, "not asked yet")}, out);
  machine.on(Called{answer(Call{"check/9/a", Role::judge, {}}, "no such check")}, out);
  machine.on(Called{answer(Call{"check/x", Role::judge, {}}, "no such name")}, out);
  machine.on(Checked{7, scored(1)}, out);
  EXPECT_EQ(out.size(), 2U);
  machine.on(Checked{0, scored(1)}, out);
  ASSERT_EQ(out.size(), 3U);
  EXPECT_EQ(described(std::get<Finish>(out[2]).sample),
            "scored 1.000000|be brief|capital?|turn/1:target=1|1.000000 pass");
  machine.on(Checked{0, scored(0)}, out);
  machine.on(Stop{"late"}, out);
  EXPECT_EQ(out.size(), 3U);
}

TEST(CaseMachine, stop_ends_it_as_skipped_wherever_it_is) {
  const auto unit = unit_of({check_of(contains("Paris")), check_of(two_rounds)});
  for (int events = 0; events < 5; ++events) {
    SCOPED_TRACE(events);
    CaseMachine machine(unit, nullptr);
    Actions open;
    machine.on(Begin{}, open);
    for (int i = 0; i < events; ++i) {
      auto action = std::move(open.front());
      open.erase(open.begin());
      if (auto* call = std::get_if<Call>(&action)) {
        machine.on(Called{world(*call)}, open);
      } else {
        const auto check = std::get<RunCheck>(action).check;
        machine.on(Checked{check, machine.run_check(check)}, open);
      }
    }
    open.clear();
    machine.on(Stop{"out of time"}, open);
    ASSERT_EQ(open.size(), 1U);
    const auto& sample = std::get<Finish>(open[0]).sample;
    EXPECT_EQ(std::get<outcome::Skipped>(sample.outcome).why, "out of time");
    EXPECT_TRUE(sample.scores.empty());
  }
}

TEST(CaseMachine, a_broken_check_becomes_an_internal_error_never_a_number) {
  struct Row {
    const char* what;
    CheckFn run;
    const char* message;
  };
  const Row rows[] = {
      {"throws", [](const CheckContext&, const Answers&) -> CheckStep { throw std::runtime_error("boom"); },
       "check `fake` failed: boom"},
      {"not a number",
       [](const CheckContext&, const Answers&) -> CheckStep {
         return Score{Scored{std::numeric_limits<double>::quiet_NaN(), true}, {}};
       },
       "check `fake` gave a value that is no number"},
      {"asks nothing", [](const CheckContext&, const Answers&) -> CheckStep { return std::vector<Ask>{}; },
       "check `fake` asks the same question twice"},
      {"asks for ever", [](const CheckContext&, const Answers&) -> CheckStep { return std::vector<Ask>{ask("a")}; },
       "check `fake` asks the same question twice"},
      {"asks twice at once",
       [](const CheckContext&, const Answers&) -> CheckStep { return std::vector<Ask>{ask("a"), ask("a")}; },
       "check `fake` asks the same question twice"},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.what);
    const auto driven = drive(unit_of({check_of(row.run)}), [](const Call& c) { return answer(c, "1"); }, first);
    ASSERT_EQ(driven.samples.size(), 1U);
    const auto& error = std::get<outcome::JudgeError>(driven.samples[0].outcome).error;
    EXPECT_EQ(error.kind, ErrorKind::internal);
    EXPECT_EQ(error.message, row.message);
  }
}

TEST(CaseMachine, knows_what_a_check_has_to_read) {
  CaseMachine machine(unit_of({check_of(two_rounds), check_of(two_rounds)}), nullptr);
  Actions out;
  machine.on(Begin{}, out);
  auto turn = answer(std::get<Call>(out[0]), "Paris");
  std::get<Response>(turn.result).message.parts.emplace_back(Contexts{{"one", "two!"}});
  machine.on(Called{std::move(turn)}, out);
  EXPECT_EQ(machine.bytes_to_read(0), 5U + 7U);
  machine.on(Checked{0, machine.run_check(0)}, out);
  machine.on(Called{answer(std::get<Call>(out.back()), "0.75")}, out);
  EXPECT_EQ(machine.bytes_to_read(0), 12U + 4U) << "what its judges said, too";
  EXPECT_EQ(machine.bytes_to_read(1), 12U) << "but not what another's did";
}

TEST(CaseMachine, checks_see_the_case_and_the_price) {
  const Price price{1, 2, {}};
  const auto sees = [&](const CheckContext& context, const Answers&) -> CheckStep {
    EXPECT_EQ(context.price, &price);
    EXPECT_EQ(context.scope.id, "fr");
    EXPECT_EQ(context.scope.row, 1U);
    EXPECT_EQ(context.transcript.messages.size(), 2U);
    EXPECT_EQ(context.answer, "Paris");
    EXPECT_NE(last_answer(context.transcript), nullptr);
    return scored(1);
  };
  CaseMachine machine(unit_of({check_of(sees)}), &price);
  Actions out;
  machine.on(Begin{}, out);
  machine.on(Called{world(std::get<Call>(out[0]))}, out);
  EXPECT_TRUE(std::holds_alternative<Score>(machine.run_check(0)));
}

}  // namespace
}  // namespace assay::exec
