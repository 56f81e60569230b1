#include "tests/unit/exec/runner_bench.hpp"

#include <mutex>
#include <thread>

namespace assay::exec {
namespace {

using namespace scripted;

Ask ask(std::string name, std::string judge) {
  Question question{.to = std::move(judge), .messages = {Message{Author::user, {Text{"is it good? " + name}}}}};
  return Ask{std::move(name), std::move(question)};
}

// All that was asked must be answered by `yes`; what a judge could not be asked is its own error.
Score all_say_yes(const Answers& answers) {
  for (const auto& [name, answer] : answers) {
    if (const auto* error = std::get_if<Error>(&answer)) return Score{*error, {}, {}};
  }
  const auto yes = [](const auto& entry) { return text_of(std::get<Response>(entry.second).message) == "yes"; };
  const bool pass = std::all_of(answers.begin(), answers.end(), yes);
  return Score{Scored{pass ? 1.0 : 0.0, pass}, {}, {}};
}

/// Asks in rounds; each is asked, of the case by its id, when the one before it was answered.
std::shared_ptr<const CompiledCheck> asks(std::vector<std::vector<Ask>> rounds) {
  return check_of([rounds = std::move(rounds)](const CheckContext& context, const Answers& answers) -> CheckStep {
    for (auto round : rounds) {
      if (answers.contains(round.front().name)) continue;
      for (auto& each : round) each.question.messages[0].parts.emplace_back(Text{" " + std::string(context.scope.id)});
      return round;
    }
    return all_say_yes(answers);
  });
}

std::shared_ptr<const CompiledCheck> graded_by(const std::string& judge) {
  return asks({{ask("grade", judge)}});
}

/// A run whose answers are judged; each judge has a lane of its own.
struct JudgedBench : Bench {
  std::deque<ScriptedEndpoint> endpoints;

  JudgedBench(std::uint32_t units, const std::vector<std::shared_ptr<const CompiledCheck>>& checks) : Bench(0) {
    for (std::uint32_t i = 0; i < units; ++i) source.units.push_back(unit_of(i, checks));
  }

  ScriptedEndpoint& judge(const std::string& name) {
    auto& asked = endpoints.emplace_back();
    asked.script = [](const std::string&, int) { return good("yes"); };
    more_lanes.push_back(Lane{name, {}});
    more_lanes.back().limits.concurrency = 4;
    Peer peer{.name = name, .endpoint = &asked, .lane = more_lanes.size()};
    peer.retries.least = peer.retries.most = 1ms;
    peer.params = R"({"judge":")" + name + "\"}";
    side.judges.push_back(std::move(peer));
    return asked;
  }
};

const Step& step_of(const Sample& sample, std::string_view name) {
  for (const auto& step : sample.transcript.steps) {
    if (step.name == name) return step;
  }
  throw std::runtime_error("the sample has no step " + std::string(name));
}

std::vector<std::string> outcomes(const MemoryJournal& journal) {
  std::vector<std::string> names;
  for (const auto& sample : journal.samples) names.emplace_back(assay::name(sample.outcome));
  return names;
}

TEST(RunnerJudges, a_judge_is_asked_on_its_own_lane_with_its_own_limits) {
  JudgedBench bench(40, {graded_by("strict")});
  auto& judge = bench.judge("strict");
  bench.lane.limits.concurrency = 6;
  bench.more_lanes[0].limits.concurrency = 2;
  EXPECT_EQ(bench.run().finished, 40U);
  EXPECT_EQ(bench.endpoint.attempts, 40);
  EXPECT_EQ(bench.endpoint.most_open, 6);
  EXPECT_EQ(judge.attempts, 40);
  EXPECT_EQ(judge.most_open, 2);
  EXPECT_EQ(outcomes(bench.journal), std::vector<std::string>(40, "scored"));
}

TEST(RunnerJudges, a_judge_that_shares_the_target_s_lane_shares_its_limits) {
  JudgedBench bench(20, {graded_by("strict")});
  bench.judge("strict");
  bench.side.judges[0].endpoint = &bench.endpoint;
  bench.side.judges[0].lane = 0;
  bench.more_lanes.clear();
  bench.lane.limits.concurrency = 3;
  EXPECT_EQ(bench.run().finished, 20U);
  EXPECT_EQ(bench.endpoint.attempts, 40);
  EXPECT_EQ(bench.endpoint.most_open, 3);
}

TEST(RunnerJudges, the_load_of_a_run_is_its_targets_alone) {
  JudgedBench bench(3, {graded_by("strict")});
  const auto& judge = bench.judge("strict");
  for (std::uint32_t i = 0; i < 3; ++i) {
    Step turn;
    turn.name = "turn/1";
    turn.result = std::get<Response>(good("from before").result);
    bench.journal.known.emplace(std::pair(UnitId{0, i, 0}, "turn/1"), std::move(turn));
  }
  EXPECT_EQ(bench.run().mean_in_flight, 0);
  EXPECT_EQ(judge.attempts, 3);
}

TEST(RunnerJudges, a_judge_gets_its_own_params_and_the_question_s_form) {
  auto question = ask("grade", "strict");
  question.question.schema = R"({"type":"object"})";
  question.question.logprobs = true;
  JudgedBench bench(1, {asks({{question}})});
  const auto& judge = bench.judge("strict");
  auto kase = std::make_shared<PlannedCase>(*bench.source.units[0].kase);
  kase->params = std::make_shared<const std::string>(R"({"temperature":1})");
  bench.source.units[0].kase = kase;
  bench.run();
  EXPECT_EQ(bench.endpoint.sent.begin()->first, R"(c0{"temperature":1})");
  EXPECT_EQ(judge.sent.begin()->first, R"(is it good? grade c0{"judge":"strict"}{"type":"object"} with logprobs)");
}

TEST(RunnerJudges, each_question_goes_to_the_judge_that_it_names) {
  JudgedBench bench(5, {asks({{ask("first", "strict"), ask("second", "kind")}}), graded_by("kind")});
  auto& strict = bench.judge("strict");
  const auto& kind = bench.judge("kind");
  strict.script = [](const std::string&, int) { return good("no"); };
  bench.run();
  EXPECT_EQ(strict.attempts, 5);
  EXPECT_EQ(kind.attempts, 10);
  for (const auto& sample : bench.journal.samples) {
    EXPECT_FALSE(std::get<outcome::Scored>(sample.outcome).pass);
    ASSERT_EQ(sample.transcript.steps.size(), 4U);
    const auto& step = step_of(sample, "check/0/first");
    ASSERT_TRUE(step.question);
    EXPECT_EQ(step.question->to, "strict");
    EXPECT_EQ(step.role, Role::judge);
    EXPECT_EQ(step_of(sample, "check/1/grade").question->to, "kind");
  }
  for (const auto& [unit, step] : bench.journal.steps) {
    EXPECT_EQ(step.question != nullptr, step.role == Role::judge) << "journalled with its question";
  }
}

TEST(RunnerJudges, a_judge_that_nobody_configured_is_a_judge_error) {
  JudgedBench bench(2, {graded_by("unknown")});
  const auto& judge = bench.judge("strict");
  bench.run();
  EXPECT_EQ(judge.attempts, 0);
  ASSERT_EQ(bench.journal.samples.size(), 2U);
  const auto& error = std::get<outcome::JudgeError>(bench.journal.samples[0].outcome).error;
  EXPECT_EQ(error.kind, ErrorKind::judge);
  EXPECT_EQ(error.message, "the judge `unknown` is not configured");
  EXPECT_FALSE(error.hint.empty());
  EXPECT_EQ(step_of(bench.journal.samples[0], "check/0/grade").question->to, "unknown");
}

TEST(RunnerJudges, a_judge_is_retried_by_its_own_rules) {
  JudgedBench bench(3, {graded_by("strict")});
  auto& judge = bench.judge("strict");
  judge.script = [](const std::string&, int nth) {
    if (nth == 2) return good("yes");
    auto refused = bad(ErrorKind::rate_limited);
    refused.retry_after = 2ms;
    return refused;
  };
  bench.side.target.retries.max = 0;
  int failed = 0;
  bench.observer.failed_attempt = [&](const Attempt& attempt) {
    ++failed;
    EXPECT_EQ(attempt.error->kind, ErrorKind::rate_limited);
  };
  bench.run();
  EXPECT_EQ(failed, 3);
  EXPECT_EQ(bench.endpoint.attempts, 3) << "the target is not asked again";
  for (const auto& sample : bench.journal.samples) {
    EXPECT_EQ(assay::name(sample.outcome), "scored");
    const auto& attempts = step_of(sample, "check/0/grade").attempts;
    ASSERT_EQ(attempts.size(), 2U);
    EXPECT_GE(attempts[1].waited, 2ms) << "what the judge asked for";
    EXPECT_EQ(step_of(sample, "turn/1").attempts.size(), 1U);
  }
}

TEST(RunnerJudges, a_judge_that_asks_to_wait_too_long_is_given_up) {
  JudgedBench bench(1, {graded_by("strict")});
  auto& judge = bench.judge("strict");
  judge.script = [](const std::string&, int) {
    auto refused = bad(ErrorKind::rate_limited, "slow down");
    refused.retry_after = 1h;
    return refused;
  };
  bench.side.judges[0].retries.max_wait = 1min;
  bench.side.target.retries.max_wait = 10h;
  bench.run();
  EXPECT_EQ(judge.attempts, 1);
  const auto& error = std::get<outcome::JudgeError>(bench.journal.samples.at(0).outcome).error;
  EXPECT_TRUE(error.message.starts_with("slow down; the endpoint asks to wait")) << error.message;
}

TEST(RunnerJudges, a_judge_s_failure_is_a_judge_error_of_its_sample_alone) {
  JudgedBench bench(9, {graded_by("strict")});
  auto& judge = bench.judge("strict");
  judge.script = [](const std::string& body, int) {
    return body.find("c3") != std::string::npos ? bad(ErrorKind::rejected, "no") : good("yes");
  };
  EXPECT_EQ(bench.run().finished, 9U);
  const auto names = outcomes(bench.journal);
  EXPECT_EQ(std::count(names.begin(), names.end(), "judge_error"), 1);
  EXPECT_EQ(std::count(names.begin(), names.end(), "scored"), 8);
}

TEST(RunnerJudges, failures_in_a_row_of_a_judge_stop_the_run_though_the_target_answers) {
  JudgedBench bench(1000, {graded_by("strict")});
  auto& judge = bench.judge("strict");
  judge.script = [](const std::string&, int) { return bad(ErrorKind::auth, "wrong key"); };
  const auto& summary = bench.run();
  EXPECT_EQ(summary.stopped, StopReason::breaker);
  EXPECT_EQ(summary.error->kind, ErrorKind::auth);
  EXPECT_EQ(summary.error->message, "stopped after 20 final failures in a row; the last: wrong key");
  EXPECT_GE(judge.attempts, 20);
  EXPECT_LE(judge.attempts, 24) << "as many as may be in flight beside the last";
}

TEST(RunnerJudges, the_run_s_budget_pays_judges_at_their_own_price) {
  JudgedBench bench(1000, {graded_by("strict")});
  auto& judge = bench.judge("strict");
  bench.lane.limits.concurrency = bench.more_lanes[0].limits.concurrency = 1;
  bench.endpoint.script = [](const std::string& body, int) { return counted(body, 1, 1); };
  judge.script = [](const std::string&, int) { return counted("yes", 5, 4); };
  bench.side.target.price = Price{.input_per_mtok = 1e6, .output_per_mtok = 1e6};  // a dollar a token
  bench.side.judges[0].price = Price{.input_per_mtok = 2e6, .output_per_mtok = 2e6};
  bench.options.budget.usd = 200;  // 2 + 18 a case
  const auto& summary = bench.run();
  EXPECT_EQ(summary.stopped, StopReason::budget);
  EXPECT_GE(summary.finished, 7U);
  EXPECT_LE(summary.finished, 10U) << "200 dollars, 20 a case";
}

TEST(RunnerJudges, a_judge_s_lane_has_a_token_budget_of_its_own) {
  JudgedBench bench(1000, {graded_by("strict")});
  auto& judge = bench.judge("strict");
  judge.script = [](const std::string&, int) { return counted("yes", 50, 50); };
  bench.more_lanes[0].limits.max_tokens = 1000;
  const auto& summary = bench.run();
  EXPECT_EQ(summary.stopped, StopReason::budget);
  EXPECT_TRUE(summary.error->message.starts_with("strict: ")) << "names the judge: " << summary.error->message;
  EXPECT_GE(judge.attempts, 5);
  EXPECT_LE(judge.attempts, 11);
}

TEST(RunnerJudges, the_tokens_of_a_case_are_its_judges_too) {
  JudgedBench bench(2, {asks({{ask("first", "strict")}, {ask("second", "strict")}})});
  auto& judge = bench.judge("strict");
  judge.script = [](const std::string&, int) { return counted("yes", 900, 100); };
  bench.lane.limits.max_tokens_case = 800;  // for the first question, not for the second
  bench.run();
  EXPECT_EQ(judge.attempts, 2);
  for (const auto& sample : bench.journal.samples) {
    ASSERT_EQ(assay::name(sample.outcome), "skipped");
    const auto& why = std::get<outcome::Skipped>(sample.outcome).why;
    EXPECT_EQ(why, "max_tokens_per_case: call check/0/second would go beyond 800 tokens");
  }
}

// Looks a judge's call up, and answers as a judge does.
class JudgeRecall : public FakeRecall {
 public:
  [[nodiscard]] Result<std::optional<Step>> find(const Asked& call) override {
    auto found = FakeRecall::find(call);
    if (found && *found) (*found)->result = std::get<Response>(good("yes").result);
    return found;
  }
};

TEST(RunnerJudges, a_replay_asks_no_judge_and_counts_what_is_missing) {
  JudgedBench bench(3, {graded_by("strict")});
  bench.judge("strict");
  FakeRecall target;
  JudgeRecall judge;
  target.holds = {"c0", "c1", "c2"};
  judge.holds = {"c0", "c2"};
  bench.recall = &target;
  bench.side.judges[0].recall = &judge;
  bench.side.target.endpoint = bench.side.judges[0].endpoint = nullptr;
  const auto& summary = bench.run();
  EXPECT_EQ(summary.finished, 3U);
  EXPECT_EQ(summary.misses, 1U);
  EXPECT_EQ(summary.missed->message, "c1 is not recorded");
  EXPECT_EQ(judge.asked, std::vector<std::string>(3, R"(check/0/grade {"judge":"strict"})"));
  EXPECT_EQ(target.asked, std::vector<std::string>(3, "turn/1 {}"));
  for (const auto& sample : bench.journal.samples) {
    EXPECT_EQ(assay::name(sample.outcome), sample.kase->id == "c1" ? "judge_error" : "scored");
    const auto& step = step_of(sample, "check/0/grade");
    EXPECT_EQ(step.replayed, sample.kase->id != "c1");
    EXPECT_EQ(step.question->to, "strict");
  }
}

TEST(RunnerJudges, with_a_cassette_only_the_verdicts_that_are_missing_are_asked_for) {
  JudgedBench bench(10, {graded_by("strict")});
  const auto& asked = bench.judge("strict");
  JudgeRecall judge;
  judge.holds = {"c3", "c4", "c5"};
  judge.may_send = true;
  bench.side.judges[0].recall = &judge;
  EXPECT_EQ(bench.run().misses, 0U);
  EXPECT_EQ(bench.endpoint.attempts, 10);
  EXPECT_EQ(asked.attempts, 7);
}

TEST(RunnerJudges, what_is_asked_anew_is_taken_from_a_cassette_in_a_replay_alone) {
  auto again = ask("confirm/grade", "strict");
  again.question.fresh = true;
  const auto check = asks({{ask("grade", "strict")}, {again}});
  for (const bool replay : {false, true}) {
    JudgedBench bench(1, {check});
    const auto& asked = bench.judge("strict");
    JudgeRecall judge;
    judge.holds = {"c0"};
    judge.may_send = true;
    bench.side.judges[0].recall = &judge;
    if (replay) bench.side.judges[0].endpoint = nullptr;
    EXPECT_EQ(bench.run().misses, 0U);
    EXPECT_EQ(asked.attempts, replay ? 0 : 1);
    const auto& sample = bench.journal.samples.at(0);
    EXPECT_TRUE(step_of(sample, "check/0/grade").replayed);
    EXPECT_EQ(step_of(sample, "check/0/confirm/grade").replayed, replay);
  }
}

TEST(RunnerJudges, after_a_cut_between_two_questions_only_the_missing_one_is_asked) {
  const auto check = asks({{ask("first", "strict")}, {ask("second", "strict")}});
  JudgedBench cut(1, {check});
  auto& judge = cut.judge("strict");
  judge.script = [&](const std::string&, int) -> std::optional<AttemptResult> {
    cut.runner->stop();  // the answer still comes in
    return good("yes");
  };
  cut.run();
  EXPECT_EQ(cut.summary->finished, 0U);
  EXPECT_EQ(cut.journal.log, (std::vector<std::string>{"step c0 turn/1", "step c0 check/0/first"}));

  JudgedBench resumed(1, {check});
  auto& again = resumed.judge("strict");
  for (auto& [unit, step] : cut.journal.steps) {
    step.question = nullptr;  // a journal may keep it apart
    resumed.journal.known.emplace(std::pair(unit, step.name), step);
  }
  resumed.run();
  EXPECT_EQ(resumed.endpoint.attempts, 0);
  EXPECT_EQ(again.attempts, 1);
  EXPECT_TRUE(again.sent.begin()->first.starts_with("is it good? second c0"));
  ASSERT_EQ(resumed.journal.samples.size(), 1U);
  const auto& sample = resumed.journal.samples[0];
  EXPECT_TRUE(std::get<outcome::Scored>(sample.outcome).pass);
  EXPECT_EQ(sample.transcript.steps.size(), 3U);
  EXPECT_EQ(text_of(step_of(sample, "check/0/first").question->messages[0]), "is it good? first c0");
}

TEST(RunnerJudges, a_judge_s_attempts_before_a_cut_are_kept_and_its_call_is_made_again) {
  const std::vector checks{graded_by("strict")};
  JudgedBench cut(1, checks);
  auto& judge = cut.judge("strict");
  judge.script = [](const std::string&, int) { return std::optional<AttemptResult>(); };
  cut.options.grace = 1ms;
  cut.observer.abandon = [&] { judge.cancel(); };
  cut.start();
  cut.spin([&] { return judge.hanging() == 1; });
  cut.runner->stop();
  cut.spin();
  ASSERT_TRUE(cut.summary);
  EXPECT_EQ(cut.summary->finished, 0U);
  ASSERT_EQ(cut.journal.steps.size(), 2U);
  const auto& left = cut.journal.steps[1].second;
  EXPECT_EQ(left.name, "check/0/grade");
  EXPECT_EQ(std::get<Error>(left.result).kind, ErrorKind::cancelled);
  ASSERT_TRUE(left.question);

  JudgedBench resumed(1, checks);
  const auto& again = resumed.judge("strict");
  for (const auto& [unit, step] : cut.journal.steps) resumed.journal.known.emplace(std::pair(unit, step.name), step);
  resumed.run();
  EXPECT_EQ(resumed.endpoint.attempts, 0);
  EXPECT_EQ(again.attempts, 1);
  const auto& sample = resumed.journal.samples.at(0);
  EXPECT_EQ(assay::name(sample.outcome), "scored");
  EXPECT_EQ(step_of(sample, "check/0/grade").attempts.size(), 2U);
}

TEST(RunnerJudges, when_time_is_up_a_judge_in_flight_gets_the_grace_and_no_more) {
  JudgedBench bench(10, {graded_by("strict")});
  auto& judge = bench.judge("strict");
  judge.script = [](const std::string&, int) { return std::optional<AttemptResult>(); };
  bench.options.max_time = 20ms;
  bench.options.grace = 5ms;
  bench.observer.abandon = [&] { judge.cancel(); };
  const auto& summary = bench.run();
  EXPECT_EQ(summary.stopped, StopReason::budget);
  EXPECT_EQ(summary.finished, 0U);
  EXPECT_EQ(judge.now_open, 0);
}

// Each call fails a few times first, as the seed decides, so that answers arrive in other orders.
std::map<std::string, std::string> samples_by_arrival(unsigned seed) {
  JudgedBench bench(6, {asks({{ask("a", "strict"), ask("b", "kind")}, {ask("c", "strict")}}), graded_by("kind")});
  std::vector<ScriptedEndpoint*> endpoints{&bench.endpoint, &bench.judge("strict"), &bench.judge("kind")};
  for (auto* endpoint : endpoints) {
    const bool judge = endpoint != &bench.endpoint;
    endpoint->script = [judge, seed](const std::string& body, int nth) -> std::optional<AttemptResult> {
      if (static_cast<std::size_t>(nth) <= std::hash<std::string>()(body + std::to_string(seed)) % 4) {
        return bad(ErrorKind::unavailable);
      }
      return good(!judge ? body : body.find("? b") == std::string::npos ? "yes" : "no");
    };
  }
  bench.run();
  std::map<std::string, std::string> described;
  for (const auto& sample : bench.journal.samples) {
    auto& text = described[sample.kase->id];
    for (const auto& step : sample.transcript.steps) {
      text += step.name + "=" + text_of(std::get<Response>(step.result).message) + " ";
    }
    for (const auto& score : sample.scores) text += std::get<Scored>(score.state).pass ? "pass " : "fail ";
  }
  return described;
}

TEST(RunnerJudges, the_order_of_arrival_changes_no_sample) {
  const auto expected = samples_by_arrival(0);
  EXPECT_EQ(expected.at("c0"), "turn/1=c0{} check/0/a=yes check/0/b=no check/0/c=yes check/1/grade=yes fail pass ");
  for (unsigned seed = 1; seed < 8; ++seed) EXPECT_EQ(samples_by_arrival(seed), expected) << seed;
}

// Which rounds of its check ran on the loop's thread, by case.
std::map<std::string, std::vector<bool>> rounds_on_loop(JudgedBench& bench, ScriptedEndpoint& judge, bool long_reply) {
  const auto loop_thread = std::this_thread::get_id();
  std::map<std::string, std::vector<bool>> on_loop;
  std::mutex mutex;
  const auto check = check_of([&](const CheckContext& context, const Answers& answers) -> CheckStep {
    const std::lock_guard lock(mutex);
    on_loop[std::string(context.scope.id)].push_back(std::this_thread::get_id() == loop_thread);
    if (answers.empty()) return std::vector<Ask>{ask("grade", "strict")};
    return Score{Scored{1, true}, {}, {}};
  });
  bench.source.units = {unit_of(0, {check}), unit_of(1, {check})};
  bench.options.heavy_answer = 1000;
  bench.endpoint.script = [](const std::string& body, int) {
    return good(body.starts_with("c1") ? std::string(5000, 'x') : body);
  };
  judge.script = [=](const std::string&, int) { return good(std::string(long_reply ? 5000 : 3, 'y')); };
  EXPECT_EQ(bench.run().finished, 2U);
  return on_loop;
}

TEST(RunnerJudges, a_long_answer_is_checked_beside_the_loop_in_every_round) {
  JudgedBench bench(0, {});
  auto& judge = bench.judge("strict");
  const auto on_loop = rounds_on_loop(bench, judge, false);
  EXPECT_EQ(on_loop.at("c0"), (std::vector<bool>{true, true}));
  EXPECT_EQ(on_loop.at("c1"), (std::vector<bool>{false, false}));
}

TEST(RunnerJudges, a_judge_s_long_reply_is_read_beside_the_loop) {
  JudgedBench bench(0, {});
  auto& judge = bench.judge("strict");
  const auto on_loop = rounds_on_loop(bench, judge, true);
  EXPECT_EQ(on_loop.at("c0"), (std::vector<bool>{true, false}));
  EXPECT_EQ(on_loop.at("c1"), (std::vector<bool>{false, false}));
}

}  // namespace
}  // namespace assay::exec
