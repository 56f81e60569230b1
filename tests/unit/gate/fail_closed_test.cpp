// The fail-closed rules, one test each that shows the rule biting. The rules about baselines, judges, waivers and
// budgets come with what they are about; a verdict is written whole or not at all by whoever writes it.

#include "tests/unit/gate/evidence_builder.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

namespace assay::gate {
namespace {

using testing::contains;
using testing::decide_one;
using testing::floor_gate;
using testing::max_gate;
using testing::policy_of;
using testing::run_of;
using testing::SuiteBuilder;
using testing::zero_gate;

void expect_error(const Verdict& verdict, std::string_view why) {
  EXPECT_EQ(verdict.kind, VerdictKind::error);
  EXPECT_EQ(verdict.exit, ExitCode::error);
  bool said = false;
  for (const auto& reason : verdict.reasons) said = said || contains(reason, why);
  EXPECT_TRUE(said) << (verdict.reasons.empty() ? "no reason" : verdict.reasons[0]);
  for (const auto& gate : verdict.gates) EXPECT_NE(gate.state, GateState::pass) << gate.id;
}

TEST(FailClosed, rule_1_no_case_run_is_an_error) {
  expect_error(decide(policy_of({floor_gate(0.8)}), run_of({})), "no case was run");
  expect_error(decide_one(SuiteBuilder(), floor_gate(0.8)), "no case was run");
  const auto one_empty = decide(policy_of({floor_gate(0.8)}),
                                run_of({SuiteBuilder("a").add_many(40, "p").suite, SuiteBuilder("b").suite}));
  EXPECT_EQ(one_empty.kind, VerdictKind::error);
  EXPECT_EQ(one_empty.gates.at(0).state, GateState::pass);
  EXPECT_TRUE(contains(one_empty.gates.at(1).reason, "no case of suite 'b' was run"));
}

TEST(FailClosed, rule_2_a_value_that_is_no_number_is_an_error) {
  for (const double bad : {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity(), 1.5}) {
    SCOPED_TRACE(bad);
    std::vector<double> values(40, 1.0);
    values[7] = bad;
    expect_error(
        decide_one(SuiteBuilder().add_many(40, "p").column("score", Unit::share, values), floor_gate(0.5, "score")),
        "case 'c7'");
  }
}

TEST(FailClosed, rule_3_a_metric_that_is_absent_is_an_error) {
  auto builder = SuiteBuilder().add_many(400, "p");
  expect_error(decide_one(builder, max_gate(1, "latency_p95")), "no metric 'latency_p95'");
  expect_error(decide_one(builder, floor_gate(0.1, "contains")), "no metric 'contains'");
  builder.column("ttft", Unit::seconds, std::vector<double>(400, -1), Direction::down);
  expect_error(decide_one(builder, max_gate(1, "ttft_p95")), "must stream");
}

TEST(FailClosed, rule_3_a_gate_whose_where_matches_nothing_is_an_error) {
  auto gate = floor_gate(0.1);
  gate.where = {{"severity", "critical"}};
  expect_error(decide_one(SuiteBuilder().add_many(40, "p", {{"severity", "low"}}), gate), "severity=critical");
}

TEST(FailClosed, rule_4_too_many_errors_are_an_error_but_one_never_is) {
  expect_error(decide_one(SuiteBuilder().add_many(97, "p").add_many(3, "e"), floor_gate(0.8)), "3 of 100 samples");
  expect_error(decide_one(SuiteBuilder().add_many(97, "p").add_many(3, "j"), floor_gate(0.8)), "at most 2 may");
  EXPECT_EQ(decide_one(SuiteBuilder().add_many(98, "p").add_many(2, "e"), floor_gate(0.8)).kind, VerdictKind::pass);
  EXPECT_EQ(decide_one(SuiteBuilder().add_many(20, "p").add("e"), floor_gate(0.5)).kind, VerdictKind::pass);
}

TEST(FailClosed, rule_4_errors_spread_over_suites_add_up) {
  std::vector<SuiteEvidence> suites;
  for (const auto* id : {"a", "b", "c"}) suites.push_back(SuiteBuilder(id).add_many(20, "p").add("e").suite);
  expect_error(decide(policy_of({floor_gate(0.5)}), run_of(std::move(suites))), "3 of 63 samples errored");
}

TEST(FailClosed, rule_4_a_broken_balance_is_an_error) {
  auto lost = SuiteBuilder().add_many(40, "p");
  lost.suite.balance.planned = 41;
  expect_error(decide_one(lost, floor_gate(0.8)), "41 samples were planned");
  auto rows_gone = SuiteBuilder().add_many(40, "p");
  rows_gone.suite.balance.planned = rows_gone.suite.balance.scored = 50;
  expect_error(decide_one(rows_gone, floor_gate(0.8)), "balance");
}

TEST(FailClosed, rule_7_a_changed_or_wrong_served_model_is_an_error) {
  auto changed = run_of({SuiteBuilder().add_many(40, "p").suite});
  changed.served_models = {"m-1", "m-2"};
  expect_error(decide(policy_of({floor_gate(0.8)}), changed), "m-1, m-2");
  auto wrong = run_of({SuiteBuilder().add_many(40, "p").suite});
  wrong.served_models = {"m-1"};
  wrong.expected_served = "m-2";
  expect_error(decide(policy_of({floor_gate(0.8)}), wrong), "served model 'm-1'");
  wrong.expected_served = "m-1";
  EXPECT_EQ(decide(policy_of({floor_gate(0.8)}), wrong).kind, VerdictKind::pass);
}

TEST(FailClosed, a_run_that_was_stopped_is_an_error) {
  auto run = run_of({SuiteBuilder().add_many(40, "p").add_many(60, "s").suite});
  run.stopped = "20 calls in a row failed";
  expect_error(decide(policy_of({floor_gate(0.8)}), run), "20 calls in a row failed");
}

TEST(FailClosed, a_budget_that_ended_the_run_never_passes_and_is_no_error) {
  auto run = run_of({SuiteBuilder().add_many(99, "p").add("f").suite});
  run.suites[0].balance.planned += 20;
  run.suites[0].balance.skipped += 20;
  run.spent = "--max-cost 1 USD";
  auto policy = policy_of({floor_gate(0.8)});
  policy.warn_on_inconclusive = true;
  const auto verdict = decide(policy, run);
  EXPECT_EQ(verdict.kind, VerdictKind::inconclusive);
  EXPECT_EQ(verdict.exit, ExitCode::inconclusive) << "a warning is for intervals only";
  EXPECT_EQ(verdict.reasons.at(0), "a budget ended the run: --max-cost 1 USD; 100 of 120 samples were run");
  EXPECT_TRUE(contains(verdict.gates.at(0).reason, "so far pass_rate is 0.99 over 100 cases"))
      << verdict.gates.at(0).reason;
  EXPECT_EQ(decide(policy_of({zero_gate()}), run).kind, VerdictKind::block) << "a proven failure stands";
}

TEST(FailClosed, a_budget_that_left_nothing_unrun_still_never_passes) {
  auto run = run_of({SuiteBuilder().add_many(100, "p").suite});
  EXPECT_EQ(decide(policy_of({floor_gate(0.8)}), run).kind, VerdictKind::pass);
  run.spent = "--max-time 60 s";
  const auto verdict = decide(policy_of({floor_gate(0.8)}), run);
  EXPECT_EQ(verdict.kind, VerdictKind::inconclusive);
  EXPECT_EQ(verdict.exit, ExitCode::inconclusive);
}

TEST(FailClosed, a_budget_may_end_a_run_before_a_gate_has_any_case) {
  auto critical = zero_gate({{"severity", "critical"}});
  auto polite = floor_gate(0.5, "polite.pass");
  auto slow = max_gate(1, "latency_p95");
  polite.id = "polite";
  slow.id = "slow";
  auto started = SuiteBuilder("a").add("e").column("latency", Unit::seconds, {-1}, Direction::down);
  started.column("polite.pass", Unit::share, {-1});
  SuiteBuilder untouched("b");
  for (auto* builder : {&started, &untouched}) {
    builder->suite.balance.planned += 20;
    builder->suite.balance.skipped += 20;
  }
  auto run = run_of({started.suite, untouched.suite});
  run.spent = "--max-time 1 s";
  const auto verdict = decide(policy_of({critical, polite, slow}), run);
  EXPECT_EQ(verdict.kind, VerdictKind::inconclusive);
  EXPECT_EQ(verdict.exit, ExitCode::inconclusive);
  for (const auto& gate : verdict.gates) {
    EXPECT_EQ(gate.state, GateState::inconclusive) << gate.id << ": " << gate.reason;
  }
  run.suites[0] = untouched.suite;
  run.suites[0].id = "a";
  EXPECT_EQ(decide(policy_of({critical, polite}), run).kind, VerdictKind::inconclusive) << "not a single sample";
  run.spent.reset();
  EXPECT_EQ(decide(policy_of({critical, polite}), run).kind, VerdictKind::error);
}

TEST(FailClosed, a_breaker_is_an_error_even_beside_a_spent_budget) {
  auto run = run_of({SuiteBuilder().add_many(40, "p").suite});
  run.spent = "--max-time 1 s";
  run.stopped = "20 calls in a row failed";
  const auto verdict = decide(policy_of({floor_gate(0.8)}), run);
  EXPECT_EQ(verdict.kind, VerdictKind::error);
  EXPECT_TRUE(contains(verdict.reasons.back(), "a budget ended the run")) << verdict.reasons.back();
}

TEST(FailClosed, a_replay_decides_alike_and_is_never_canary_ready) {
  auto run = run_of({SuiteBuilder().add_many(40, "p").suite});
  const auto live = decide(policy_of({floor_gate(0.8)}), run);
  run.replayed = 40;
  run.oldest_replayed = WallTime{1'700'000'000'000};
  run.cost.cached = 40;
  run.timing.retried = 3;
  const auto replay = decide(policy_of({floor_gate(0.8)}), run);
  EXPECT_EQ(replay.kind, VerdictKind::pass);
  EXPECT_EQ(replay.decision, live.decision);
  EXPECT_FALSE(replay.canary.ready);
  EXPECT_EQ(std::count(replay.canary.missing.begin(), replay.canary.missing.end(), kFreshAnswers), 1);
  EXPECT_EQ(std::count(live.canary.missing.begin(), live.canary.missing.end(), kFreshAnswers), 0);
  ASSERT_FALSE(replay.warnings.empty());
  EXPECT_TRUE(contains(replay.warnings.back(), "40 samples come from a cassette, the oldest of 2023-11-14T22:13:20Z"));
}

TEST(FailClosed, rule_9_skipped_samples_never_pass) {
  const auto verdict = decide_one(SuiteBuilder().add_many(400, "p").add("s"), floor_gate(0.8));
  EXPECT_EQ(verdict.kind, VerdictKind::inconclusive);
  EXPECT_TRUE(contains(verdict.reasons.at(0), "not whole"));
}

TEST(FailClosed, rule_9_samples_that_were_never_run_decide_nothing_but_a_proven_failure) {
  auto builder = SuiteBuilder().add_many(99, "p").add("f");
  builder.suite.balance.planned += 20;
  builder.suite.balance.skipped += 20;
  const auto verdict = decide(policy_of({floor_gate(0.8), floor_gate(0.999)}), run_of({builder.suite}));
  EXPECT_EQ(verdict.kind, VerdictKind::inconclusive);
  EXPECT_EQ(verdict.exit, ExitCode::inconclusive);
  EXPECT_TRUE(contains(verdict.gates.at(0).reason, "20 of 120 samples were never run")) << verdict.gates.at(0).reason;
  auto bad = SuiteBuilder().add_many(60, "f");
  bad.suite.balance.planned += 20;
  bad.suite.balance.skipped += 20;
  EXPECT_EQ(decide_one(bad, floor_gate(0.8)).kind, VerdictKind::inconclusive);
  EXPECT_EQ(decide_one(bad, zero_gate()).kind, VerdictKind::block);
}

TEST(FailClosed, rule_10_a_gate_that_claims_nothing_decides_nothing) {
  auto nothing = floor_gate(0.8);
  nothing.floor.reset();
  const auto suite = SuiteBuilder().add_many(40, "p").suite;
  expect_error(decide(policy_of({nothing}), run_of({suite})), "decides nothing");
  expect_error(decide(policy_of({}), run_of({suite})), "no gate decides suite 'capitals'");
  auto elsewhere = floor_gate(0.8);
  elsewhere.suites = {"other"};
  expect_error(decide(policy_of({floor_gate(0.5), elsewhere}), run_of({suite})), "decides nothing");
}

TEST(FailClosed, rule_11_duplicate_case_ids_are_an_error) {
  auto builder = SuiteBuilder().add_many(40, "p").add("p", {}, {}, "c30");
  expect_error(decide_one(builder, floor_gate(0.8)), "two cases have the id 'c30'");
}

TEST(FailClosed, rows_that_cannot_be_read_are_an_error) {
  auto outside = SuiteBuilder().add_many(40, "p");
  outside.suite.rows[5].case_index = 900;
  expect_error(decide_one(outside, floor_gate(0.8)), "belongs to no case");
  auto shuffled = SuiteBuilder().add_many(40, "p");
  std::swap(shuffled.suite.rows[1], shuffled.suite.rows[7]);
  expect_error(decide_one(shuffled, floor_gate(0.8)), "not in case order");
  auto unrun = SuiteBuilder().add_many(40, "p").add("");
  expect_error(decide_one(unrun, floor_gate(0.8)), "case 'c40' has no sample");
  auto ragged = SuiteBuilder().add_many(40, "p").column("score", Unit::share, {1.0});
  expect_error(decide_one(ragged, floor_gate(0.8)), "1 values for 40 samples");
}

TEST(FailClosed, a_proven_zero_tolerance_failure_beats_error) {
  auto run = run_of({SuiteBuilder().add_many(50, "p").add_many(40, "e").add("f").suite});
  run.served_models = {"m-1", "m-2"};
  const auto verdict = decide(policy_of({zero_gate(), floor_gate(0.8)}), run);
  EXPECT_EQ(verdict.kind, VerdictKind::block);
  EXPECT_EQ(verdict.exit, ExitCode::block);
  EXPECT_EQ(verdict.gates.at(0).state, GateState::block);
  EXPECT_EQ(verdict.gates.at(1).state, GateState::error);
  EXPECT_TRUE(contains(verdict.reasons.at(0), "case 'c90' failed")) << verdict.reasons.at(0);
  EXPECT_GE(verdict.reasons.size(), 3u) << "what else is wrong is said too";
}

}  // namespace
}  // namespace assay::gate
