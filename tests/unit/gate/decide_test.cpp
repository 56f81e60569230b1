#include "tests/unit/gate/evidence_builder.hpp"

#include <assay/core/digest.hpp>
#include <assay/core/json.hpp>

#include <gtest/gtest.h>

#include <chrono>

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

TEST(Decide, a_floor_passes_blocks_or_stays_open_on_its_interval) {
  struct Row {
    int passes, n;
    GateState state;
    VerdictKind verdict;
    ExitCode exit;
  };
  for (const auto& row : {Row{190, 200, GateState::pass, VerdictKind::pass, ExitCode::pass},
                          Row{120, 200, GateState::block, VerdictKind::block, ExitCode::block},
                          Row{164, 200, GateState::inconclusive, VerdictKind::inconclusive, ExitCode::inconclusive},
                          Row{11, 11, GateState::pass, VerdictKind::pass, ExitCode::pass},
                          Row{10, 10, GateState::inconclusive, VerdictKind::inconclusive, ExitCode::inconclusive}}) {
    SCOPED_TRACE(::testing::Message() << row.passes << " of " << row.n);
    const auto verdict =
        decide_one(SuiteBuilder().add_many(row.passes, "p").add_many(row.n - row.passes, "f"), floor_gate(0.8));
    ASSERT_EQ(verdict.gates.size(), 1u);
    const auto& gate = verdict.gates[0];
    EXPECT_EQ(gate.state, row.state) << gate.reason;
    EXPECT_EQ(verdict.kind, row.verdict);
    EXPECT_EQ(verdict.exit, row.exit);
    EXPECT_EQ(gate.method, "wilson");
    EXPECT_EQ(gate.n, static_cast<std::uint64_t>(row.n));
    EXPECT_EQ(gate.claim, "pass_rate >= 0.8");
    ASSERT_EQ(verdict.reasons.size(), 1u);
    EXPECT_TRUE(contains(verdict.reasons[0], gate.reason));
  }
}

TEST(Decide, the_interval_is_wilsons_one_sided_bounds_and_p_is_against_the_claim) {
  const auto verdict = decide_one(SuiteBuilder().add_many(45, "p").add_many(5, "f"), floor_gate(0.8));
  const auto& gate = verdict.gates.at(0);
  ASSERT_TRUE(gate.interval && gate.p && gate.mde && gate.estimate);
  EXPECT_NEAR(gate.interval->first, .8085, 5e-5);
  EXPECT_NEAR(*gate.estimate, .9, 1e-12);
  EXPECT_LT(*gate.p, 0.05);
  EXPECT_NEAR(*gate.mde, 2.486475 * std::sqrt(.16 / 50), 1e-5);
  EXPECT_EQ(gate.state, GateState::pass);
}

TEST(Decide, three_cases_with_three_samples_all_passing_stay_open) {
  const auto verdict = decide_one(SuiteBuilder().add_many(3, "ppp"), floor_gate(0.8));
  const auto& gate = verdict.gates.at(0);
  EXPECT_EQ(verdict.kind, VerdictKind::inconclusive);
  EXPECT_EQ(verdict.exit, ExitCode::inconclusive);
  EXPECT_EQ(gate.n, 3u);
  ASSERT_TRUE(gate.interval);
  EXPECT_NEAR(gate.interval->first, 3 / (3 + 1.6448536 * 1.6448536), 1e-6);
  EXPECT_TRUE(contains(gate.reason, "takes 11 cases, 8 more")) << gate.reason;
  EXPECT_TRUE(contains(gate.reason, "zero_tolerance")) << gate.reason;
}

TEST(Decide, samples_of_a_case_are_averaged_before_anything_else) {
  SuiteBuilder builder;
  builder.add("pf").add_many(29, "pp");
  const auto verdict = decide_one(builder, floor_gate(0.8));
  const auto& gate = verdict.gates.at(0);
  EXPECT_EQ(gate.method, "t");
  EXPECT_EQ(gate.n, 30u);
  EXPECT_NEAR(gate.estimate.value_or(0), 29.5 / 30, 1e-12);
  EXPECT_LE(gate.interval->first, 0.9145) << "never narrower than Wilson with 29.5 of 30";
  EXPECT_EQ(gate.state, GateState::pass) << gate.reason;
}

TEST(Decide, clusters_widen_the_interval_and_few_of_them_warn) {
  SuiteBuilder plain;
  SuiteBuilder clustered;
  for (int i = 0; i < 60; ++i) {
    const auto* sample = i % 12 < 10 ? "p" : "f";
    plain.add(sample);
    clustered.add(sample, {}, "doc" + std::to_string(i / 6));
  }
  SuiteBuilder few;
  for (int i = 0; i < 60; ++i) few.add(i % 12 < 10 ? "p" : "f", {}, "doc" + std::to_string(i % 5));
  const auto a = decide_one(plain, floor_gate(0.7));
  const auto b = decide_one(clustered, floor_gate(0.7));
  EXPECT_EQ(b.gates[0].method, "t-clustered");
  EXPECT_EQ(a.gates[0].estimate, b.gates[0].estimate);
  EXPECT_LT(b.gates[0].interval->first, a.gates[0].interval->first);
  EXPECT_TRUE(b.warnings.empty());
  const auto c = decide_one(few, floor_gate(0.7));
  ASSERT_EQ(c.warnings.size(), 1u);
  EXPECT_TRUE(contains(c.warnings[0], "5 clusters")) << c.warnings[0];
  EXPECT_TRUE(contains(c.warnings[0], "categories are tags"));
}

TEST(Decide, clusters_of_one_case_each_are_no_clusters) {
  SuiteBuilder builder;
  for (int i = 0; i < 20; ++i) builder.add("p", {}, "own" + std::to_string(i));
  EXPECT_EQ(decide_one(builder, floor_gate(0.8)).gates[0].method, "wilson");
}

TEST(Decide, errored_and_unscored_samples_fail_below_and_pass_above) {
  const auto verdict = decide_one(SuiteBuilder().add_many(90, "p").add_many(9, "f").add("u"), floor_gate(0.8));
  const auto& gate = verdict.gates.at(0);
  const auto low = decide_one(SuiteBuilder().add_many(90, "p").add_many(10, "f"), floor_gate(0.8)).gates.at(0);
  const auto high = decide_one(SuiteBuilder().add_many(91, "p").add_many(9, "f"), floor_gate(0.8)).gates.at(0);
  EXPECT_EQ(gate.interval->first, low.interval->first);
  EXPECT_EQ(gate.interval->second, high.interval->second);
  EXPECT_NEAR(gate.estimate.value_or(0), 90.0 / 99, 1e-12) << "the estimate is what was scored";
  EXPECT_TRUE(contains(gate.reason, "1 sample without a value")) << gate.reason;
}

TEST(Decide, an_outage_never_proves_harm) {
  Policy policy = policy_of({floor_gate(0.8)});
  policy.max_error_rate = 1;
  const auto verdict = decide(policy, run_of({SuiteBuilder().add_many(100, "e").suite}));
  EXPECT_EQ(verdict.kind, VerdictKind::inconclusive);
  EXPECT_FALSE(verdict.gates.at(0).estimate);
  EXPECT_EQ(verdict.gates.at(0).interval, (std::pair<double, double>{0, 1}));
}

TEST(Decide, one_row_for_each_claim_and_suite_in_the_policys_order) {
  auto only_b = zero_gate();
  only_b.suites = {"b"};
  const auto verdict =
      decide(policy_of({only_b, floor_gate(0.5)}),
             run_of({SuiteBuilder("a").add_many(20, "p").suite, SuiteBuilder("b").add_many(20, "p").suite}));
  ASSERT_EQ(verdict.gates.size(), 3u);
  EXPECT_EQ(verdict.gates[0].id + verdict.gates[0].suite, "criticalb");
  EXPECT_EQ(verdict.gates[1].id + verdict.gates[1].suite, "overalla");
  EXPECT_EQ(verdict.gates[2].id + verdict.gates[2].suite, "overallb");
  EXPECT_EQ(verdict.kind, VerdictKind::pass);
  EXPECT_EQ(verdict.suites.size(), 2u);
}

TEST(Decide, block_beats_inconclusive_and_pass) {
  const auto verdict = decide(policy_of({floor_gate(0.8)}), run_of({SuiteBuilder("open").add_many(5, "p").suite,
                                                                    SuiteBuilder("bad").add_many(40, "f").suite,
                                                                    SuiteBuilder("good").add_many(40, "p").suite}));
  EXPECT_EQ(verdict.kind, VerdictKind::block);
  ASSERT_EQ(verdict.reasons.size(), 1u);
  EXPECT_TRUE(contains(verdict.reasons[0], "overall (bad)")) << verdict.reasons[0];
}

TEST(Decide, reasons_name_the_number_that_would_change_them) {
  struct Row {
    int passes, fails;
    double floor;
    std::vector<std::string> parts;
  };
  for (const auto& row :
       {Row{83, 17, 0.8, {"pass_rate 0.83", "floor 0.8", "more cases at this rate would show that it holds"}},
        Row{76, 24, 0.8, {"more cases at this rate would show that it fails"}},
        Row{80, 20, 0.8, {"no number of cases decides"}},
        Row{62, 38, 0.8, {"is below the floor 0.8", "87 of 100 passing cases, 62 pass"}},
        Row{95, 5, 0.8, {"holds the floor 0.8", "87 of 100 passing cases would still do"}},
        Row{40, 0, 1.0, {"no number of cases shows a pass_rate of 1", "zero_tolerance"}},
        Row{1, 0, 0.8, {"1 case, all passing, shows", "takes 11 cases, 10 more"}}}) {
    SCOPED_TRACE(::testing::Message() << row.passes << "+" << row.fails << " floor " << row.floor);
    const auto verdict =
        decide_one(SuiteBuilder().add_many(row.passes, "p").add_many(row.fails, "f"), floor_gate(row.floor));
    for (const auto& part : row.parts) EXPECT_TRUE(contains(verdict.gates[0].reason, part)) << verdict.gates[0].reason;
  }
}

TEST(Decide, the_promised_number_of_cases_does_decide) {
  const auto open = decide_one(SuiteBuilder().add_many(83, "p").add_many(17, "f"), floor_gate(0.8));
  const auto& reason = open.gates[0].reason;
  const auto at = reason.find("about ") + 6;
  const int more = std::stoi(reason.substr(at));
  const int n = 100 + more;
  const int passes = static_cast<int>(std::ceil(0.83 * n));
  EXPECT_EQ(decide_one(SuiteBuilder().add_many(passes, "p").add_many(n - passes, "f"), floor_gate(0.8)).kind,
            VerdictKind::pass)
      << reason;
}

TEST(Decide, a_bound_next_to_the_floor_is_shown_with_the_digits_that_tell_them_apart) {
  const auto verdict = decide_one(SuiteBuilder().add_many(20, "p"), floor_gate(0.88086));
  const auto& gate = verdict.gates[0];
  ASSERT_EQ(gate.state, GateState::inconclusive);
  EXPECT_FALSE(contains(gate.reason, "at least 0.8809 ")) << gate.reason;
}

TEST(Decide, equal_evidence_gives_an_equal_decision_and_other_evidence_another) {
  const auto builder = SuiteBuilder().add_many(30, "p").add("f");
  const auto policy = policy_of({floor_gate(0.8)});
  auto later = run_of({builder.suite});
  later.run = "another-id";
  later.meta = {{"commit", "abc"}};
  later.timing.wall_s = 12;
  const auto a = decide(policy, run_of({builder.suite}));
  const auto b = decide(policy, later);
  EXPECT_EQ(a.decision, b.decision);
  EXPECT_TRUE(a.decision.starts_with("sha256:"));
  const auto c = decide(policy, run_of({SuiteBuilder().add_many(31, "p").add("f").suite}));
  EXPECT_NE(a.decision, c.decision);
}

TEST(Decide, a_policy_without_a_canary_section_makes_nothing_ready) {
  const auto verdict = decide_one(SuiteBuilder().add_many(40, "p"), floor_gate(0.8));
  EXPECT_EQ(verdict.kind, VerdictKind::pass);
  EXPECT_FALSE(verdict.canary.ready);
  EXPECT_GE(verdict.canary.score, 95);
  ASSERT_FALSE(verdict.canary.missing.empty());
  EXPECT_TRUE(contains(verdict.canary.missing.back(), "`canary` section")) << verdict.canary.missing.back();
}

TEST(OnInconclusive, warn_opens_only_a_whole_finished_run) {
  auto policy = policy_of({floor_gate(0.8)});
  policy.warn_on_inconclusive = true;
  const auto suite = SuiteBuilder().add_many(5, "p").suite;
  const auto whole = decide(policy, run_of({suite}));
  EXPECT_EQ(whole.kind, VerdictKind::inconclusive);
  EXPECT_EQ(whole.exit, ExitCode::pass);
  auto narrowed = run_of({suite});
  narrowed.limit = 5;
  EXPECT_EQ(decide(policy, narrowed).exit, ExitCode::inconclusive);
  const auto skipped = decide(policy, run_of({SuiteBuilder().add_many(40, "p").add("s").suite}));
  EXPECT_EQ(skipped.kind, VerdictKind::inconclusive);
  EXPECT_EQ(skipped.exit, ExitCode::inconclusive);
  auto zero = policy_of({zero_gate()});
  zero.warn_on_inconclusive = true;
  EXPECT_EQ(decide(zero, run_of({SuiteBuilder().add_many(5, "p").add("u").suite})).exit, ExitCode::inconclusive)
      << "an untold requirement is no interval";
  EXPECT_EQ(decide(policy, run_of({SuiteBuilder().add_many(50, "f").suite})).exit, ExitCode::block);
}

TEST(OnInconclusive, a_gates_own_warn_leaves_the_verdict_closed) {
  auto advisory = floor_gate(0.99);
  advisory.id = "advisory";
  advisory.warn_if_open = true;
  const auto verdict = decide(policy_of({floor_gate(0.8), advisory}), run_of({SuiteBuilder().add_many(40, "p").suite}));
  EXPECT_EQ(verdict.kind, VerdictKind::pass);
  EXPECT_EQ(verdict.gates[1].state, GateState::inconclusive);
  EXPECT_FALSE(verdict.gates[1].blocking);
  ASSERT_EQ(verdict.warnings.size(), 1u);
  EXPECT_TRUE(contains(verdict.warnings[0], "advisory")) << verdict.warnings[0];
  const auto harm = decide(policy_of({advisory}), run_of({SuiteBuilder().add_many(40, "f").suite}));
  EXPECT_EQ(harm.kind, VerdictKind::block) << "a proven harm blocks all the same";
}

TEST(Narrowed, a_run_never_passes_though_its_rows_may) {
  auto run = run_of({SuiteBuilder().add_many(40, "p").suite});
  run.where = {{"topic", "t1"}};
  const auto verdict = decide(policy_of({floor_gate(0.8)}), run);
  EXPECT_EQ(verdict.kind, VerdictKind::inconclusive);
  EXPECT_EQ(verdict.exit, ExitCode::inconclusive);
  EXPECT_EQ(verdict.gates.at(0).state, GateState::pass);
  EXPECT_TRUE(contains(verdict.reasons.at(0), "it cannot pass: run the whole suite"));
  ASSERT_EQ(verdict.warnings.size(), 1u);
  EXPECT_TRUE(contains(verdict.warnings[0], "neither a baseline nor canary-ready"));
  EXPECT_EQ(verdict.canary.missing.at(1), "a run over the whole suite");
}

TEST(Narrowed, a_proven_harm_still_blocks) {
  auto run = run_of({SuiteBuilder().add_many(40, "f").suite});
  run.limit = 40;
  EXPECT_EQ(decide(policy_of({floor_gate(0.8)}), run).kind, VerdictKind::block);
}

TEST(Narrowed, a_gate_left_without_cases_is_open) {
  auto run = run_of({SuiteBuilder().add_many(40, "p").suite, SuiteBuilder("other").suite});
  run.limit = 40;
  auto policy = policy_of({floor_gate(0.8), zero_gate({{"severity", "critical"}}), floor_gate(0.5, "contains")});
  policy.warn_on_inconclusive = true;
  const auto verdict = decide(policy, run);
  EXPECT_EQ(verdict.kind, VerdictKind::inconclusive);
  EXPECT_EQ(verdict.exit, ExitCode::inconclusive);
  ASSERT_EQ(verdict.gates.size(), 6u);
  for (std::size_t i = 1; i < verdict.gates.size(); ++i) {
    EXPECT_EQ(verdict.gates[i].state, GateState::inconclusive) << i << verdict.gates[i].reason;
    EXPECT_FALSE(verdict.gates[i].interval);
  }
}

TEST(Decide, a_million_samples_take_well_under_the_patience_of_a_person) {
  SuiteBuilder builder;
  std::vector<double> latency;
  for (int i = 0; i < 1'000'000; ++i) {
    builder.add(i % 20 == 0 ? "f" : "p", {{"topic", i % 2 == 0 ? "a" : "b"}});
    latency.push_back(0.2 + 0.001 * (i % 997));
  }
  builder.column("latency", Unit::seconds, std::move(latency), Direction::down);
  auto sliced = floor_gate(0.8);
  sliced.by = "topic";
  const auto run = run_of({std::move(builder.suite)});
  const auto start = std::chrono::steady_clock::now();
  const auto verdict = decide(policy_of({floor_gate(0.9), sliced, max_gate(2, "latency_p95")}), run);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  EXPECT_EQ(verdict.kind, VerdictKind::pass);
  EXPECT_LT(took.count(), 20) << "a debug build under sanitizers is allowed to be slow";
  RecordProperty("milliseconds", static_cast<int>(took.count() * 1000));
}

}  // namespace
}  // namespace assay::gate
