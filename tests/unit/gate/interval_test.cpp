// The metrics of the contract's table other than pass_rate.

#include "tests/unit/gate/evidence_builder.hpp"

#include <assay/core/json.hpp>

#include <gtest/gtest.h>

namespace assay::gate {
namespace {

using testing::contains;
using testing::decide_one;
using testing::floor_gate;
using testing::max_gate;
using testing::SuiteBuilder;

SuiteBuilder with_latency(int n, double slow, int slow_ones, std::string_view rest = "") {
  SuiteBuilder builder;
  std::vector<double> values;
  for (int i = 0; i < n; ++i) {
    builder.add("p");
    values.push_back(i < slow_ones ? slow : 0.3 + 0.001 * i);
  }
  for (const char c : rest) {
    builder.add(std::string(1, c));
    values.push_back(c == 'e' ? 0.001 : -1);
  }
  return builder.column("latency", Unit::seconds, std::move(values), Direction::down);
}

TEST(Latency, a_p95_takes_59_samples) {
  const auto few = decide_one(with_latency(58, 0, 0), max_gate(1.5, "latency_p95"));
  EXPECT_EQ(few.gates.at(0).state, GateState::inconclusive);
  EXPECT_TRUE(contains(few.gates.at(0).reason, "takes 59 samples, 1 more")) << few.gates.at(0).reason;
  EXPECT_TRUE(std::isinf(few.gates.at(0).interval->second));
  EXPECT_TRUE(verdict_json(few)["gates"][0]["interval"][1].dump() == "null");
  const auto enough = decide_one(with_latency(59, 0, 0), max_gate(1.5, "latency_p95"));
  EXPECT_EQ(enough.gates.at(0).state, GateState::pass) << enough.gates.at(0).reason;
  EXPECT_EQ(enough.gates.at(0).method, "order-statistics");
  EXPECT_NEAR(enough.gates.at(0).interval->second, 0.358, 1e-12);
}

TEST(Latency, is_decided_by_how_many_samples_lie_within_the_maximum) {
  const auto gate = max_gate(1.5, "latency_p95");
  const auto pass = decide_one(with_latency(200, 3, 4), gate).gates.at(0);
  EXPECT_EQ(pass.state, GateState::pass) << pass.reason;
  const auto open = decide_one(with_latency(200, 3, 5), gate).gates.at(0);
  EXPECT_EQ(open.state, GateState::inconclusive);
  EXPECT_TRUE(contains(open.reason, "takes 196 of 200 samples within it, 195 are")) << open.reason;
  const auto block = decide_one(with_latency(200, 3, 30), gate).gates.at(0);
  EXPECT_EQ(block.state, GateState::block) << block.reason;
  EXPECT_TRUE(contains(block.reason, "is above the maximum 1.5 s")) << block.reason;
  EXPECT_LE(*pass.p, 0.05);
  EXPECT_GT(*open.p, 0.05);
}

TEST(Latency, an_errored_call_is_endlessly_slow_in_the_upper_bound_even_if_it_failed_fast) {
  const auto gate = max_gate(1.5, "latency_p95");
  const auto good = decide_one(with_latency(100, 0, 0, "e"), gate).gates.at(0);
  EXPECT_EQ(good.state, GateState::pass) << good.reason;
  const auto open = decide_one(with_latency(100, 3, 1, "e"), gate).gates.at(0);
  EXPECT_EQ(open.state, GateState::inconclusive) << open.reason;
}

TEST(Means, a_score_has_a_t_interval_and_is_guarded_where_all_are_equal) {
  std::vector<double> values;
  for (int i = 0; i < 40; ++i) values.push_back(i % 2 == 0 ? 0.9 : 0.8);
  const auto spread =
      decide_one(SuiteBuilder().add_many(40, "p").column("score", Unit::share, values), floor_gate(0.8, "score"));
  EXPECT_EQ(spread.gates.at(0).method, "t");
  EXPECT_NEAR(spread.gates.at(0).interval->first, 0.85 - 1.684875 * 0.05064 / std::sqrt(40), 1e-4);
  EXPECT_EQ(spread.kind, VerdictKind::pass);
  const auto equal =
      decide_one(SuiteBuilder().add_many(5, "p").column("score", Unit::share, std::vector<double>(5, 1.0)),
                 floor_gate(0.8, "score"));
  EXPECT_EQ(equal.kind, VerdictKind::inconclusive) << "five equal values prove nothing for certain";
  EXPECT_TRUE(contains(equal.gates.at(0).reason, "takes 11 cases")) << equal.gates.at(0).reason;
}

TEST(Means, a_check_that_could_not_tell_counts_against_the_claim_and_one_that_is_not_there_does_not) {
  auto builder = SuiteBuilder().add_many(40, "p");
  std::vector<double> values(40, 0.9);
  for (std::size_t i = 0; i < 10; ++i) values[i] = -1;
  builder.column("polite", Unit::share, values);
  const auto elsewhere = decide_one(builder, floor_gate(0.5, "polite")).gates.at(0);
  EXPECT_EQ(elsewhere.n, 30u);
  for (std::size_t i = 0; i < 10; ++i) builder.suite.columns[0].known[i] = 2;
  const auto untold = decide_one(builder, floor_gate(0.5, "polite")).gates.at(0);
  EXPECT_EQ(untold.n, 40u);
  EXPECT_LT(untold.interval->first, elsewhere.interval->first);
  EXPECT_TRUE(contains(untold.reason, "10 samples without a value")) << untold.reason;
}

TEST(Means, a_length_has_a_floor_and_a_maximum_as_two_rows_of_one_gate) {
  std::vector<double> values;
  for (int i = 0; i < 30; ++i) values.push_back(100 + i);
  auto gate = max_gate(200, "length");
  gate.floor = 50;
  const auto verdict = decide_one(SuiteBuilder().add_many(30, "p").column("length", Unit::chars, values), gate);
  ASSERT_EQ(verdict.gates.size(), 2u);
  EXPECT_EQ(verdict.gates[0].claim, "length >= 50");
  EXPECT_EQ(verdict.gates[1].claim, "length <= 200");
  EXPECT_EQ(verdict.kind, VerdictKind::pass);
}

SuiteBuilder with_cost(int passes, int fails, double cost, double step) {
  SuiteBuilder builder;
  builder.add_many(passes, "p").add_many(fails, "f");
  std::vector<double> values;
  for (int i = 0; i < passes + fails; ++i) values.push_back(cost + step * (i % 5));
  return builder.column("cost", Unit::usd, std::move(values), Direction::down);
}

TEST(Cost, per_case_is_a_mean_and_per_pass_a_ratio) {
  const auto builder = with_cost(80, 20, 0.008, 0.001);
  const auto per_case = decide_one(builder, max_gate(0.012, "cost_per_case")).gates.at(0);
  EXPECT_NEAR(per_case.estimate.value_or(0), 0.010, 1e-12);
  EXPECT_EQ(per_case.method, "t");
  EXPECT_EQ(per_case.state, GateState::pass) << per_case.reason;
  const auto per_pass = decide_one(builder, max_gate(0.012, "cost_per_pass")).gates.at(0);
  EXPECT_NEAR(per_pass.estimate.value_or(0), 0.0125, 1e-12);
  EXPECT_EQ(per_pass.method, "fieller");
  EXPECT_EQ(per_pass.state, GateState::inconclusive) << per_pass.reason;
  EXPECT_EQ(decide_one(builder, max_gate(0.015, "cost_per_pass")).kind, VerdictKind::pass);
  EXPECT_EQ(decide_one(builder, max_gate(0.010, "cost_per_pass")).kind, VerdictKind::block);
}

TEST(Cost, per_pass_without_a_pass_or_without_a_failure_is_not_certain) {
  const auto never = decide_one(with_cost(0, 30, 0.01, 0.001), max_gate(0.02, "cost_per_pass")).gates.at(0);
  EXPECT_FALSE(never.estimate);
  EXPECT_TRUE(std::isinf(never.interval->second));
  EXPECT_EQ(never.state, GateState::block) << "30 failures show a pass rate below 0.12: " << never.reason;
  const auto three = decide_one(with_cost(3, 0, 0.01, 0), max_gate(0.012, "cost_per_pass")).gates.at(0);
  EXPECT_EQ(three.state, GateState::inconclusive) << "three passes do not show that every one passes: " << three.reason;
}

TEST(Rates, of_errors_count_the_errors_themselves) {
  auto policy = testing::policy_of({max_gate(0.1, "error_rate"), max_gate(0.1, "unscored_rate")});
  policy.max_error_rate = 0.5;
  const auto verdict =
      decide(policy, testing::run_of({SuiteBuilder().add_many(196, "p").add_many(4, "e").add_many(100, "u").suite}));
  EXPECT_NEAR(verdict.gates.at(0).estimate.value_or(0), 4.0 / 300, 1e-12);
  EXPECT_EQ(verdict.gates.at(0).state, GateState::pass) << verdict.gates.at(0).reason;
  EXPECT_EQ(verdict.gates.at(1).state, GateState::block) << verdict.gates.at(1).reason;
  EXPECT_EQ(verdict.gates.at(0).method, "wilson");
}

}  // namespace
}  // namespace assay::gate
