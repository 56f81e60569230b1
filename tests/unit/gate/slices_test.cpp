#include "tests/unit/gate/evidence_builder.hpp"

#include <gtest/gtest.h>

namespace assay::gate {
namespace {

using testing::contains;
using testing::decide_one;
using testing::floor_gate;
using testing::policy_of;
using testing::run_of;
using testing::SuiteBuilder;
using testing::zero_gate;

GateSpec by_topic(double floor, std::uint64_t min_n = 0) {
  auto gate = floor_gate(floor);
  gate.by = "topic";
  gate.min_n = min_n;
  return gate;
}

Tags topic(const std::string& value) {
  return {{"topic", value}};
}

TEST(Slices, one_row_each_in_byte_order_with_the_untagged_after_them) {
  auto builder = SuiteBuilder().add_many(30, "p", topic("b")).add_many(30, "p", topic("a")).add_many(30, "p");
  const auto verdict = decide_one(builder, by_topic(0.8));
  ASSERT_EQ(verdict.gates.size(), 3u);
  EXPECT_EQ(verdict.gates[0].slice, topic("a"));
  EXPECT_EQ(verdict.gates[1].slice, topic("b"));
  EXPECT_EQ(verdict.gates[2].slice, topic("(none)"));
  for (const auto& gate : verdict.gates) EXPECT_EQ(gate.state, GateState::pass) << gate.reason;
}

TEST(Slices, small_ones_are_pooled_and_never_pass) {
  auto builder = SuiteBuilder().add_many(40, "p", topic("big"));
  for (const auto* name : {"x", "y", "z"}) builder.add_many(20, "p", topic(name));
  const auto verdict = decide_one(builder, by_topic(0.8, 25));
  ASSERT_EQ(verdict.gates.size(), 2u);
  EXPECT_EQ(verdict.gates[0].state, GateState::pass);
  EXPECT_EQ(verdict.gates[1].slice, topic("(small)"));
  EXPECT_EQ(verdict.gates[1].n, 60u);
  EXPECT_EQ(verdict.gates[1].state, GateState::inconclusive);
  EXPECT_TRUE(contains(verdict.gates[1].reason, "min_n 25")) << verdict.gates[1].reason;
}

TEST(Slices, a_harm_in_the_pool_of_small_ones_still_blocks) {
  auto builder = SuiteBuilder().add_many(40, "p", topic("big"));
  for (const auto* name : {"x", "y", "z"}) builder.add_many(10, "f", topic(name));
  const auto verdict = decide_one(builder, by_topic(0.8, 25));
  EXPECT_EQ(verdict.gates.at(1).state, GateState::block);
  EXPECT_EQ(verdict.kind, VerdictKind::block);
}

TEST(Slices, open_ones_do_not_open_the_verdict_unless_asked) {
  auto builder = SuiteBuilder().add_many(40, "p", topic("a")).add_many(5, "p", topic("b"));
  auto gate = by_topic(0.8);
  const auto lenient = decide_one(builder, gate);
  EXPECT_EQ(lenient.kind, VerdictKind::pass);
  EXPECT_EQ(lenient.gates.at(1).state, GateState::inconclusive);
  EXPECT_EQ(lenient.warnings.size(), 1u);
  gate.warn_if_open = false;
  EXPECT_EQ(decide_one(builder, gate).kind, VerdictKind::inconclusive);
}

TEST(Slices, a_harm_must_survive_holm_over_the_slices) {
  // 27 of 40: alone it is below 0.8 (p 0.024), among ten it may be chance (Holm: 0.24). 20 of 40 is not.
  auto alone = SuiteBuilder().add_many(27, "p", topic("t0")).add_many(13, "f", topic("t0"));
  EXPECT_EQ(decide_one(alone, by_topic(0.8)).kind, VerdictKind::block);
  for (const int passes : {27, 20}) {
    SCOPED_TRACE(passes);
    auto builder = SuiteBuilder().add_many(passes, "p", topic("t0")).add_many(40 - passes, "f", topic("t0"));
    for (int i = 1; i < 10; ++i) builder.add_many(40, "p", topic("t" + std::to_string(i)));
    const auto gate = decide_one(builder, by_topic(0.8)).gates.at(0);
    EXPECT_EQ(gate.state, passes == 27 ? GateState::inconclusive : GateState::block) << gate.reason;
    if (passes == 27) EXPECT_TRUE(contains(gate.reason, "Holm")) << gate.reason;
  }
}

TEST(Slices, of_zero_tolerance_need_no_correction) {
  auto builder = SuiteBuilder().add_many(10, "p", topic("a")).add("f", topic("b"));
  auto gate = zero_gate();
  gate.by = "topic";
  const auto verdict = decide_one(builder, gate);
  EXPECT_EQ(verdict.gates.at(0).state, GateState::pass);
  EXPECT_EQ(verdict.gates.at(1).state, GateState::block);
  EXPECT_EQ(verdict.kind, VerdictKind::block);
}

TEST(Slices, hold_only_cases_that_feed_the_metric) {
  SuiteBuilder builder;
  builder.add_many(30, "p", topic("a")).add_many(30, "p", topic("b"));
  std::vector<double> values(60, -1);
  std::fill(values.begin(), values.begin() + 30, 0.9);
  builder.column("polite", Unit::share, values);
  const auto verdict = decide(policy_of({[] {
                                auto gate = by_topic(0.5);
                                gate.metric = "polite";
                                return gate;
                              }()}),
                              run_of({builder.suite}));
  ASSERT_EQ(verdict.gates.size(), 1u);
  EXPECT_EQ(verdict.gates[0].slice, topic("a"));
  EXPECT_EQ(verdict.gates[0].n, 30u);
}

}  // namespace
}  // namespace assay::gate
