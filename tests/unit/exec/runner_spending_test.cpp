#include "tests/unit/exec/runner_bench.hpp"

namespace assay::exec {
namespace {

using namespace scripted;

TEST(Runner, what_the_journal_holds_is_not_asked_again) {
  Bench bench(3);
  Step answered;
  answered.name = "turn/1";
  answered.result = std::get<Response>(good("from before").result);
  bench.journal.known.emplace(std::pair(UnitId{0, 1, 0}, "turn/1"), answered);
  bench.run();
  EXPECT_EQ(bench.endpoint.attempts, 2);
  EXPECT_EQ(bench.journal.steps.size(), 2U) << "and not recorded again";
  ASSERT_EQ(bench.journal.samples.size(), 3U);
  for (const auto& sample : bench.journal.samples) {
    if (sample.unit.ordinal != 1) continue;
    EXPECT_EQ(text_of(last_answer(sample.transcript)->message), "from before");
  }
}

TEST(Runner, attempts_of_an_earlier_process_count_but_are_no_retries) {
  Bench bench(1);
  Step left;
  left.name = "turn/1";
  left.result = Error{ErrorKind::cancelled, "stopped"};
  left.attempts.resize(4);
  bench.journal.known.emplace(std::pair(UnitId{0, 0, 0}, "turn/1"), left);
  bench.side.target.retries.max = 1;
  bench.endpoint.script = [](const std::string& body, int nth) {
    return nth == 1 ? bad(ErrorKind::unavailable) : good(body);
  };
  bench.run();
  ASSERT_EQ(bench.journal.steps.size(), 1U);
  EXPECT_EQ(bench.journal.steps[0].second.attempts.size(), 6U);
  EXPECT_EQ(assay::name(bench.journal.samples.at(0).outcome), "scored");
}

TEST(Runner, a_replay_sends_nothing_and_counts_what_is_missing) {
  Bench bench(30);
  FakeRecall recall;
  for (int i = 0; i < 5; ++i) recall.holds.insert("c" + std::to_string(i));
  bench.recall = &recall;
  bench.options.breaker = 3;
  const auto& summary = bench.run();
  EXPECT_EQ(bench.endpoint.attempts, 0);
  EXPECT_EQ(summary.stopped, StopReason::none) << "misses open no breaker: all are to be known";
  EXPECT_EQ(summary.finished, 30U);
  EXPECT_EQ(summary.misses, 25U);
  EXPECT_EQ(summary.missed->message, "c5 is not recorded");
  EXPECT_TRUE(bench.journal.steps[0].second.replayed);
  EXPECT_EQ(bench.journal.steps[0].second.name, "turn/1");
}

TEST(Runner, a_damaged_line_of_a_cassette_is_a_miss_also_where_calls_may_be_sent) {
  for (const bool may_send : {false, true}) {
    Bench bench(5);
    FakeRecall recall;
    for (int i = 0; i < 5; ++i) recall.holds.insert("c" + std::to_string(i));
    recall.damaged = "c3";
    recall.may_send = may_send;
    bench.recall = &recall;
    const auto& summary = bench.run();
    EXPECT_EQ(bench.endpoint.attempts, 0);
    EXPECT_EQ(summary.misses, 1U);
    EXPECT_EQ(summary.missed->message, "the line was changed");
  }
}

TEST(Runner, with_a_cassette_only_what_is_missing_is_sent) {
  Bench bench(10);
  FakeRecall recall;
  recall.holds = {"c1", "c2"};
  recall.may_send = true;
  bench.recall = &recall;
  EXPECT_EQ(bench.run().misses, 0U);
  EXPECT_EQ(bench.endpoint.attempts, 8);
}

TEST(Runner, a_spent_budget_stops_the_run_and_finishes_what_is_in_flight) {
  Bench bench(1000);
  bench.side.target.price = Price{.input_per_mtok = 1e6, .output_per_mtok = 1e6};  // a dollar a token
  bench.options.budget.usd = 100;
  bench.endpoint.script = [](const std::string& body, int) { return counted(body, 4, 6); };
  bench.lane.limits.concurrency = 1;
  auto kase = std::make_shared<PlannedCase>(*bench.source.units[0].kase);
  kase->params = std::make_shared<const std::string>(R"({"max_tokens": 6})");
  bench.source.units[0].kase = kase;
  const auto& summary = bench.run();
  EXPECT_EQ(summary.stopped, StopReason::budget);
  EXPECT_EQ(summary.error->kind, ErrorKind::budget);
  EXPECT_NE(summary.error->message.find("100"), std::string::npos) << summary.error->message;
  EXPECT_GE(summary.finished, 9U);
  EXPECT_LE(summary.finished, 10U) << "100 dollars, 10 a call";
  EXPECT_EQ(bench.journal.samples.size(), summary.finished);
}

TEST(Runner, a_budget_knows_what_earlier_processes_spent) {
  Bench bench(10);
  bench.options.budget.tokens = 100;
  bench.options.spent_tokens = 100;
  EXPECT_EQ(bench.run().stopped, StopReason::budget);
  EXPECT_EQ(bench.endpoint.attempts, 0);
}

TEST(Runner, a_lane_has_a_token_budget_of_its_own) {
  Bench bench(100);
  bench.lane.limits.max_tokens = 1000;
  bench.lane.limits.concurrency = 2;
  bench.endpoint.script = [](const std::string& body, int) { return counted(body, 50, 50); };
  const auto& summary = bench.run();
  EXPECT_EQ(summary.stopped, StopReason::budget);
  EXPECT_NE(summary.error->message.find("model"), std::string::npos) << "names the target: " << summary.error->message;
  EXPECT_LE(summary.finished, 11U);
  EXPECT_GE(summary.finished, 5U);
}

TEST(Runner, a_prompt_beyond_the_tokens_of_a_case_is_not_sent) {
  Bench bench(2);
  auto kase = std::make_shared<PlannedCase>(*bench.source.units[1].kase);
  kase->messages = {Message{Author::user, {Text{std::string(4000, 'x')}}}};
  bench.source.units[1].kase = kase;
  bench.lane.limits.max_tokens_case = 900;
  EXPECT_EQ(bench.run().finished, 2U);
  EXPECT_EQ(bench.endpoint.attempts, 1);
  for (const auto& sample : bench.journal.samples) {
    if (sample.unit.ordinal == 0) continue;
    ASSERT_EQ(assay::name(sample.outcome), "skipped");
    EXPECT_NE(std::get<outcome::Skipped>(sample.outcome).why.find("900"), std::string::npos);
  }
}

TEST(Runner, when_time_is_up_calls_in_flight_get_the_grace_and_no_more) {
  Bench bench(10);
  bench.options.max_time = 20ms;
  bench.options.grace = 10ms;
  bench.endpoint.script = [](const std::string&, int) { return std::optional<AttemptResult>(); };
  bench.observer.abandon = [&] { bench.endpoint.cancel(); };
  const auto& summary = bench.run();
  EXPECT_EQ(summary.stopped, StopReason::budget);
  EXPECT_EQ(summary.error->kind, ErrorKind::budget);
  EXPECT_EQ(summary.finished, 0U);
  EXPECT_EQ(bench.endpoint.attempts, 4);
}

TEST(Runner, warm_up_calls_are_paid_and_leave_no_sample) {
  Bench bench(2);
  bench.side.target.price = Price{.input_per_mtok = 1e6, .output_per_mtok = 1e6};
  bench.endpoint.script = [](const std::string& body, int) { return counted(body, 3, 4); };
  bench.options.warmup = {unit_of(0), unit_of(1), unit_of(0)};
  bench.lane.limits.concurrency.reset();
  int most_open_in_warmup = 0;
  bench.endpoint.on_attempt = [&] {
    if (bench.endpoint.attempts == 3) most_open_in_warmup = bench.endpoint.most_open;
  };
  const auto& summary = bench.run();
  EXPECT_EQ(most_open_in_warmup, 1) << "a sample was asked beside a warm-up call";
  EXPECT_EQ(bench.endpoint.attempts, 5);
  EXPECT_EQ(bench.journal.samples.size(), 2U);
  EXPECT_EQ(bench.journal.steps.size(), 2U);
  ASSERT_EQ(summary.warmup.size(), 1U);
  EXPECT_EQ(summary.warmup[0].calls, 3U);
  EXPECT_EQ(summary.warmup[0].output_tokens, 12U);
  EXPECT_DOUBLE_EQ(summary.warmup[0].usd, 21);
}

}  // namespace
}  // namespace assay::exec
