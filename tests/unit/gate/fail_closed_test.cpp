// The fail-closed rules, each shown biting. Tested where they live: 8 (a weaker policy without a reason) in
// weakening_test.cpp, the part of 10 that is known at load (no condition, unknown keys) in policy_test.cpp and
// apply_test.cpp, the part of 11 before the first call in the tests of suites, 15 (a crash leaves no verdict) in those
// of reports, e2e and the store.

#include "tests/unit/gate/baseline_builder.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <limits>

namespace assay::gate {
namespace {

using testing::against;
using testing::any_contains;
using testing::compared_policy;
using testing::contains;
using testing::decide_one;
using testing::decide_pair;
using testing::floor_gate;
using testing::margin_gate;
using testing::max_gate;
using testing::paired;
using testing::policy_of;
using testing::run_named;
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

TEST(FailClosed, rule_4_errors_fail_in_the_lower_bound_and_pass_in_the_upper_one) {
  const auto row = decide_one(SuiteBuilder().add_many(98, "p").add_many(2, "e"), floor_gate(0.99)).gates.at(0);
  const auto worst = decide_one(SuiteBuilder().add_many(98, "p").add_many(2, "f"), floor_gate(0.99)).gates.at(0);
  const auto best = decide_one(SuiteBuilder().add_many(100, "p"), floor_gate(0.99)).gates.at(0);
  EXPECT_EQ(row.interval->first, worst.interval->first);
  EXPECT_EQ(row.interval->second, best.interval->second);
}

TEST(FailClosed, rule_5_a_missing_stale_or_other_baseline_is_an_error) {
  const auto pair = paired(100, 0, 0, 0);
  const auto policy = compared_policy({margin_gate(0.05)});
  expect_error(decide(policy_of({margin_gate(0.05)}), pair.candidate), "names no baseline");
  expect_error(decide(policy, pair.candidate), "baseline 'main' has no run");
  expect_error(decide(policy, pair.candidate, against({})), "baseline 'main' has no run");
  auto stale = policy;
  stale.baseline->max_age = std::chrono::hours(24);
  expect_error(decide(stale, pair.candidate, against({pair.baseline})), "older than max_age 1d");
  auto other = pair.baseline;
  other.suites[0].id = "rivers";
  expect_error(decide(policy, pair.candidate, against({other})), "has no suite 'capitals'");
}

TEST(FailClosed, rule_5_bootstrap_makes_it_inconclusive_and_no_warning_makes_that_pass) {
  auto policy = compared_policy({margin_gate(0.05)});
  policy.baseline->bootstrap = true;
  policy.warn_on_inconclusive = true;
  const auto verdict = decide(policy, paired(100, 0, 0, 0).candidate, against({}));
  EXPECT_EQ(verdict.kind, VerdictKind::inconclusive);
  EXPECT_EQ(verdict.exit, ExitCode::inconclusive);
}

TEST(FailClosed, rule_6_other_cases_another_judge_or_load_are_not_comparable) {
  const auto policy = compared_policy({margin_gate(0.05)});
  auto pair = paired(100, 0, 0, 0);
  SuiteBuilder part;
  part.add_many(89, "p");
  expect_error(decide(policy, run_named("candidate", part), against({pair.baseline})), "89 of 100 cases");
  pair.candidate.suites[0].judged.push_back({"polite", true, {"strict", "sha256:new", "sha256:p"}, "m"});
  pair.baseline.suites[0].judged.push_back({"polite", true, {"strict", "sha256:old", "sha256:p"}, "m"});
  expect_error(decide(policy, pair.candidate, against({pair.baseline})), "another judge or prompt");
  auto busy = paired(100, 0, 0, 0);
  for (auto* run : {&busy.candidate, &busy.baseline}) {
    run->suites[0].columns.push_back(
        {"latency", Unit::seconds, Direction::down, std::vector<double>(100, 1.0), std::vector<std::uint8_t>(100, 1)});
  }
  busy.candidate.timing.concurrency = 3 * busy.baseline.timing.concurrency;
  expect_error(decide_pair(busy, testing::increase_gate(0.5, "latency_p95")), "not comparable");
}

TEST(FailClosed, rule_6_prompt_and_parameters_are_the_candidates_not_the_measures) {
  auto pair = paired(100, 0, 0, 0);
  pair.candidate.suites[0].prompt = "sha256:another";
  pair.candidate.suites[0].params = "sha256:another";
  pair.candidate.model = pair.candidate.served_models[0] = "another";
  EXPECT_EQ(decide_pair(pair, margin_gate(0.05)).kind, VerdictKind::pass);
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

TEST(FailClosed, rule_9_a_run_that_looks_ended_is_whole_only_for_the_policy_that_planned_them) {
  auto run = run_of({SuiteBuilder().add_many(100, "p").suite});
  run.stop = StopPoint{1, 0, 0.5, 100};
  auto policy = policy_of({floor_gate(0.6)});
  EXPECT_EQ(decide(policy, run).kind, VerdictKind::inconclusive);
  policy.sampling = Sampling{{0.5, 1}, stats::Spending::pocock, std::nullopt};
  EXPECT_EQ(decide(policy, run).kind, VerdictKind::pass);
  policy.sampling->looks = {0.6, 1};
  EXPECT_EQ(decide(policy, run).kind, VerdictKind::inconclusive) << "no look of this policy is there";
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

TEST(FailClosed, rule_12_a_judge_that_nobody_measured_decides_nothing_where_the_policy_asks) {
  auto builder = SuiteBuilder().add_many(100, "p").column("polite.pass", Unit::share, std::vector<double>(100, 1));
  builder.suite.judged.push_back({"polite", true, {"strict", "sha256:j", "sha256:p"}, "m"});
  auto policy = policy_of({floor_gate(0.5)});
  EXPECT_EQ(decide(policy, run_of({builder.suite})).kind, VerdictKind::pass);
  policy.judge = JudgePolicy{0.6, std::nullopt};
  policy.warn_on_inconclusive = true;
  const auto verdict = decide(policy, run_of({builder.suite}));
  EXPECT_EQ(verdict.kind, VerdictKind::inconclusive);
  EXPECT_EQ(verdict.exit, ExitCode::inconclusive);
}

TEST(FailClosed, rule_13_an_expired_quarantine_or_waiver_covers_nothing) {
  Background background;
  background.now = {1'700'000'000'000};
  background.waivers.quarantine.push_back({"capitals", "c60", "geo", "", {background.now.unix_ms - 1}, {}});
  Waiver waiver;
  waiver.id = "W-1";
  waiver.gate = "overall";
  waiver.limit = 0.1;
  waiver.author = "ben";
  waiver.approver = "ana";
  waiver.role = "quality";
  waiver.expires = {background.now.unix_ms - 1};
  background.waivers.waivers.push_back(waiver);
  const auto run = run_of({SuiteBuilder().add_many(60, "p").add_many(60, "f").suite});
  const auto verdict = decide(policy_of({floor_gate(0.8)}), run, background);
  EXPECT_EQ(verdict.gates.at(0).n, 120u);
  EXPECT_EQ(verdict.kind, VerdictKind::block);
  EXPECT_TRUE(any_contains(verdict.warnings, "has expired")) << "the quarantine";
  EXPECT_EQ(verdict.waivers.at(0).state, "expired");
}

TEST(FailClosed, rule_14_a_slice_that_is_too_small_is_open_and_never_passes) {
  auto pooled = floor_gate(0.5);
  pooled.by = "topic";
  pooled.min_n = 20;
  pooled.warn_if_open = false;
  SuiteBuilder builder;
  builder.add_many(40, "p", {{"topic", "large"}}).add_many(19, "p", {{"topic", "small"}});
  auto verdict = decide_one(builder, pooled);
  EXPECT_EQ(verdict.gates.at(0).state, GateState::pass);
  EXPECT_EQ(verdict.gates.at(1).state, GateState::inconclusive);
  EXPECT_EQ(verdict.kind, VerdictKind::inconclusive);
  auto margin = margin_gate(0.10);
  margin.by = "topic";
  margin.warn_if_open = false;
  verdict = decide(compared_policy({margin}), run_named("candidate", builder), against({run_named("b1", builder)}));
  EXPECT_EQ(verdict.gates.at(0).state, GateState::pass);
  EXPECT_EQ(verdict.gates.at(1).state, GateState::inconclusive) << "19 cases cannot show 0.10";
  EXPECT_EQ(verdict.kind, VerdictKind::inconclusive);
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
