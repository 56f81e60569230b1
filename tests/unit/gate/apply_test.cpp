#include "tests/unit/gate/evidence_builder.hpp"

#include <assay/gate/gate.hpp>

#include <gtest/gtest.h>

namespace assay::gate {
namespace {

using testing::floor_gate;
using testing::max_gate;
using testing::policy_of;
using testing::zero_gate;

SuiteFacts facts(std::string id = "capitals", std::optional<double> floor = {}) {
  SuiteFacts suite;
  suite.id = std::move(id);
  suite.floor = floor;
  suite.metrics = {
      {"contains", Unit::share}, {"length", Unit::chars}, {"answer_time", Unit::seconds}, {"bill", Unit::usd}};
  suite.cases = 10;
  suite.tag_sets = {{{"continent", "asia"}}, {{"continent", "europe"}, {"severity", "critical"}}};
  return suite;
}

std::string all(const Diagnostics& diagnostics) {
  std::string text;
  for (const auto& error : diagnostics.errors()) text += to_string(error) + "\n";
  return text;
}

TEST(Apply, without_a_policy_each_suite_has_its_floor_or_four_fifths) {
  Diagnostics diagnostics;
  const auto policy = apply(default_policy(), {facts("a"), facts("b", 0.6)}, diagnostics);
  ASSERT_TRUE(diagnostics.ok()) << all(diagnostics);
  ASSERT_EQ(policy.gates.size(), 2u);
  EXPECT_EQ(policy.gates[0].id, "floor");
  EXPECT_EQ(policy.gates[0].suites, std::vector<std::string>{"a"});
  EXPECT_EQ(policy.gates[0].floor, 0.8);
  EXPECT_EQ(policy.gates[1].floor, 0.6);
  EXPECT_TRUE(policy.digest.starts_with("sha256:"));
}

TEST(Apply, a_suites_floor_joins_the_policy_unless_it_has_one) {
  Diagnostics diagnostics;
  auto critical = floor_gate(0.9);
  critical.where = {{"severity", "critical"}};
  const auto joined = apply(policy_of({critical}), {facts("a", 0.7)}, diagnostics);
  ASSERT_EQ(joined.gates.size(), 2u);
  EXPECT_EQ(joined.gates[1].id, "floor");
  EXPECT_EQ(joined.gates[1].floor, 0.7);
  const auto own = apply(policy_of({floor_gate(0.9)}), {facts("a", 0.7)}, diagnostics);
  ASSERT_EQ(own.gates.size(), 1u);
  EXPECT_EQ(own.gates[0].floor, 0.9);
  const auto none = apply(policy_of({zero_gate()}), {facts("a")}, diagnostics);
  EXPECT_EQ(none.gates.size(), 1u) << "with a policy file no floor is implied";
  EXPECT_TRUE(diagnostics.ok()) << all(diagnostics);
  EXPECT_NE(joined.digest, own.digest);
}

TEST(Apply, applying_twice_changes_nothing) {
  Diagnostics diagnostics;
  const auto once = apply(default_policy(), {facts("a", 0.7)}, diagnostics);
  const auto twice = apply(once, {facts("a", 0.7)}, diagnostics);
  EXPECT_EQ(once.digest, twice.digest);
}

TEST(Apply, reports_what_cannot_be_decided) {
  const auto with = [](GateSpec gate, auto change) {
    change(gate);
    return gate;
  };
  struct Row {
    GateSpec gate;
    std::vector<std::string> says;
  };
  const std::vector<Row> rows{
      {floor_gate(0.8, "contain"), {"no check of suite 'capitals' feeds", "did you mean 'contains'"}},
      {floor_gate(0.8, "pass_rat"), {"did you mean 'pass_rate'"}},
      {floor_gate(0.8, "contains.pas"), {"did you mean 'contains.pass'"}},
      {floor_gate(0.8, "zzzzzzzzzzzz"), {"this suite has: contains"}},
      {max_gate(0.1, "cost_per_case"), {"no price"}},
      {max_gate(0.1, "bill"), {"no price"}},
      {floor_gate(1, "answer_time"), {"write `max:` instead"}},
      {max_gate(2, "answer_time"), {"a duration with its unit"}},
      {with(max_gate(2, "length"), [](auto& g) { g.max_is_duration = true; }), {"max is a duration"}},
      {max_gate(80, "contains"), {"lies between 0 and 1"}},
      {zero_gate({{"severity", "high"}}), {"(severity=high)", "matches no case of suite 'capitals'"}},
      {zero_gate({{"severity", "critical"}, {"continent", "asia"}}), {"matches no case"}},
      {with(floor_gate(0.8), [](auto& g) { g.by = "topic"; }), {"by 'topic'", "no case of suite 'capitals' has"}},
      {with(floor_gate(0.8), [](auto& g) { g.suites = {"capital"}; }),
       {"did you mean 'capitals'", "no gate of the policy decides"}},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.says.front());
    Diagnostics diagnostics;
    (void)apply(policy_of({row.gate}), {facts()}, diagnostics);
    EXPECT_FALSE(diagnostics.ok());
    for (const auto& part : row.says) EXPECT_NE(all(diagnostics).find(part), std::string::npos) << all(diagnostics);
  }
}

TEST(Apply, accepts_what_the_suite_offers) {
  auto priced = facts();
  priced.has_price = true;
  auto timed = max_gate(1.5, "answer_time");
  timed.max_is_duration = true;
  auto sliced = floor_gate(0.8);
  sliced.by = "continent";
  Diagnostics diagnostics;
  (void)apply(policy_of({max_gate(0.1, "cost_per_pass"), max_gate(0.1, "bill"), timed, sliced,
                         floor_gate(0.9, "contains.pass"), floor_gate(10, "length"), max_gate(600, "length"),
                         max_gate(0.2, "contains"), zero_gate({{"severity", "critical"}}), max_gate(2, "latency_p95")}),
              {priced}, diagnostics);
  EXPECT_TRUE(diagnostics.ok()) << all(diagnostics);
}

TEST(Apply, a_suite_that_nothing_decides_is_refused) {
  Diagnostics diagnostics;
  auto gate = floor_gate(0.8);
  gate.suites = {"a"};
  (void)apply(policy_of({gate}), {facts("a"), facts("b")}, diagnostics);
  EXPECT_NE(all(diagnostics).find("no gate of the policy decides suite 'b'"), std::string::npos) << all(diagnostics);
}

TEST(Apply, refuses_more_samples_of_a_case_than_are_planned) {
  auto suite = facts();
  suite.samples = 4;
  auto at_least = floor_gate(0.9);
  for (const auto& [k, ok] : {std::pair<std::uint64_t, bool>{4, true}, {5, false}}) {
    at_least.at_least = k;
    for (const auto& gate : {at_least, floor_gate(0.5, "pass_at_" + std::to_string(k)),
                             floor_gate(0.5, "pass_pow_" + std::to_string(k))}) {
      SCOPED_TRACE(gate.metric + " " + std::to_string(k));
      Diagnostics diagnostics;
      (void)apply(policy_of({gate}), {suite}, diagnostics);
      EXPECT_EQ(diagnostics.ok(), ok) << all(diagnostics);
      if (!ok) EXPECT_TRUE(all(diagnostics).find("`defaults: {samples: 5}`") != std::string::npos) << all(diagnostics);
    }
  }
  suite.samples = 0;
  Diagnostics diagnostics;
  (void)apply(policy_of({at_least}), {suite}, diagnostics);
  EXPECT_TRUE(diagnostics.ok()) << "nothing is known of the plan";
}

TEST(Apply, a_floor_of_k_of_n_does_not_stand_for_the_suites_own) {
  Diagnostics diagnostics;
  auto gate = floor_gate(0.5);
  gate.at_least = 2;
  EXPECT_EQ(apply(policy_of({gate}), {facts("a", 0.7)}, diagnostics).gates.size(), 2u);
}

GateSpec margin_gate(double margin, std::string metric = "pass_rate") {
  GateSpec gate;
  gate.id = "overall";
  gate.metric = std::move(metric);
  gate.margin = margin;
  return gate;
}

SuiteFacts facts_of_size(std::uint64_t cases, std::uint64_t critical = 0) {
  auto suite = facts();
  suite.cases = cases;
  suite.tag_counts = {cases - critical, critical};
  return suite;
}

TEST(Apply, a_written_margin_that_no_run_of_the_suite_could_show_is_refused_with_two_numbers) {
  struct Row {
    double margin;
    double alpha;
    std::uint64_t least;  ///< z²(1−δ)/δ
  };
  for (const auto& row : {Row{0.05, 0.05, 52}, Row{0.10, 0.05, 25}, Row{0.05, 0.01, 103}}) {
    SCOPED_TRACE(row.least);
    auto policy = policy_of({margin_gate(row.margin)});
    policy.alpha = row.alpha;
    Diagnostics enough;
    (void)apply(policy, {facts_of_size(row.least)}, enough);
    EXPECT_TRUE(enough.ok()) << all(enough);
    Diagnostics short_of_one;
    (void)apply(policy, {facts_of_size(row.least - 1)}, short_of_one);
    EXPECT_EQ(short_of_one.error_count(), 1u);
    EXPECT_NE(all(short_of_one).find("at least " + std::to_string(row.least)), std::string::npos) << all(short_of_one);
    EXPECT_NE(all(short_of_one).find("80 % of the time"), std::string::npos) << all(short_of_one);
  }
  Diagnostics usual;
  (void)apply(policy_of({margin_gate(0.05)}), {facts_of_size(40)}, usual);
  EXPECT_NE(all(usual).find("40 cases"), std::string::npos) << all(usual);
  EXPECT_NE(all(usual).find("with 274 an unchanged"), std::string::npos) << "at 10 % discordance: " << all(usual);
}

TEST(Apply, the_size_of_a_margin_counts_the_cases_that_the_gate_is_about) {
  auto critical = margin_gate(0.10);
  critical.where = {{"severity", "critical"}};
  Diagnostics few;
  (void)apply(policy_of({critical}), {facts_of_size(500, 24)}, few);
  EXPECT_NE(all(few).find("has 24 cases with severity=critical"), std::string::npos) << all(few);
  Diagnostics enough;
  (void)apply(policy_of({critical}), {facts_of_size(500, 25)}, enough);
  EXPECT_TRUE(enough.ok()) << all(enough);
  auto uncounted = facts_of_size(500, 24);
  uncounted.tag_counts.clear();
  Diagnostics unknown;
  (void)apply(policy_of({critical}), {uncounted}, unknown);
  EXPECT_TRUE(unknown.ok()) << "what is not known is left to the decision: " << all(unknown);
}

TEST(Apply, the_margin_of_an_anchor_is_as_written_and_as_much_held_against_the_suite) {
  auto policy = policy_of({margin_gate(0.20)});
  policy.baseline.emplace();
  policy.baseline->anchor = "ga";
  policy.baseline->anchor_margin = 0.05;
  Diagnostics diagnostics;
  (void)apply(policy, {facts_of_size(40)}, diagnostics);
  EXPECT_EQ(diagnostics.error_count(), 1u);
  EXPECT_NE(all(diagnostics).find("anchor_margin 0.05 takes at least 52"), std::string::npos) << all(diagnostics);
}

TEST(Apply, what_may_be_small_is_decided_later) {
  auto sliced = margin_gate(0.05);
  sliced.by = "continent";
  Diagnostics slices;
  (void)apply(policy_of({sliced}), {facts_of_size(40)}, slices);
  EXPECT_TRUE(slices.ok()) << "slices are counted at the decision: " << all(slices);
  Diagnostics unit;
  (void)apply(policy_of({margin_gate(0.5, "length")}), {facts_of_size(3)}, unit);
  EXPECT_TRUE(unit.ok()) << "no share, so the formula says nothing: " << all(unit);
  auto part = facts_of_size(3);
  part.cases = 0;
  auto elsewhere = margin_gate(0.05);
  elsewhere.where = {{"severity", "high"}};
  Diagnostics narrowed;
  (void)apply(policy_of({elsewhere}), {part}, narrowed);
  EXPECT_TRUE(narrowed.ok()) << "the whole suite is not known: " << all(narrowed);
}

TEST(Apply, a_margin_on_a_metric_that_is_better_when_lower_is_refused) {
  Diagnostics diagnostics;
  (void)apply(policy_of({margin_gate(0.1, "answer_time")}), {facts_of_size(500)}, diagnostics);
  EXPECT_NE(all(diagnostics).find("write `max_increase:` instead"), std::string::npos) << all(diagnostics);
}

TEST(Apply, without_a_policy_a_baseline_implies_a_margin_beside_each_floor) {
  Diagnostics diagnostics;
  const auto policy = apply(default_policy(true), {facts("a"), facts("b", 0.6)}, diagnostics);
  EXPECT_TRUE(diagnostics.ok()) << "an implied margin may be too small: " << all(diagnostics);
  ASSERT_EQ(policy.gates.size(), 2u);
  EXPECT_EQ(policy.gates[0].floor, 0.8);
  EXPECT_EQ(policy.gates[0].margin, 0.05);
  EXPECT_EQ(policy.gates[1].margin, 0.05);
  EXPECT_NE(policy.digest, apply(default_policy(), {facts("a"), facts("b", 0.6)}, diagnostics).digest);
  auto written = policy_of({zero_gate()});
  written.baseline.emplace();
  const auto own = apply(written, {facts("a", 0.7)}, diagnostics);
  ASSERT_EQ(own.gates.size(), 2u);
  EXPECT_FALSE(own.gates[1].margin) << "with a policy file nothing is implied";
}

}  // namespace
}  // namespace assay::gate
