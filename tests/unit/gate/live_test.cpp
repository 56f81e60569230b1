#include "tests/unit/gate/evidence_builder.hpp"

#include <assay/core/random.hpp>
#include <assay/gate/live.hpp>
#include <assay/gate/readiness.hpp>

#include <gtest/gtest.h>

#include <cmath>

namespace assay::gate {
namespace {

using testing::contains;

Verdict ready_verdict() {
  CanaryPolicy policy;
  policy.stages = {0.05, 0.25, 0.5, 1.0};
  policy.failure_rate = 0.02;
  Verdict verdict;
  verdict.run = "r1";
  verdict.candidate_digest = "sha256:new";
  verdict.canary.ready = true;
  verdict.canary.rollback = "sha256:old";
  verdict.canary.stages = stages_of(policy);
  return verdict;
}

LivePlan plan_of(double share) {
  return *live_plan(ready_verdict(), share);
}

/// Traffic of a stage whose requests come evenly: of `period` one is the canary's, and every so many one fails.
struct Traffic {
  double share = 0.05;
  int canary_fails_every = 50;  // 0: none
  int stable_fails_every = 50;
  double canary_ms = 0;  // 0: not measured
  double stable_ms = 0;
  double canary_score = -1;
  double stable_score = -1;
  int counted[2] = {0, 0};

  LiveRecord next(std::size_t stage, int i) {
    LiveRecord record;
    record.stage = stage;
    const int period = static_cast<int>(std::lround(1 / share));
    record.arm = i % period == 0 ? Arm::canary : Arm::stable;
    const bool canary = record.arm == Arm::canary;
    const int every = canary ? canary_fails_every : stable_fails_every;
    const int mine = ++counted[canary ? 0 : 1];
    record.failures = every > 0 && mine % every == 0 ? 1 : 0;
    const double ms = canary ? canary_ms : stable_ms;
    if (ms > 0) record.latency_ms = ms * (1 + 0.01 * ((mine * 37) % 100));
    const double score = canary ? canary_score : stable_score;
    if (score >= 0) record.score = score + 0.1 * (mine % 2 == 0 ? 1 : -1);
    return record;
  }
};

LiveVerdict judged(Traffic traffic, int requests, double share = -1) {
  if (share < 0) share = traffic.share;
  const auto plan = plan_of(share);
  LiveJudge judge(plan);
  for (int i = 0; i < requests; ++i) judge.add(traffic.next(plan.stage, i));
  return *judge.verdict();
}

const LiveAxis& axis(const LiveVerdict& verdict, std::string_view name) {
  for (const auto& each : verdict.stages.at(0).axes) {
    if (each.axis == name) return each;
  }
  throw std::runtime_error("no such axis");
}

TEST(LivePlan, a_verdict_that_is_not_ready_is_refused_with_what_is_missing) {
  auto verdict = ready_verdict();
  verdict.canary.ready = false;
  verdict.canary.missing = {"a runbook", "a dashboard"};
  verdict.canary.unsigned_roles = {"platform"};
  const auto plan = live_plan(verdict, 0.05);
  ASSERT_FALSE(plan);
  EXPECT_EQ(plan.error().kind, ErrorKind::usage);
  EXPECT_TRUE(contains(plan.error().message, "a runbook; a dashboard; the sign-off of platform"))
      << plan.error().message;
}

TEST(LivePlan, a_share_that_is_no_stage_is_refused_with_those_that_are) {
  const auto plan = live_plan(ready_verdict(), 0.1);
  ASSERT_FALSE(plan);
  EXPECT_TRUE(contains(plan.error().hint, "0.05, 0.25, 0.5, 1")) << plan.error().hint;
}

TEST(LivePlan, numbers_that_no_plan_has_are_refused) {
  const auto refused = [](auto change) {
    auto verdict = ready_verdict();
    change(verdict.canary);
    const auto plan = live_plan(verdict, 0.05);
    return !plan && plan.error().kind == ErrorKind::invalid;
  };
  EXPECT_TRUE(refused([](Canary& canary) { canary.stages.clear(); }));
  EXPECT_TRUE(refused([](Canary& canary) { canary.tolerated_ratio = 1; }));
  EXPECT_TRUE(refused([](Canary& canary) { canary.tolerated_ratio = std::nan(""); }));
  EXPECT_TRUE(refused([](Canary& canary) { canary.stages[0].p0.reset(); }));
  EXPECT_TRUE(refused([](Canary& canary) { canary.stages[0].p0 = 0.5; }));
  EXPECT_TRUE(refused([](Canary& canary) { canary.stages[1].alpha = 0; }));
  EXPECT_TRUE(refused([](Canary& canary) { canary.stages[1].alpha = 0.009; }));
  EXPECT_TRUE(refused([](Canary& canary) { canary.stages[2].share = 1.5; }));
  EXPECT_TRUE(refused([](Canary& canary) { canary.stages[2].min_requests = 0; }));
}

TEST(Live, a_healthy_canary_is_promoted_once_there_is_enough_of_it) {
  const auto early = judged({}, 2000);
  EXPECT_EQ(early.action, LiveAction::hold);
  EXPECT_TRUE(contains(early.reason, "100 canary requests were seen, and it takes 294, 194 more")) << early.reason;
  const auto verdict = judged({}, 20000);
  EXPECT_EQ(verdict.action, LiveAction::promote) << verdict.reason;
  EXPECT_EQ(verdict.stages.at(0).canary.requests, 1000u);
  EXPECT_EQ(verdict.stages.at(0).canary.failures, 20u);
  EXPECT_LT(verdict.evidence, 10);
  EXPECT_EQ(verdict.rollback, "sha256:old");
}

TEST(Live, the_least_requests_do_not_promote_while_the_rate_is_not_shown) {
  // 6 of 300: as many as expected, and too few requests to tell it from 4 %.
  const auto verdict = judged({}, 6000);
  EXPECT_EQ(verdict.action, LiveAction::hold);
  EXPECT_TRUE(contains(verdict.reason, "a failure rate of at most 4 % is not shown yet")) << verdict.reason;
}

TEST(Live, a_canary_that_fails_more_often_is_aborted) {
  const auto verdict = judged({.canary_fails_every = 10}, 20000);
  EXPECT_EQ(verdict.action, LiveAction::abort);
  EXPECT_EQ(axis(verdict, "failures").state, AxisState::worse);
  EXPECT_TRUE(contains(verdict.reason, "failures: ")) << verdict.reason;
  EXPECT_GE(verdict.stages.at(0).evidence, verdict.stages.at(0).abort_at);
}

TEST(Live, a_broken_canary_is_aborted_after_few_failing_users) {
  LiveJudge judge(plan_of(0.05));
  Traffic traffic{.canary_fails_every = 1};
  int failing = 0;
  for (int i = 0; i < 2000; ++i) {
    const auto record = traffic.next(0, i);
    judge.add(record);
    if (record.arm == Arm::canary) ++failing;
    const auto verdict = judge.verdict();
    if (verdict && verdict->action == LiveAction::abort) break;
  }
  EXPECT_LE(failing, 9);
}

TEST(Live, an_outage_of_both_arms_neither_aborts_nor_promotes) {
  const auto verdict = judged({.canary_fails_every = 3, .stable_fails_every = 3}, 20000);
  EXPECT_EQ(verdict.action, LiveAction::hold) << verdict.reason;
  EXPECT_LT(verdict.evidence, 10);
}

TEST(Live, once_aborted_it_stays_so_however_well_it_goes_on) {
  LiveJudge judge(plan_of(0.25));
  Traffic bad{.share = 0.25, .canary_fails_every = 4};
  for (int i = 0; i < 2000; ++i) judge.add(bad.next(1, i));
  ASSERT_EQ(judge.verdict()->action, LiveAction::abort);
  Traffic good{.share = 0.25, .canary_fails_every = 0};
  for (int i = 0; i < 60000; ++i) judge.add(good.next(1, i));
  EXPECT_EQ(judge.verdict()->action, LiveAction::abort);
}

TEST(Live, one_arm_no_request_or_swapped_arms_are_no_measurement) {
  const auto error = [](auto fill) {
    LiveJudge judge(plan_of(0.05));
    fill(judge);
    const auto verdict = judge.verdict();
    EXPECT_FALSE(verdict);
    EXPECT_EQ(verdict.error().kind, ErrorKind::protocol);
    return verdict ? std::string() : verdict.error().message;
  };
  const auto many = [](Arm arm, std::uint64_t n) { return LiveRecord{.arm = arm, .requests = n}; };
  EXPECT_TRUE(contains(error([](LiveJudge&) {}), "no request of the stage 0.05"));
  EXPECT_TRUE(contains(error([&](LiveJudge& j) { j.add(many(Arm::canary, 1000)); }), "no request of the stable arm"));
  EXPECT_TRUE(contains(error([&](LiveJudge& j) { j.add(many(Arm::stable, 1000)); }), "no request of the canary"));
  EXPECT_TRUE(contains(error([&](LiveJudge& j) {
                         j.add(many(Arm::canary, 950));
                         j.add(many(Arm::stable, 50));
                       }),
                       "the arms look swapped"));
}

TEST(Live, a_safety_incident_aborts_at_once_and_one_of_the_stable_arm_does_not) {
  LiveJudge judge(plan_of(0.05));
  Traffic traffic;
  for (int i = 0; i < 20000; ++i) judge.add(traffic.next(0, i));
  judge.add({.arm = Arm::stable, .safety = true});
  EXPECT_EQ(judge.verdict()->action, LiveAction::promote);
  judge.add({.arm = Arm::canary, .safety = true});
  const auto verdict = *judge.verdict();
  EXPECT_EQ(verdict.action, LiveAction::abort);
  EXPECT_TRUE(contains(verdict.reason, "safety incident of the canary")) << verdict.reason;
  LiveJudge alone(plan_of(0.05));
  alone.add({.arm = Arm::canary, .safety = true});
  EXPECT_EQ(alone.verdict()->action, LiveAction::abort) << "it waits for no other arm";
}

TEST(Live, a_slower_canary_is_aborted_and_an_equal_one_is_not) {
  const auto slower = judged({.share = 0.25, .canary_ms = 300, .stable_ms = 200}, 20000);
  EXPECT_EQ(slower.action, LiveAction::abort) << slower.reason;
  EXPECT_EQ(axis(slower, "slow").state, AxisState::worse);
  const auto equal = judged({.share = 0.25, .canary_ms = 200, .stable_ms = 200}, 20000);
  EXPECT_EQ(equal.action, LiveAction::promote) << equal.reason;
  EXPECT_EQ(axis(equal, "slow").state, AxisState::fine);
  EXPECT_NEAR(*equal.stages[0].canary.latency_p95_ms, 200 * 1.94, 200 * 0.06);
}

TEST(Live, an_axis_that_only_one_arm_has_holds_the_promotion_up) {
  const auto verdict = judged({.share = 0.25, .stable_ms = 200}, 20000);
  EXPECT_EQ(verdict.action, LiveAction::hold);
  EXPECT_TRUE(contains(verdict.reason, "only the stable arm has latencies")) << verdict.reason;
}

TEST(Live, a_handful_of_one_arm_is_no_comparison_and_holds_the_promotion_up) {
  const auto plan = plan_of(0.5);
  LiveJudge judge(plan);
  judge.add({.arm = Arm::canary, .stage = plan.stage, .requests = 100'000, .failures = 1000});
  judge.add({.arm = Arm::stable, .stage = plan.stage, .requests = 7});
  const auto verdict = *judge.verdict();
  EXPECT_EQ(verdict.action, LiveAction::hold) << verdict.reason;
  EXPECT_TRUE(contains(verdict.reason, "requests of each arm with outcomes")) << verdict.reason;
}

TEST(Live, a_loss_of_score_aborts_and_a_tolerated_one_does_not) {
  const auto worse = judged({.share = 0.25, .canary_score = 0.6, .stable_score = 0.8}, 20000);
  EXPECT_EQ(worse.action, LiveAction::abort) << worse.reason;
  EXPECT_EQ(axis(worse, "score").state, AxisState::worse);
  const auto tolerated = judged({.share = 0.25, .canary_score = 0.79, .stable_score = 0.8}, 80000);
  EXPECT_EQ(tolerated.action, LiveAction::promote) << tolerated.reason;
  EXPECT_EQ(axis(tolerated, "score").state, AxisState::fine);
}

TEST(Live, bad_feedback_of_the_canary_aborts_it) {
  const auto plan = plan_of(0.25);
  LiveJudge judge(plan);
  Traffic traffic{.share = 0.25};
  for (int i = 0; i < 20000; ++i) {
    auto record = traffic.next(plan.stage, i);
    if (i % 8 < 2) record.feedback = record.arm == Arm::stable || i % 24 != 0;
    judge.add(record);
  }
  const auto verdict = *judge.verdict();
  EXPECT_EQ(axis(verdict, "feedback").state, AxisState::worse) << axis(verdict, "feedback").sentence;
  EXPECT_EQ(verdict.action, LiveAction::abort);
}

TEST(Live, at_share_one_the_canary_is_held_against_the_rate_of_before) {
  const auto alone = [](int every, int requests) {
    const auto plan = plan_of(1);
    LiveJudge judge(plan);
    Traffic traffic{.share = 1, .canary_fails_every = every};
    for (int i = 0; i < requests; ++i) judge.add(traffic.next(plan.stage, i));
    return *judge.verdict();
  };
  EXPECT_EQ(alone(50, 200).action, LiveAction::hold);
  EXPECT_EQ(alone(50, 2000).action, LiveAction::promote);
  EXPECT_EQ(alone(15, 2000).action, LiveAction::abort);
  EXPECT_EQ(axis(alone(15, 2000), "failures").method, "likelihood-ratio");
}

TEST(Live, counts_say_what_requests_say) {
  const auto plan = plan_of(0.25);
  LiveJudge judge(plan);
  for (int minute = 0; minute < 50; ++minute) {
    judge.add({.arm = Arm::canary, .stage = plan.stage, .requests = 50, .failures = 1});
    judge.add({.arm = Arm::stable, .stage = plan.stage, .requests = 150, .failures = 3});
  }
  EXPECT_EQ(judge.verdict()->action, LiveAction::promote) << judge.verdict()->reason;
  LiveJudge bad(plan);
  bad.add({.arm = Arm::canary, .stage = plan.stage, .requests = 1000, .failures = 60});
  bad.add({.arm = Arm::stable, .stage = plan.stage, .requests = 3000, .failures = 60});
  EXPECT_EQ(bad.verdict()->action, LiveAction::abort) << bad.verdict()->reason;
}

TEST(Live, a_file_sorted_by_arm_is_judged_as_one_block_and_says_so) {
  const auto sorted = [](int canary_every) {
    LiveJudge judge(plan_of(0.05));
    for (int i = 1; i <= 19000; ++i) {
      judge.add({.arm = Arm::stable, .failures = i % 50 == 0 ? 1u : 0u, .latency_ms = 100 + i % 100});
    }
    for (int i = 1; i <= 1000; ++i) {
      judge.add({.arm = Arm::canary, .failures = i % canary_every == 0 ? 1u : 0u, .latency_ms = 100 + i % 100});
    }
    return *judge.verdict();
  };
  const auto bad = sorted(10);
  EXPECT_EQ(bad.action, LiveAction::abort) << bad.reason;
  ASSERT_FALSE(bad.notes.empty());
  EXPECT_TRUE(contains(bad.notes[0], "not interleaved")) << bad.notes[0];
  EXPECT_EQ(sorted(50).action, LiveAction::promote) << sorted(50).reason;
}

TEST(Live, a_share_that_the_router_did_not_keep_is_said_and_does_not_abort) {
  Traffic traffic{.share = 0.1};
  const auto verdict = judged(traffic, 20000, 0.05);
  EXPECT_EQ(verdict.action, LiveAction::promote) << verdict.reason;
  ASSERT_EQ(verdict.notes.size(), 1u);
  EXPECT_TRUE(contains(verdict.notes[0], "the canary had 0.1 of the requests")) << verdict.notes[0];
}

TEST(Live, an_abort_at_one_stage_is_one_overall_and_alpha_is_shared) {
  const auto plan = plan_of(0.25);
  LiveJudge judge(plan);
  Traffic first{.canary_fails_every = 8};
  for (int i = 0; i < 20000; ++i) judge.add(first.next(0, i));
  Traffic second{.share = 0.25};
  for (int i = 0; i < 20000; ++i) judge.add(second.next(1, i));
  const auto verdict = *judge.verdict();
  ASSERT_EQ(verdict.stages.size(), 2u);
  EXPECT_EQ(verdict.stages[0].action, LiveAction::abort);
  EXPECT_EQ(verdict.stages[1].action, LiveAction::promote);
  EXPECT_EQ(verdict.action, LiveAction::abort);
  EXPECT_TRUE(contains(verdict.reason, "at the stage 0.05")) << verdict.reason;
  EXPECT_NEAR(verdict.abort_at, 100, 1e-6);
  EXPECT_GE(verdict.evidence, verdict.abort_at);
}

TEST(Live, a_healthy_canary_is_hardly_ever_aborted_however_often_one_looks) {
  int aborted = 0;
  constexpr int kRollouts = 150;
  for (std::uint64_t seed = 0; seed < kRollouts; ++seed) {
    const auto plan = plan_of(0.25);
    LiveJudge judge(plan);
    for (std::uint64_t i = 0; i < 4000; ++i) {
      const auto draw = [&](std::uint64_t what) { return uniform(mix(mix(seed, what), i)); };
      // The rate of both arms swings between 0.4 % and 8 %.
      const double rate = 0.042 + 0.038 * std::sin(static_cast<double>(i) / 200);
      LiveRecord record{.arm = draw(1) < 0.25 ? Arm::canary : Arm::stable, .stage = plan.stage};
      record.failures = draw(2) < rate ? 1 : 0;
      record.latency_ms = 100 / (1.01 - draw(3));
      if (draw(4) < 0.2) record.score = draw(5);
      if (draw(6) < 0.1) record.feedback = draw(7) > 0.2;
      judge.add(record);
    }
    // Evidence is the most there ever was: one look at the end sees all looks before.
    aborted += judge.verdict()->action == LiveAction::abort ? 1 : 0;
  }
  EXPECT_LE(aborted, 4);
}

TEST(Live, records_out_of_range_are_not_taken) {
  LiveJudge judge(plan_of(0.05));
  Traffic traffic;
  for (int i = 0; i < 2000; ++i) judge.add(traffic.next(0, i));
  const auto before = judge.verdict()->records;
  judge.add({.arm = Arm::canary, .stage = 9});
  judge.add({.arm = Arm::canary, .requests = 1, .failures = 2});
  judge.add({.arm = Arm::canary, .latency_ms = std::nan("")});
  judge.add({.arm = Arm::canary, .score = 1.5});
  EXPECT_EQ(judge.verdict()->records, before);
}

}  // namespace
}  // namespace assay::gate
