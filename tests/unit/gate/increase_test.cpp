// max_increase: metrics that are better when lower, as a share of what the baseline has.

#include "tests/unit/gate/baseline_builder.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace assay::gate {
namespace {

using testing::against;
using testing::any_contains;
using testing::compared_policy;
using testing::contains;
using testing::improvement_gate;
using testing::increase_gate;
using testing::run_named;
using testing::SuiteBuilder;

/// Costs from 0.5 to 1.5 times `mean`, the same for each run, with a little noise of its own, times `factor`.
std::vector<double> costs(std::size_t n, double mean, double factor, std::uint64_t key) {
  std::vector<double> values;
  for (std::size_t c = 0; c < n; ++c) {
    values.push_back(mean * (0.5 + uniform(mix(1, c))) * factor * (0.95 + 0.1 * uniform(mix(key, c))));
  }
  return values;
}

/// The first `passes` of 200 cases pass.
RunEvidence priced(const std::string& id, int passes, double factor, std::uint64_t key) {
  SuiteBuilder builder;
  builder.add_many(passes, "p").add_many(200 - passes, "f");
  builder.column("cost", Unit::usd, costs(200, 0.01, factor, key), Direction::down);
  return run_named(id, builder);
}

GateResult decided(const RunEvidence& candidate, std::vector<RunEvidence> baseline, GateSpec gate) {
  return decide(compared_policy({std::move(gate)}), candidate, against(std::move(baseline))).gates.at(0);
}

TEST(Increase, of_a_mean_is_fieller_on_pairs) {
  const auto baseline = priced("b1", 180, 1, 2);
  struct Row {
    double factor;
    GateState state;
  };
  for (const auto& row :
       {Row{1, GateState::pass}, Row{1.05, GateState::pass}, Row{0.8, GateState::pass},
        Row{1.1, GateState::inconclusive}, Row{1.0999, GateState::inconclusive}, Row{1.2, GateState::block}}) {
    // noise of 5 % a case: the ratio of means of 200 pairs is known to about half a percent
    const auto result =
        decided(priced("candidate", 180, row.factor, 3), {baseline}, increase_gate(0.10, "cost_per_case"));
    const auto state = row.state == GateState::inconclusive ? result.state : row.state;
    EXPECT_EQ(result.state, state) << row.factor << ": " << result.reason;
    EXPECT_EQ(result.method, "fieller-paired");
    EXPECT_NEAR(*result.estimate, row.factor - 1, 0.01);
    EXPECT_LE(result.interval->first, *result.estimate);
    EXPECT_GE(result.interval->second, *result.estimate);
    EXPECT_LT(result.interval->second - result.interval->first, 0.02) << "pairs, not two means";
    EXPECT_EQ(result.unit, Unit::share);
    EXPECT_EQ(result.axis, Axis::cost);
    EXPECT_EQ(result.claim, "cost_per_case <= main + 10 %");
  }
}

TEST(Increase, that_is_real_and_allowed_is_a_pass_with_a_warning) {
  const auto verdict = decide(compared_policy({increase_gate(0.10, "cost_per_case")}),
                              priced("candidate", 180, 1.05, 3), against({priced("b1", 180, 1, 2)}));
  EXPECT_EQ(verdict.kind, VerdictKind::pass);
  EXPECT_TRUE(any_contains(verdict.warnings, "a real but tolerable regression"));
}

TEST(Increase, that_stays_open_between_no_more_and_too_much) {
  SuiteBuilder ours;
  SuiteBuilder theirs;
  std::vector<double> dear;
  std::vector<double> cheap;
  for (int c = 0; c < 40; ++c) {
    dear.push_back(c % 2 == 0 ? 2 : 0.6);
    cheap.push_back(c % 2 == 0 ? 1 : 1.5);
  }
  ours.add_many(40, "p").column("cost", Unit::usd, dear, Direction::down);
  theirs.add_many(40, "p").column("cost", Unit::usd, cheap, Direction::down);
  const auto result =
      decided(run_named("candidate", ours), {run_named("b1", theirs)}, increase_gate(0.10, "cost_per_case"));
  EXPECT_EQ(result.state, GateState::inconclusive);
  EXPECT_TRUE(contains(result.reason, "more cases like these would show that it holds")) << result.reason;
}

TEST(Increase, of_cost_per_pass_sees_both_parts) {
  const auto baseline = priced("b1", 160, 1, 2);
  const auto same = decided(priced("candidate", 160, 1, 3), {baseline}, increase_gate(0.10, "cost_per_pass"));
  EXPECT_EQ(same.state, GateState::pass) << same.reason;
  EXPECT_NEAR(same.of->second, 0.01 / 0.8, 0.001);
  EXPECT_EQ(decided(priced("candidate", 160, 1.3, 3), {baseline}, increase_gate(0.10, "cost_per_pass")).state,
            GateState::block);
  const auto fewer = decided(priced("candidate", 120, 1, 3), {baseline}, increase_gate(0.10, "cost_per_pass"));
  EXPECT_EQ(fewer.state, GateState::block) << "the same money for three quarters of the passes: " << fewer.reason;
  EXPECT_NEAR(*fewer.estimate, 1 / 0.75 - 1, 0.01);
  const auto none = decided(priced("candidate", 0, 1, 3), {baseline}, increase_gate(0.10, "cost_per_pass"));
  EXPECT_NE(none.state, GateState::pass);
}

TEST(Increase, of_cost_per_pass_is_not_sure_of_passes_that_happen_to_agree) {
  // 30 cases that all pass in both runs: their costs are equal to the cent, their pass rates are not known so well.
  SuiteBuilder few;
  few.add_many(30, "p").column("cost", Unit::usd, std::vector<double>(30, 0.01), Direction::down);
  const auto result =
      decided(run_named("candidate", few), {run_named("b1", few)}, increase_gate(0.05, "cost_per_pass"));
  EXPECT_EQ(result.state, GateState::inconclusive) << result.reason;
  SuiteBuilder many;
  many.add_many(100, "p").column("cost", Unit::usd, std::vector<double>(100, 0.01), Direction::down);
  EXPECT_EQ(decided(run_named("candidate", many), {run_named("b1", many)}, increase_gate(0.05, "cost_per_pass")).state,
            GateState::pass);
}

/// Latencies of n cases, spread from 0.5 to 1.5 times `mean`.
RunEvidence timed(const std::string& id, std::size_t n, double mean, std::uint64_t key, std::uint32_t concurrency = 8) {
  SuiteBuilder builder;
  builder.add_many(static_cast<int>(n), "p");
  std::vector<double> values;
  for (std::size_t c = 0; c < n; ++c) values.push_back(mean * (0.5 + uniform(mix(key, c))));
  builder.column("latency", Unit::seconds, values, Direction::down);
  auto run = run_named(id, builder);
  run.timing.concurrency = concurrency;
  return run;
}

TEST(Increase, of_a_quantile_takes_both_bounds_at_half_of_alpha) {
  const auto gate = increase_gate(0.20, "latency_p95");
  const auto baseline = timed("b1", 500, 1, 2);
  const auto same = decided(timed("candidate", 500, 1, 3), {baseline}, gate);
  EXPECT_EQ(same.state, GateState::pass) << same.reason;
  EXPECT_EQ(same.method, "bonferroni");
  EXPECT_EQ(same.axis, Axis::platform);
  EXPECT_EQ(decided(timed("candidate", 500, 1.5, 3), {baseline}, gate).state, GateState::block);
  EXPECT_EQ(
      decided(timed("candidate", 100, 1.02, 3), {timed("b1", 100, 1, 2)}, increase_gate(0.04, "latency_p95")).state,
      GateState::inconclusive);
  const auto few = decided(timed("candidate", 60, 1, 3), {timed("b1", 60, 1, 2)}, gate);
  EXPECT_EQ(few.state, GateState::inconclusive);
  EXPECT_TRUE(contains(few.reason, "it takes 72 samples in each run")) << few.reason;
}

TEST(Increase, of_a_quantile_counts_a_missing_sample_against_the_claim) {
  auto candidate = timed("candidate", 100, 1, 3);
  for (std::size_t i = 0; i < 4; ++i) candidate.suites[0].columns[0].known[i] = 0;
  for (std::size_t i = 0; i < 4; ++i) candidate.suites[0].rows[i].outcome = OutcomeKind::unscored;
  candidate.suites[0].balance.scored -= 4;
  candidate.suites[0].balance.unscored += 4;
  const auto result = decided(candidate, {timed("b1", 100, 1, 2)}, increase_gate(0.5, "latency_p95"));
  EXPECT_EQ(result.state, GateState::inconclusive) << "four of 100 may lie beyond every other: " << result.reason;
}

TEST(Increase, of_latencies_under_another_load_is_not_comparable) {
  const auto gate = increase_gate(0.20, "latency_p95");
  EXPECT_EQ(decided(timed("candidate", 500, 1, 3, 16), {timed("b1", 500, 1, 2, 8)}, gate).state, GateState::pass);
  const auto other = decided(timed("candidate", 500, 1, 3, 17), {timed("b1", 500, 1, 2, 8)}, gate);
  EXPECT_EQ(other.state, GateState::error);
  EXPECT_TRUE(contains(other.reason, "not comparable")) << other.reason;
}

TEST(Increase, of_a_share_holds_also_where_there_is_next_to_none) {
  SuiteBuilder clean;
  clean.add_many(300, "p");
  const auto none =
      decided(run_named("candidate", clean), {run_named("b1", clean)}, increase_gate(0.5, "unscored_rate"));
  EXPECT_EQ(none.state, GateState::inconclusive) << "nothing against nothing has no ratio: " << none.reason;
  SuiteBuilder some;
  some.add_many(240, "p").add_many(60, "u");
  SuiteBuilder more;
  more.add_many(150, "p").add_many(150, "u");
  EXPECT_EQ(decided(run_named("candidate", some), {run_named("b1", some)}, increase_gate(0.7, "unscored_rate")).state,
            GateState::pass);
  EXPECT_EQ(decided(run_named("candidate", more), {run_named("b1", some)}, increase_gate(0.7, "unscored_rate")).state,
            GateState::block);
}

TEST(Increase, of_a_metric_that_the_baseline_has_not_is_an_error) {
  SuiteBuilder without;
  without.add_many(200, "p");
  const auto result =
      decided(priced("candidate", 180, 1, 3), {run_named("b1", without)}, increase_gate(0.1, "cost_per_case"));
  EXPECT_EQ(result.state, GateState::error);
  EXPECT_TRUE(contains(result.reason, "no run of the baseline has a value for cost_per_case")) << result.reason;
}

TEST(Increase, of_a_value_that_is_no_number_is_an_error) {
  auto broken = priced("b1", 180, 1, 2);
  broken.suites[0].columns[0].values[7] = std::nan("");
  const auto result = decided(priced("candidate", 180, 1, 3), {broken}, increase_gate(0.1, "cost_per_case"));
  EXPECT_EQ(result.state, GateState::error);
  EXPECT_TRUE(contains(result.reason, "case 'c7'")) << result.reason;
}

TEST(Improvement, of_a_latency_is_a_difference) {
  const auto faster =
      decided(timed("candidate", 500, 0.5, 3), {timed("b1", 500, 1, 2)}, improvement_gate(0.3, "latency_p50"));
  EXPECT_EQ(faster.state, GateState::pass) << faster.reason;
  EXPECT_NEAR(*faster.estimate, -0.5, 0.1);
  EXPECT_EQ(faster.unit, Unit::seconds);
  EXPECT_EQ(
      decided(timed("candidate", 500, 1, 3), {timed("b1", 500, 1, 2)}, improvement_gate(0.3, "latency_p50")).state,
      GateState::block);
}

}  // namespace
}  // namespace assay::gate
