// Several samples of a case: pass@k, pass^k and k of n.

#include "tests/unit/gate/evidence_builder.hpp"

#include <assay/stats/proportion.hpp>
#include <assay/stats/repeats.hpp>

#include <gtest/gtest.h>

namespace assay::gate {
namespace {

using testing::contains;
using testing::decide_one;
using testing::floor_gate;
using testing::policy_of;
using testing::run_of;
using testing::SuiteBuilder;

GateSpec k_of_n(double floor, std::uint64_t k) {
  auto gate = floor_gate(floor);
  gate.at_least = k;
  return gate;
}

TEST(Repeats, are_the_estimators_of_their_papers) {
  struct Row {
    std::uint64_t n, c, k;
    double at, pow;
  };
  // 1 - C(n-c,k)/C(n,k) and C(c,k)/C(n,k), counted by hand: 1 - 1/45, 28/45, 56/120, 70/210, 1/45; 1 -
  // C(197,10)/C(200,10)
  for (const auto& row :
       {Row{10, 8, 2, 44.0 / 45, 28.0 / 45}, Row{10, 8, 3, 1, 56.0 / 120}, Row{10, 8, 4, 1, 70.0 / 210},
        Row{10, 8, 8, 1, 1.0 / 45}, Row{10, 0, 3, 0, 0}, Row{10, 10, 10, 1, 1}, Row{1, 1, 1, 1, 1},
        Row{200, 3, 10, 1 - (190.0 * 189 * 188) / (200.0 * 199 * 198), 0}}) {
    SCOPED_TRACE(::testing::Message() << row.n << " " << row.c << " " << row.k);
    EXPECT_NEAR(stats::pass_at_k(row.n, row.c, row.k), row.at, 1e-12);
    EXPECT_NEAR(stats::pass_pow_k(row.n, row.c, row.k), row.pow, 1e-12);
  }
}

/// The recorded airline runs of tau-bench (gpt-4o, four trials of 50 tasks): 14, 12, 10, 4 and 10 tasks were solved 0,
/// 1, 2, 3 and 4 times.
SuiteBuilder airline() {
  SuiteBuilder builder;
  builder.add_many(14, "ffff").add_many(12, "fpff").add_many(10, "pfpf").add_many(4, "ppfp").add_many(10, "pppp");
  return builder;
}

TEST(Repeats, of_recorded_agents_fall_as_published) {
  struct Row {
    std::string k;
    double at, pow;
  };
  for (const auto& row : {Row{"1", .42, .42}, Row{"2", .566667, .273333}, Row{"3", .66, .22}, Row{"4", .72, .20}}) {
    SCOPED_TRACE(row.k);
    const auto at = decide_one(airline(), floor_gate(0.1, "pass_at_" + row.k)).gates.at(0);
    const auto pow = decide_one(airline(), floor_gate(0.9, "pass_pow_" + row.k)).gates.at(0);
    EXPECT_NEAR(at.estimate.value_or(0), row.at, 1e-6);
    EXPECT_NEAR(pow.estimate.value_or(0), row.pow, 1e-6);
    EXPECT_EQ(at.n, 50u);
    EXPECT_EQ(at.state, GateState::pass) << at.reason;
    EXPECT_EQ(pow.state, GateState::block) << pow.reason;
  }
}

TEST(Repeats, one_of_one_is_the_pass_rate_to_the_last_digit) {
  for (const auto& builder : {airline(), SuiteBuilder().add_many(30, "p").add_many(5, "f").add("u")}) {
    const auto rate = decide_one(builder, floor_gate(0.5)).gates.at(0);
    for (const auto* metric : {"pass_at_1", "pass_pow_1"}) {
      const auto gate = decide_one(builder, floor_gate(0.5, metric)).gates.at(0);
      EXPECT_NEAR(*gate.estimate, *rate.estimate, 1e-12);
      EXPECT_NEAR(gate.interval->first, rate.interval->first, 1e-12);
      EXPECT_NEAR(gate.interval->second, rate.interval->second, 1e-12);
      EXPECT_EQ(gate.method, rate.method);
    }
  }
}

TEST(Repeats, cases_that_pass_or_fail_whole_have_wilsons_interval_and_others_t) {
  const auto all_of_four = decide_one(airline(), floor_gate(0.5, "pass_pow_4")).gates.at(0);
  EXPECT_EQ(all_of_four.method, "wilson");
  EXPECT_NEAR(all_of_four.interval->first, stats::wilson_lower(10, 50, .05), 1e-12);
  const auto two_of_four = decide_one(airline(), floor_gate(0.5, "pass_pow_2")).gates.at(0);
  EXPECT_EQ(two_of_four.method, "t");
  EXPECT_LE(two_of_four.interval->first, stats::wilson_lower(50 * .273333, 50, .05) + 1e-9) << "samples make no cases";
}

TEST(Repeats, k_of_n_counts_cases) {
  const auto builder = airline();
  for (const auto& [k, passing] : {std::pair(1, 36), std::pair(2, 24), std::pair(3, 14), std::pair(4, 10)}) {
    SCOPED_TRACE(k);
    const auto gate = decide_one(builder, k_of_n(0.1, static_cast<std::uint64_t>(k))).gates.at(0);
    EXPECT_NEAR(*gate.estimate, passing / 50.0, 1e-12);
    EXPECT_EQ(gate.method, "wilson");
    EXPECT_NEAR(gate.interval->first, stats::wilson_lower(passing, 50, .05), 1e-12);
    EXPECT_EQ(gate.metric, "pass_rate");
  }
  EXPECT_EQ(decide_one(builder, k_of_n(0.1, 3)).gates[0].claim, "pass_rate >= 0.1, at least 3 passes a case");
  auto by_check = k_of_n(0.1, 1);
  by_check.metric = "contains.pass";
  SuiteBuilder checked;
  checked.add_many(20, "pf").column("contains.pass", Unit::share, [] {
    std::vector<double> values(40, 0);
    for (std::size_t i = 0; i < 30; i += 2) values[i] = 1;
    return values;
  }());
  EXPECT_NEAR(*decide_one(checked, by_check).gates.at(0).estimate, 15.0 / 20, 1e-12);
}

TEST(Repeats, samples_that_could_not_tell_count_against_below_and_for_above) {
  SuiteBuilder builder;
  builder.add_many(20, "ppf").add("pup").add("fuf").add("puf");
  Policy policy = policy_of({k_of_n(0.5, 2)});
  const auto gate = decide(policy, run_of({builder.suite})).gates.at(0);
  EXPECT_NEAR(*gate.estimate, 21.0 / 22, 1e-12) << "pup passes and fuf fails whatever u is; puf could not tell";
  EXPECT_NEAR(gate.interval->first, stats::wilson_lower(21, 23, .05), 1e-12);
  EXPECT_NEAR(gate.interval->second, stats::wilson_upper(22, 23, .05), 1e-12);
  const auto both = decide_one(SuiteBuilder().add_many(30, "pp").add("pu"), floor_gate(0.5, "pass_pow_2")).gates.at(0);
  EXPECT_EQ(*both.estimate, 1);
  EXPECT_NEAR(both.interval->first, stats::wilson_lower(30, 31, .05), 1e-12);
  EXPECT_NEAR(both.interval->second, 1, 1e-12);
}

TEST(Repeats, a_case_with_fewer_than_k_samples_could_not_tell) {
  for (auto gate : {floor_gate(0.2, "pass_at_3"), floor_gate(0.9, "pass_pow_3"), k_of_n(0.9, 3)}) {
    SCOPED_TRACE(gate.metric);
    const auto row = decide_one(SuiteBuilder().add_many(60, "pp"), gate).gates.at(0);
    EXPECT_EQ(row.state, GateState::inconclusive) << row.reason;
    EXPECT_FALSE(row.estimate);
    EXPECT_EQ(row.interval, (std::pair<double, double>{0, 1}));
    EXPECT_TRUE(contains(row.reason, "60 samples without a value")) << row.reason;
  }
}

TEST(Repeats, go_by_slice_and_cluster_like_any_rate) {
  SuiteBuilder builder;
  for (int i = 0; i < 40; ++i)
    builder.add(i % 4 == 0 ? "pf" : "pp", {{"topic", i % 2 == 0 ? "a" : "b"}}, "d" + std::to_string(i / 2));
  auto gate = floor_gate(0.3, "pass_pow_2");
  gate.by = "topic";
  const auto verdict = decide_one(builder, gate);
  ASSERT_EQ(verdict.gates.size(), 2u);
  EXPECT_NEAR(*verdict.gates[0].estimate, .5, 1e-12);
  EXPECT_NEAR(*verdict.gates[1].estimate, 1, 1e-12);
  EXPECT_EQ(decide_one(builder, floor_gate(0.3, "pass_pow_2")).gates[0].method, "t-clustered");
}

}  // namespace
}  // namespace assay::gate
