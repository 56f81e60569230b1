#include "tests/unit/gate/evidence_builder.hpp"

#include <assay/gate/readiness.hpp>

#include <gtest/gtest.h>

#include <functional>

namespace assay::gate {
namespace {

using testing::contains;

CanaryPolicy whole_plan() {
  CanaryPolicy plan;
  plan.stages = {0.05, 0.25, 0.5, 1.0};
  plan.failure_rate = 0.02;
  plan.rollback = "sha256:stable";
  plan.checklist = {{"runbook", "https://run"},
                    {"oncall", "geo"},
                    {"kill_switch", "flag-1"},
                    {"fallback", "v6"},
                    {"dashboard", "https://board"}};
  return plan;
}

GateResult passing(std::string id, double p) {
  GateResult row;
  row.id = std::move(id);
  row.suite = "capitals";
  row.claim = "pass_rate >= 0.8";
  row.state = GateState::pass;
  row.p = p;
  row.interval = {0.85, 0.95};
  row.owner = "geo-team";
  return row;
}

struct Candidate {
  Policy policy;
  Verdict verdict;
  WallTime started{1'000'000'000};

  Candidate() {
    policy.canary = whole_plan();
    verdict.kind = VerdictKind::pass;
    verdict.candidate_digest = "sha256:candidate";
    verdict.gates = {passing("overall", 0.01), passing("critical", 0.03)};
  }
  [[nodiscard]] Canary ready() const { return readiness(policy, verdict, started); }
};

TEST(Readiness, everything_named_and_proved_is_ready) {
  const auto canary = Candidate().ready();
  EXPECT_TRUE(canary.ready);
  EXPECT_TRUE(canary.missing.empty());
  EXPECT_DOUBLE_EQ(canary.score, 97);
  EXPECT_EQ(canary.rollback, "sha256:stable");
  EXPECT_EQ(canary.stages.size(), 4u);
  EXPECT_EQ(canary.checklist.at("oncall"), "geo");
}

TEST(Readiness, every_prerequisite_that_is_missing_is_named_alone) {
  struct Row {
    const char* says;
    std::function<void(Candidate&)> take_away;
  };
  const Row rows[] = {
      {"a verdict of PASS: it is INCONCLUSIVE", [](auto& c) { c.verdict.kind = VerdictKind::inconclusive; }},
      {"a verdict of PASS: it is BLOCK", [](auto& c) { c.verdict.kind = VerdictKind::block; }},
      {"a run over the whole suite", [](auto& c) { c.verdict.limit = 10; }},
      {"a run over the whole suite", [](auto& c) { c.verdict.where = {{"a", "b"}}; }},
      {"fresh answers", [](auto& c) { c.verdict.replayed = 1; }},
      {"`canary` section", [](auto& c) { c.policy.canary.reset(); }},
      {"stages of traffic", [](auto& c) { c.policy.canary->stages.clear(); }},
      {"never from a suite", [](auto& c) { c.policy.canary->failure_rate.reset(); }},
      {"a tolerated failure rate between 0 and 1", [](auto& c) { c.policy.canary->failure_rate = 0.6; }},
      {"a rollback target", [](auto& c) { c.policy.canary->rollback.reset(); }},
      {"not the candidate itself", [](auto& c) { c.policy.canary->rollback = "sha256:candidate"; }},
      {"a runbook", [](auto& c) { c.policy.canary->checklist.erase("runbook"); }},
      {"somebody on call", [](auto& c) { c.policy.canary->checklist["oncall"] = ""; }},
      {"a kill switch", [](auto& c) { c.policy.canary->checklist.erase("kill_switch"); }},
      {"a fallback", [](auto& c) { c.policy.canary->checklist.erase("fallback"); }},
      {"a dashboard", [](auto& c) { c.policy.canary->checklist.erase("dashboard"); }},
      {"an owner for quality of suite 'capitals'", [](auto& c) { c.verdict.gates[0].owner.clear(); }},
      {"an owner for security of suite 'capitals'",
       [](auto& c) {
         c.verdict.gates[0].owner.clear();
         c.verdict.gates[0].axis = Axis::safety;
       }},
      {"no expired waiver: 'W-1'",
       [](auto& c) {
         c.verdict.waivers.push_back({.id = "W-1", .state = "expired", .expires = "2026-01-01T00:00:00Z"});
       }},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.says);
    Candidate candidate;
    row.take_away(candidate);
    const auto canary = candidate.ready();
    EXPECT_FALSE(canary.ready);
    ASSERT_EQ(canary.missing.size(), 1u) << canary.missing.back();
    EXPECT_TRUE(contains(canary.missing[0], row.says)) << canary.missing[0];
  }
}

TEST(Readiness, a_pass_that_rests_on_nothing_proved_is_not_ready) {
  Candidate warned_only;
  for (auto& row : warned_only.verdict.gates) {
    row.blocking = false;
    row.state = GateState::inconclusive;
  }
  Candidate waived_only;
  waived_only.verdict.kind = VerdictKind::pass_with_waiver;
  waived_only.verdict.waivers.push_back({.id = "W-1", .state = "used", .approver = "ana"});
  for (auto& row : waived_only.verdict.gates) {
    row.state = GateState::block;
    row.waiver = "W-1";
  }
  for (const auto* candidate : {&warned_only, &waived_only}) {
    const auto canary = candidate->ready();
    EXPECT_FALSE(canary.ready);
    ASSERT_EQ(canary.missing.size(), 1u);
    EXPECT_TRUE(contains(canary.missing[0], "a gate that proved its claim")) << canary.missing[0];
  }
}

TEST(Readiness, one_weak_gate_sets_the_score_however_many_are_strong) {
  Candidate candidate;
  for (int i = 0; i < 50; ++i) candidate.verdict.gates.push_back(passing("strong", 1e-9));
  candidate.verdict.gates.push_back(passing("weak", 0.08));
  candidate.verdict.gates.back().margin = 0.05;
  candidate.verdict.gates.back().interval = {-0.01, 0.03};
  const auto canary = candidate.ready();
  EXPECT_DOUBLE_EQ(canary.score, 92);
  EXPECT_FALSE(canary.ready);
  EXPECT_TRUE(contains(canary.weakest, "weak (capitals)")) << canary.weakest;
  EXPECT_TRUE(contains(canary.weakest, "headroom 0.80 of the margin 0.05")) << canary.weakest;
  ASSERT_EQ(canary.missing.size(), 1u);
  EXPECT_TRUE(contains(canary.missing[0], "a score of at least 95: it is 92")) << canary.missing[0];
}

TEST(Readiness, what_does_not_block_does_not_count) {
  Candidate candidate;
  candidate.verdict.gates.push_back(passing("open slice", 0.7));
  candidate.verdict.gates.back().state = GateState::inconclusive;
  candidate.verdict.gates.back().blocking = false;
  candidate.verdict.gates.back().owner.clear();
  EXPECT_TRUE(candidate.ready().ready);
}

TEST(Readiness, a_clean_zero_tolerance_row_has_nothing_against_it_and_any_other_row_its_alpha) {
  Candidate candidate;
  candidate.verdict.gates = {passing("critical", 0)};
  candidate.verdict.gates[0].p.reset();
  EXPECT_DOUBLE_EQ(candidate.ready().score, 95);
  GateSpec gate;
  gate.id = "critical";
  gate.zero_tolerance = true;
  candidate.policy.gates = {gate};
  EXPECT_DOUBLE_EQ(candidate.ready().score, 100);
}

TEST(Readiness, the_score_is_capped_where_the_verdict_is_open_and_nothing_where_it_blocks) {
  Candidate candidate;
  candidate.verdict.kind = VerdictKind::inconclusive;
  EXPECT_DOUBLE_EQ(candidate.ready().score, 60);
  candidate.verdict.gates[0].state = GateState::inconclusive;
  candidate.verdict.gates[0].p = 0.9;
  EXPECT_NEAR(candidate.ready().score, 10, 1e-9);
  candidate.verdict.gates[0].p.reset();
  EXPECT_DOUBLE_EQ(candidate.ready().score, 0);
  for (const auto kind : {VerdictKind::block, VerdictKind::error}) {
    Candidate bad;
    bad.verdict.kind = kind;
    EXPECT_DOUBLE_EQ(bad.ready().score, 0);
  }
}

TEST(Readiness, a_used_waiver_costs_five_and_needs_its_approver) {
  Candidate candidate;
  candidate.verdict.kind = VerdictKind::pass_with_waiver;
  candidate.verdict.gates = {passing("overall", 1e-6), passing("waived", 0.99)};
  candidate.verdict.gates[1].state = GateState::block;
  candidate.verdict.gates[1].waiver = "W-1";
  candidate.verdict.waivers.push_back({.id = "W-1", .state = "used", .approver = "ana"});
  const auto canary = candidate.ready();
  EXPECT_DOUBLE_EQ(canary.score, 95);
  EXPECT_TRUE(canary.ready);
  candidate.verdict.waivers[0].approver.clear();
  ASSERT_EQ(candidate.ready().missing.size(), 1u);
  EXPECT_TRUE(contains(candidate.ready().missing[0], "approver of waiver 'W-1'"));
  candidate.verdict.waivers[0].approver = "ana";
  candidate.verdict.gates[0].p = 0.02;
  EXPECT_DOUBLE_EQ(candidate.ready().score, 93);
  EXPECT_FALSE(candidate.ready().ready) << "a waiver leaves no room for a gate that is not beyond doubt";
}

TEST(Readiness, replayed_samples_are_fresh_while_the_policy_says_so) {
  Candidate candidate;
  candidate.verdict.replayed = 3;
  candidate.verdict.oldest_replayed = WallTime{candidate.started.unix_ms - 6 * 86'400'000};
  EXPECT_EQ(candidate.ready().missing, std::vector{std::string(kFreshAnswers)});
  candidate.policy.replay_max_age = std::chrono::hours(7 * 24);
  EXPECT_TRUE(candidate.ready().ready);
  candidate.policy.replay_max_age = std::chrono::hours(5 * 24);
  EXPECT_FALSE(candidate.ready().ready);
  candidate.policy.replay_max_age = std::chrono::hours(7 * 24);
  candidate.verdict.oldest_replayed.reset();
  EXPECT_FALSE(candidate.ready().ready) << "of unknown age";
}

TEST(Stages, alpha_is_split_in_falling_parts_that_sum_to_one_percent) {
  auto plan = whole_plan();
  const auto four = stages_of(plan);
  ASSERT_EQ(four.size(), 4u);
  const double expected[] = {0.004, 0.003, 0.002, 0.001};
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_NEAR(four[i].alpha, expected[i], 1e-12);
    EXPECT_NEAR(four[i].abort_at, 1 / expected[i], 1e-6);
  }
  for (std::size_t n = 1; n <= 20; ++n) {
    plan.stages.assign(n, 0);
    for (std::size_t i = 0; i < n; ++i) plan.stages[i] = static_cast<double>(i + 1) / static_cast<double>(n);
    double sum = 0;
    double before = 1;
    for (const auto& stage : stages_of(plan)) {
      EXPECT_LT(stage.alpha, before);
      before = stage.alpha;
      sum += stage.alpha;
    }
    EXPECT_NEAR(sum, kCanaryAlpha, 1e-12) << n;
  }
}

TEST(Stages, requests_and_simple_thresholds_come_from_the_live_failure_rate) {
  const auto stages = stages_of(whole_plan());
  EXPECT_EQ(stages[0].min_requests, 294u);  // 0.02 → 0.04: see stats/canary.hpp
  EXPECT_EQ(stages[0].p0, 0.02);
  // More failures than 294 healthy requests have, but for 4 in 1000 rollouts.
  EXPECT_EQ(stages[0].failures, 14u);
  EXPECT_GT(stages[3].failures, stages[0].failures);
  // ln(1/(0.004·0.7·0.8)) of evidence at share 0.05 and ratio 2.
  EXPECT_NEAR(static_cast<double>(stages[0].expected_requests), 830, 60);
  EXPECT_GT(stages[3].expected_requests, stages[3].min_requests);
}

}  // namespace
}  // namespace assay::gate
