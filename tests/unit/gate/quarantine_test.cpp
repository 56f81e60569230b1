// Cases that nobody can rely on: quarantine, flake_rate; and whose concern a row is.

#include "tests/unit/gate/baseline_builder.hpp"

#include <gtest/gtest.h>

namespace assay::gate {
namespace {

using testing::against;
using testing::any_contains;
using testing::compared_policy;
using testing::contains;
using testing::decide_one;
using testing::floor_gate;
using testing::margin_gate;
using testing::max_gate;
using testing::policy_of;
using testing::run_named;
using testing::run_of;
using testing::SuiteBuilder;
using testing::zero_gate;

Background quarantining(std::vector<std::string> cases, std::int64_t expires_in_ms = 1000) {
  Background background;
  background.now = {1'700'000'000'000};
  for (auto& id : cases) {
    background.waivers.quarantine.push_back(
        {"capitals", std::move(id), "geo", "answers vary", {background.now.unix_ms + expires_in_ms}, {}});
  }
  return background;
}

TEST(Quarantine, takes_a_case_out_of_every_row_but_those_of_zero_tolerance) {
  const auto run = run_of({SuiteBuilder().add_many(60, "p").add("f").suite});
  const auto policy = policy_of({floor_gate(0.9), zero_gate()});
  const auto verdict = decide(policy, run, quarantining({"c60"}));
  EXPECT_EQ(verdict.gates.at(0).n, 60u);
  EXPECT_EQ(*verdict.gates.at(0).estimate, 1);
  EXPECT_EQ(verdict.gates.at(1).state, GateState::block) << "it is run, and what it must never do it must never do";
  EXPECT_EQ(verdict.kind, VerdictKind::block);
  ASSERT_EQ(verdict.quarantine.size(), 1u);
  EXPECT_EQ(verdict.quarantine[0].case_id, "c60");
  EXPECT_EQ(verdict.quarantine[0].owner, "geo");
  EXPECT_TRUE(verdict.quarantine[0].active);
}

TEST(Quarantine, that_has_expired_is_said_and_the_case_counts) {
  const auto run = run_of({SuiteBuilder().add_many(60, "p").add("f").suite});
  const auto verdict = decide(policy_of({floor_gate(0.8)}), run, quarantining({"c60"}, -1));
  EXPECT_EQ(verdict.gates.at(0).n, 61u);
  EXPECT_FALSE(verdict.quarantine.at(0).active);
  EXPECT_TRUE(any_contains(verdict.warnings, "the quarantine of case 'capitals/c60' has expired"));
}

TEST(Quarantine, of_more_than_a_tenth_of_a_suite_decides_nothing) {
  const auto run = run_of({SuiteBuilder().add_many(30, "p").suite});
  auto policy = policy_of({floor_gate(0.8)});
  policy.warn_on_inconclusive = true;
  EXPECT_EQ(decide(policy, run, quarantining({"c1", "c2", "c3"})).kind, VerdictKind::pass);
  const auto verdict = decide(policy, run, quarantining({"c1", "c2", "c3", "c4"}));
  EXPECT_EQ(verdict.kind, VerdictKind::inconclusive);
  EXPECT_EQ(verdict.exit, ExitCode::inconclusive) << "no interval is open: a warning does not help";
  EXPECT_TRUE(any_contains(verdict.reasons, "4 of 30 cases of suite 'capitals' are in quarantine"));
}

TEST(Quarantine, of_all_cases_of_a_gate_leaves_it_open) {
  SuiteBuilder builder;
  builder.add_many(40, "p").add("f", {{"topic", "x"}});
  auto gate = floor_gate(0.5);
  gate.where = {{"topic", "x"}};
  const auto verdict = decide(policy_of({gate}), run_of({builder.suite}), quarantining({"c40"}));
  EXPECT_EQ(verdict.kind, VerdictKind::inconclusive);
}

TEST(Quarantine, of_all_cases_of_a_slice_leaves_its_row_open) {
  SuiteBuilder builder;
  for (int i = 0; i < 40; ++i) builder.add("p", {{"topic", "y"}});
  builder.add("f", {{"topic", "x"}});
  auto gate = floor_gate(0.5);
  gate.by = "topic";
  gate.warn_if_open = false;
  const auto verdict = decide(policy_of({gate}), run_of({builder.suite}), quarantining({"c40"}));
  ASSERT_EQ(verdict.gates.size(), 2u);
  EXPECT_EQ(verdict.gates[1].slice, (Tags{{"topic", "x"}}));
  EXPECT_EQ(verdict.gates[1].state, GateState::inconclusive);
  EXPECT_EQ(verdict.kind, VerdictKind::inconclusive) << "a slice that must be decided was taken away";
}

TEST(Quarantine, of_no_case_of_the_run_is_said) {
  const auto run = run_of({SuiteBuilder().add_many(30, "p").suite});
  EXPECT_TRUE(any_contains(decide(policy_of({floor_gate(0.8)}), run, quarantining({"gone"})).warnings,
                           "the quarantine of case 'capitals/gone' names no case of this run"));
}

TEST(Quarantine, holds_in_comparisons_too) {
  SuiteBuilder ours;
  ours.add_many(60, "p").add_many(4, "f");
  SuiteBuilder theirs;
  theirs.add_many(64, "p");
  auto background = quarantining({"c60", "c61", "c62", "c63"});
  background.baseline = against({run_named("b1", theirs)}).baseline;
  const auto policy = compared_policy({margin_gate(0.05)});
  const auto verdict = decide(policy, run_named("candidate", ours), background);
  EXPECT_EQ(verdict.gates.at(0).n, 60u);
  EXPECT_EQ(verdict.kind, VerdictKind::pass);
}

GateResult flakes(const SuiteBuilder& builder, std::vector<CaseRecord> history = {}) {
  Background background;
  background.history = std::move(history);
  return decide(policy_of({max_gate(0.2, "flake_rate")}), run_of({builder.suite}), background).gates.at(0);
}

TEST(FlakeRate, is_the_share_of_cases_that_pass_and_fail) {
  const auto row = flakes(SuiteBuilder().add_many(90, "pp").add_many(5, "ff").add_many(5, "pf"));
  EXPECT_NEAR(*row.estimate, 0.05, 1e-12);
  EXPECT_EQ(row.n, 100u);
  EXPECT_EQ(row.method, "wilson") << "a case is flaky or is not";
  EXPECT_EQ(row.state, GateState::pass);
  EXPECT_EQ(flakes(SuiteBuilder().add_many(60, "pp").add_many(40, "fp")).state, GateState::block);
}

TEST(FlakeRate, reads_the_history_of_equal_cases) {
  SuiteBuilder builder;
  builder.add_many(100, "p");
  EXPECT_EQ(flakes(builder).state, GateState::inconclusive) << "one sample and no history tell nothing";
  std::vector<CaseRecord> history;
  for (int c = 0; c < 100; ++c) {
    history.push_back({"capitals", "c" + std::to_string(c), "sha256:0", 5, 5, c < 10 ? 3u : 5u, 1});
  }
  EXPECT_NEAR(*flakes(builder, history).estimate, 0.10, 1e-12);
  for (auto& record : history) record.digest = "sha256:other";
  EXPECT_FALSE(flakes(builder, history).estimate);
  for (auto& record : history) record = {"capitals", record.case_id, "sha256:0", 5, 5, 0, 0};
  EXPECT_EQ(*flakes(builder, history).estimate, 0) << "what always failed and passes now was mended";
}

TEST(Axis, is_the_gates_own_or_that_of_its_metric_and_suite) {
  auto builder = SuiteBuilder().add_many(80, "p");
  builder.column("latency", Unit::seconds, std::vector<double>(80, 1), Direction::down);
  builder.column("cost", Unit::usd, std::vector<double>(80, 1), Direction::down);
  builder.suite.owners = {{"quality", "q"}, {"platform", "p"}, {"cost", "c"}, {"security", "s"}};
  const auto of = [&](const GateSpec& gate) { return decide_one(builder, gate).gates.at(0); };
  EXPECT_EQ(of(floor_gate(0.8)).axis, Axis::quality);
  EXPECT_EQ(of(floor_gate(0.8)).owner, "q");
  EXPECT_EQ(of(max_gate(2, "latency_p95")).owner, "p");
  EXPECT_EQ(of(max_gate(0.1, "error_rate")).axis, Axis::platform);
  EXPECT_EQ(of(max_gate(2, "cost_per_case")).owner, "c");
  auto safe = floor_gate(0.8);
  safe.axis = Axis::safety;
  EXPECT_EQ(of(safe).owner, "s");
  builder.suite.kind = "adversarial";
  EXPECT_EQ(of(floor_gate(0.8)).axis, Axis::safety);
  EXPECT_EQ(of(floor_gate(0.8)).owner, "s");
  builder.suite.owners.erase("security");
  EXPECT_EQ(of(floor_gate(0.8)).owner, "q");
  builder.suite.owners.clear();
  EXPECT_EQ(of(floor_gate(0.8)).owner, "");
}

}  // namespace
}  // namespace assay::gate
