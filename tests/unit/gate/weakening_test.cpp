#include "tests/support/temp_dir.hpp"

#include <assay/gate/weakening.hpp>

#include <gtest/gtest.h>

namespace assay::gate {
namespace {

Policy load(const std::string& text) {
  const test::TempDir folder;
  Diagnostics diagnostics;
  auto policy = load_policy(folder.write("gate.yaml", text), diagnostics);
  for (const auto& error : diagnostics.errors()) ADD_FAILURE() << to_string(error) << " in " << text;
  return policy.value_or(Policy());
}

std::string with_gate(const std::string& gate) {
  return "version: 1\ngates:\n  - {id: a, metric: pass_rate, " + gate + "}\n";
}

std::string with_max(const std::string& gate) {
  return "version: 1\ngates:\n  - {id: a, metric: " + gate + "}\n";
}

std::string with_key(const std::string& key) {
  return "version: 1\ngates:\n  - {id: a, metric: pass_rate, floor: 0.8, margin: 0.05}\n" + key + "\n";
}

const std::string kCanary = "canary: {stages: [0.05, 1.0], ";

struct Row {
  std::string strict;
  std::string lax;
  std::string key;
  std::string from;
  std::string to;
};

std::vector<Row> gate_rows() {
  return {
      {with_gate("floor: 0.85"), with_gate("floor: 0.8"), "floor", "0.85", "0.8"},
      {with_gate("floor: 0.85, zero_tolerance: true"), with_gate("zero_tolerance: true"), "floor", "0.85", "none"},
      {with_max("ttft_p95, max: 1.5s"), with_max("ttft_p95, max: 2s"), "max", "1.5s", "2s"},
      {with_max("cost_per_pass, max: 0.02, max_increase: 1"), with_max("cost_per_pass, max_increase: 1"), "max", "0.02",
       "none"},
      {with_max("cost_per_pass, max_increase: 0.1"), with_max("cost_per_pass, max_increase: 0.2"), "max_increase",
       "0.1", "0.2"},
      {with_gate("margin: 0.05"), with_gate("margin: 0.1"), "margin", "0.05", "0.1"},
      {with_gate("floor: 0.8, margin: 0.05"), with_gate("floor: 0.8"), "margin", "0.05", "none"},
      {with_gate("improvement: 0.05"), with_gate("improvement: 0"), "improvement", "0.05", "0"},
      {with_gate("floor: 0.8, zero_tolerance: true"), with_gate("floor: 0.8"), "zero_tolerance", "true", "false"},
      {with_gate("zero_tolerance: true, max_rate: 0.01"), with_gate("zero_tolerance: true, max_rate: 0.05"), "max_rate",
       "0.01", "0.05"},
      {with_gate("zero_tolerance: true, max_rate: 0.01"), with_gate("zero_tolerance: true"), "max_rate", "0.01",
       "none"},
      {with_gate("floor: 0.8, at_least: 4"), with_gate("floor: 0.8, at_least: 3"), "at_least", "4", "3"},
      {with_gate("floor: 0.8, by: t, min_n: 25"), with_gate("floor: 0.8, by: t, min_n: 50"), "min_n", "25", "50"},
      {with_gate("floor: 0.8"), with_gate("floor: 0.8, on_inconclusive: warn"), "on_inconclusive", "fail", "warn"},
      {with_gate("zero_tolerance: true, axis: safety"), with_gate("zero_tolerance: true"), "axis", "safety", "none"},
      {with_gate("floor: 0.8"), with_gate("floor: 0.8, suite: b"), "suite", "every suite", "b"},
      {with_gate("floor: 0.8, suite: [b, c]"), with_gate("floor: 0.8, suite: b"), "suite", "b, c", "b"},
      {with_gate("zero_tolerance: true"), with_gate("zero_tolerance: true, where: {x: y}"), "where", "none", "x=y"},
  };
}

std::vector<Row> policy_rows() {
  return {
      {with_key("alpha: 0.05"), with_key("alpha: 0.1"), "alpha", "0.05", "0.1"},
      {with_key("max_error_rate: 0.02"), with_key("max_error_rate: 0.5"), "max_error_rate", "0.02", "0.5"},
      {with_key("on_inconclusive: fail"), with_key("on_inconclusive: warn"), "on_inconclusive", "fail", "warn"},
      {with_key("judge: {min_youden: 0.6}"), with_key("judge: {min_youden: 0.5}"), "judge.min_youden", "0.6", "0.5"},
      {with_key("judge: {min_youden: 0.6}"), with_key(""), "judge.min_youden", "0.6", "none"},
      {with_key("judge: {min_youden: 0.6, max_age: 90d}"), with_key("judge: {min_youden: 0.6, max_age: 36h}"),
       "judge.max_age", "", ""},
      {with_key("baseline: {ref: main}"), with_key(""), "baseline", "main", "none"},
      {with_key("baseline: {ref: main}"), with_key("baseline: {runs: 5}"), "baseline.ref", "main", "none"},
      {with_key("baseline: {ref: main}"), with_key("baseline: {ref: main, runs: 3}"), "baseline.runs", "5", "3"},
      {with_key("baseline: {ref: main, max_age: 14d}"), with_key("baseline: {ref: main, max_age: 15d}"),
       "baseline.max_age", "14d", "15d"},
      {with_key("baseline: {ref: main, max_age: 14d}"), with_key("baseline: {ref: main}"), "baseline.max_age", "14d",
       "none"},
      {with_key("baseline: {ref: main}"), with_key("baseline: {ref: main, bootstrap: true}"), "baseline.bootstrap",
       "false", "true"},
      {with_key("baseline: {ref: main, anchor: ga, anchor_margin: 0.1}"), with_key("baseline: {ref: main}"),
       "baseline.anchor", "ga", "none"},
      {with_key("baseline: {ref: main, anchor: ga, anchor_margin: 0.1}"),
       with_key("baseline: {ref: main, anchor: ga, anchor_margin: 0.2}"), "baseline.anchor_margin", "0.1", "0.2"},
      {with_key("signoff: {required: [quality, platform]}"), with_key("signoff: {required: [quality]}"),
       "signoff.required", "platform", "none"},
      {with_key(kCanary + "tolerated_ratio: 2}"), with_key(kCanary + "tolerated_ratio: 3}"), "canary.tolerated_ratio",
       "2", "3"},
      {with_key(kCanary + "failure_rate: 0.01}"), with_key(kCanary + "failure_rate: 0.02}"), "canary.failure_rate",
       "0.01", "0.02"},
      {with_key(kCanary + "checklist: {oncall: geo}}"), with_key(kCanary + "checklist: {}}"), "canary.checklist.oncall",
       "geo", "none"},
      {with_key("replay: {max_age: 7d}"), with_key("replay: {max_age: 30d}"), "replay.max_age", "7d", "30d"},
      {with_key(""), with_key("replay: {max_age: 36h}"), "replay.max_age", "none", "36h"},
  };
}

void expect_weaker_only_one_way(const Row& row, const std::string& gate) {
  SCOPED_TRACE(row.key + " " + row.from + " " + row.to);
  const auto strict = load(row.strict);
  const auto lax = load(row.lax);
  const auto weakened = differences(strict, lax);
  ASSERT_EQ(weakened.size(), 1u);
  EXPECT_EQ(weakened[0].gate, gate);
  EXPECT_EQ(weakened[0].key, row.key);
  EXPECT_EQ(weakened[0].from, row.from);
  EXPECT_EQ(weakened[0].to, row.to);
  EXPECT_EQ(weakened[0].strength, Strength::weaker);
  EXPECT_FALSE(sentence(weakened[0]).empty());
  const auto back = differences(lax, strict);
  ASSERT_EQ(back.size(), 1u);
  EXPECT_NE(back[0].strength, Strength::weaker) << "the other way round it is none";
  EXPECT_TRUE(differences(strict, strict).empty());
}

TEST(Differences, name_each_weakening_of_a_gate) {
  for (const auto& row : gate_rows()) expect_weaker_only_one_way(row, "a");
}

TEST(Differences, another_baseline_or_anchor_is_a_weakening_both_ways) {
  const auto one = load(with_key("baseline: {ref: main, anchor: ga, anchor_margin: 0.1}"));
  const auto anchor = load(with_key("baseline: {ref: main, anchor: worse, anchor_margin: 0.1}"));
  const auto ref = load(with_key("baseline: {ref: worse, anchor: ga, anchor_margin: 0.1}"));
  for (const auto& [was, is] : {std::pair(&one, &anchor), std::pair(&anchor, &one), std::pair(&one, &ref)}) {
    const auto found = differences(*was, *is);
    ASSERT_EQ(found.size(), 1u);
    EXPECT_EQ(found[0].strength, Strength::weaker) << found[0].from << " to " << found[0].to;
  }
}

TEST(Differences, name_each_weakening_of_the_policy) {
  for (auto row : policy_rows()) {
    if (row.from.empty()) {  // a shorter age is stricter
      std::swap(row.strict, row.lax);
      row.from = "36h";
      row.to = "90d";
    }
    expect_weaker_only_one_way(row, "");
  }
}

TEST(Differences, whatever_is_about_something_else_needs_a_reason_either_way) {
  struct Pair {
    std::string one;
    std::string other;
    std::string key;
  };
  for (const auto& [one, other, key] :
       {Pair{with_gate("floor: 0.8"), with_max("score, floor: 0.8"), "metric"},
        Pair{with_gate("floor: 0.8, where: {x: y}"), with_gate("floor: 0.8"), "where"},
        Pair{with_gate("floor: 0.8, where: {x: y}"), with_gate("floor: 0.8, where: {x: z}"), "where"},
        Pair{with_gate("floor: 0.8, by: s"), with_gate("floor: 0.8, by: t"), "by"},
        Pair{with_gate("floor: 0.8, at_least: 3"), with_gate("floor: 0.8"), "at_least"}}) {
    SCOPED_TRACE(one + other);
    for (const auto& found : {differences(load(one), load(other)), differences(load(other), load(one))}) {
      ASSERT_EQ(found.size(), 1u);
      EXPECT_EQ(found[0].key, key);
      EXPECT_EQ(found[0].strength, Strength::weaker);
    }
  }
}

TEST(Differences, a_gate_that_is_gone_or_renamed_is_dropped) {
  const auto one = load(with_gate("floor: 0.8"));
  auto renamed = one;
  renamed.gates[0].id = "b";
  const auto found = differences(one, renamed);
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].gate, "a");
  EXPECT_EQ(found[0].key, "dropped");
  EXPECT_EQ(found[0].strength, Strength::weaker);
  EXPECT_EQ(found[1].gate, "b");
  EXPECT_EQ(found[1].strength, Strength::stronger);
}

TEST(Differences, slices_that_may_stay_open_are_weaker_than_a_gate_that_may_not) {
  const auto found = differences(load(with_gate("floor: 0.8")), load(with_gate("floor: 0.8, by: t")));
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].key, "by");
  EXPECT_EQ(found[0].strength, Strength::changed);
  EXPECT_EQ(found[1].key, "on_inconclusive") << "with `by` the default is warn";
  EXPECT_EQ(found[1].strength, Strength::weaker);
}

TEST(Differences, without_a_policy_every_suite_had_a_floor) {
  const auto found = differences(default_policy(), load(with_gate("floor: 0.8, suite: b")));
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].key, "floor");
  EXPECT_EQ(found[0].strength, Strength::weaker);
  EXPECT_EQ(differences(default_policy(), load(with_gate("floor: 0.8"))).size(), 1u);
}

TEST(Explained, only_by_a_reason_for_exactly_that) {
  const auto found = differences(load(with_gate("floor: 0.85")), load(with_gate("floor: 0.8")));
  ASSERT_EQ(found.size(), 1u);
  const Weakening reason{
      .gate = "a", .suite = {}, .key = "floor", .from = "0.850", .to = " 0.80", .reason = "why", .by = "ana", .at = {}};
  const auto explains = [&](auto change) {
    std::vector<Weakening> reasons{reason};
    change(reasons[0]);
    return explained(found[0], reasons) != nullptr;
  };
  EXPECT_TRUE(explains([](Weakening&) {})) << "0.850 is 0.85";
  EXPECT_FALSE(explains([](Weakening& w) { w.gate = "b"; }));
  EXPECT_FALSE(explains([](Weakening& w) { w.suite = "s"; }));
  EXPECT_FALSE(explains([](Weakening& w) { w.key = "margin"; }));
  EXPECT_FALSE(explains([](Weakening& w) { w.from = "0.9"; }));
  EXPECT_FALSE(explains([](Weakening& w) { w.to = "0.7"; }));
  EXPECT_EQ(explained(found[0], {}), nullptr);
}

TEST(Explained, ages_compare_as_ages) {
  const Difference longer{.gate = {}, .suite = {}, .key = "baseline.max_age", .from = "14d", .to = "15d"};
  const std::vector<Weakening> reasons{{.gate = {},
                                        .suite = {},
                                        .key = "baseline.max_age",
                                        .from = "336h",
                                        .to = "15d",
                                        .reason = "why",
                                        .by = "ana",
                                        .at = {}}};
  EXPECT_NE(explained(longer, reasons), nullptr);
}

TEST(ExplanationOf, is_a_line_that_explains_it_once_pasted) {
  for (const auto& difference :
       {Difference{.gate = "overall", .suite = {}, .key = "floor", .from = "0.85", .to = "0.8"},
        Difference{.gate = {}, .suite = "capitals", .key = "cases", .from = "fr, \"jp\": x", .to = "none"},
        Difference{.gate = {}, .suite = {}, .key = "baseline.max_age", .from = "14d", .to = "none"}}) {
    SCOPED_TRACE(difference.key);
    const test::TempDir folder;
    const auto file = folder.write("waivers.yaml", "version: 1\nweakenings:\n  " + explanation_of(difference) + "\n");
    Diagnostics diagnostics;
    const auto waivers = load_waivers(file, diagnostics);
    ASSERT_TRUE(waivers) << to_string(diagnostics.errors().front());
    EXPECT_NE(explained(difference, waivers->weakenings), nullptr) << explanation_of(difference);
  }
}

}  // namespace
}  // namespace assay::gate
