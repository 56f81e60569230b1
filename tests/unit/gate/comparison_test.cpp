// Claims against a baseline: margins and improvements, by numbers that are published or counted by hand.

#include "tests/unit/gate/baseline_builder.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

namespace assay::gate {
namespace {

using testing::against;
using testing::any_contains;
using testing::compared_policy;
using testing::contains;
using testing::decide_pair;
using testing::drawn;
using testing::improvement_gate;
using testing::margin_gate;
using testing::Pair;
using testing::paired;
using testing::run_named;
using testing::SuiteBuilder;

TEST(Margin, is_decided_by_tango_on_pairs_of_single_samples) {
  // 160 pass in both, 8 gained, 18 lost: one-sided 95 % bounds -0.0944 and -0.0085, p at -0.10 0.0332
  const auto verdict = decide_pair(paired(160, 8, 18, 14), margin_gate(0.05));
  const auto& row = verdict.gates.at(0);
  EXPECT_EQ(row.method, "tango");
  EXPECT_EQ(row.n, 200u);
  EXPECT_NEAR(*row.estimate, -0.05, 1e-12);
  EXPECT_NEAR(row.interval->first, -0.0944, 5e-5);
  EXPECT_NEAR(row.interval->second, -0.0085, 5e-5);
  EXPECT_NEAR(*row.p, 0.5, 1e-9);
  EXPECT_NEAR(row.of->first, 168.0 / 200, 1e-12);
  EXPECT_NEAR(row.of->second, 178.0 / 200, 1e-12);
  EXPECT_EQ(row.against, Against::baseline);
  EXPECT_EQ(row.margin, 0.05);
  EXPECT_EQ(row.claim, "pass_rate >= main - 0.05");
  EXPECT_EQ(row.state, GateState::block);
  EXPECT_EQ(verdict.kind, VerdictKind::block);
  EXPECT_TRUE(contains(row.reason, "8 gained, 18 lost")) << row.reason;
  EXPECT_TRUE(contains(row.reason, "at least 0.008466 worse")) << row.reason;
  EXPECT_TRUE(contains(row.reason, "lost cases would leave it open")) << row.reason;
}

TEST(Margin, that_holds_although_the_candidate_is_worse_is_a_pass_and_a_warning) {
  const auto verdict = decide_pair(paired(160, 8, 18, 14), margin_gate(0.10));
  EXPECT_EQ(verdict.kind, VerdictKind::pass);
  EXPECT_NEAR(*verdict.gates.at(0).p, 0.0332, 5e-5);
  EXPECT_TRUE(any_contains(verdict.warnings, "a real but tolerable regression"));
}

TEST(Margin, decides_by_the_bounds_and_never_by_the_estimate) {
  struct Row {
    int both, gained, lost, neither;
    double margin;
    GateState state;
  };
  for (const auto& row : {Row{200, 0, 0, 0, 0.05, GateState::pass},            // nothing differs: L = -0.0133
                          Row{200, 0, 0, 0, 0.014, GateState::pass},           //
                          Row{200, 0, 0, 0, 0.01, GateState::inconclusive},    // which takes 268 cases
                          Row{52, 0, 0, 0, 0.05, GateState::pass},             // the least n
                          Row{51, 0, 0, 0, 0.05, GateState::inconclusive},     //
                          Row{25, 0, 0, 0, 0.10, GateState::pass},             //
                          Row{24, 0, 0, 0, 0.10, GateState::inconclusive},     //
                          Row{170, 8, 8, 14, 0.05, GateState::pass},           // as many gained as lost
                          Row{160, 5, 15, 20, 0.06, GateState::block},         // U < 0 and L < -0.06
                          Row{180, 4, 10, 6, 0.05, GateState::inconclusive},   // -0.03
                          Row{10, 40, 0, 150, 0.05, GateState::pass},          // much better
                          Row{10, 0, 40, 150, 0.05, GateState::block},         //
                          Row{5, 0, 15, 0, 0.05, GateState::block},            // few cases prove harm all the same
                          Row{5, 15, 0, 0, 0.05, GateState::inconclusive}}) {  // and never its absence
    const auto verdict = decide_pair(paired(row.both, row.gained, row.lost, row.neither), margin_gate(row.margin));
    EXPECT_EQ(verdict.gates.at(0).state, row.state)
        << row.both << " " << row.gained << " " << row.lost << " " << row.margin << ": " << verdict.gates.at(0).reason;
  }
}

TEST(Margin, that_too_few_cases_could_show_says_how_many_would) {
  const auto verdict = decide_pair(paired(40, 0, 0, 0), margin_gate(0.05));
  const auto& reason = verdict.gates.at(0).reason;
  EXPECT_TRUE(contains(reason, "too few for the margin 0.05 even without a loss, which takes 52 cases")) << reason;
  EXPECT_TRUE(contains(reason, "for an unchanged candidate to pass 80 % of the time")) << reason;
}

TEST(Margin, says_how_many_more_cases_or_fewer_losses_would_decide) {
  const auto verdict = decide_pair(paired(180, 4, 10, 6), margin_gate(0.05));
  const auto& reason = verdict.gates.at(0).reason;
  EXPECT_TRUE(contains(reason, "more cases like these would show that it holds")) << reason;
  ASSERT_TRUE(contains(reason, "it takes at most 7 lost cases instead of 10")) << reason;
  EXPECT_EQ(decide_pair(paired(183, 4, 7, 6), margin_gate(0.05)).kind, VerdictKind::pass);
  EXPECT_EQ(decide_pair(paired(182, 4, 8, 6), margin_gate(0.05)).kind, VerdictKind::inconclusive);
}

TEST(Margin, on_a_mean_of_baseline_runs_takes_t_with_a_floor) {
  // 2 lost of 200 against two equal runs: p 0.0079 with floor and skew (docs/statistics.md)
  const auto pair = paired(198, 0, 2, 0);
  auto again = pair.baseline;
  again.run = "b2";
  const auto verdict = decide(compared_policy({margin_gate(0.05)}), pair.candidate, against({pair.baseline, again}));
  const auto& row = verdict.gates.at(0);
  EXPECT_EQ(row.method, "t-paired");
  EXPECT_NEAR(*row.p, 0.0079, 5e-5);
  EXPECT_EQ(row.state, GateState::pass);
  const auto equal = paired(200, 0, 0, 0);
  again = equal.baseline;
  again.run = "b2";
  const auto quiet = decide(compared_policy({margin_gate(0.05)}), equal.candidate, against({equal.baseline, again}));
  EXPECT_NEAR(quiet.gates.at(0).interval->first, -1.6525 * std::sqrt(0.0475 / 200), 1e-5);
  EXPECT_NEAR(quiet.gates.at(0).interval->second, 1.6525 * std::sqrt(0.0475 / 4 / 200), 1e-5)
      << "quiet is not sure: nothing differs and the interval has a width";
}

TEST(Margin, averages_the_baseline_over_the_runs_of_each_case) {
  SuiteBuilder ours;
  ours.add_many(100, "p").add_many(100, "f");
  SuiteBuilder first;
  first.add_many(100, "p").add_many(100, "p");
  SuiteBuilder second;
  second.add_many(100, "p").add_many(100, "f");
  const auto verdict = decide(compared_policy({margin_gate(0.05)}), run_named("candidate", ours),
                              against({run_named("b2", first, 99), run_named("b1", second, 98)}));
  EXPECT_NEAR(verdict.gates.at(0).of->second, 0.75, 1e-12);
  EXPECT_NEAR(*verdict.gates.at(0).estimate, -0.25, 1e-12);
  EXPECT_EQ(verdict.kind, VerdictKind::block);
}

TEST(Margin, counts_clusters_not_cases) {
  SuiteBuilder ours;
  SuiteBuilder theirs;
  for (int c = 0; c < 240; ++c) {
    const auto cluster = "doc" + std::to_string(c / 12);
    ours.add(c / 12 == 3 ? "f" : "p", {}, cluster);
    theirs.add("p", {}, cluster);
  }
  const auto verdict =
      decide(compared_policy({margin_gate(0.10)}), run_named("candidate", ours), against({run_named("b1", theirs)}));
  EXPECT_EQ(verdict.gates.at(0).method, "t-paired-clustered");
  EXPECT_EQ(verdict.gates.at(0).state, GateState::inconclusive)
      << "one document of twenty fell: " << verdict.gates.at(0).reason;
}

TEST(Margin, an_error_counts_against_the_candidate_in_one_bound_and_for_it_in_the_other) {
  SuiteBuilder ours;
  ours.add_many(198, "p").add_many(2, "e");
  SuiteBuilder theirs;
  theirs.add_many(200, "p");
  const auto row =
      decide(compared_policy({margin_gate(0.05)}), run_named("candidate", ours), against({run_named("b1", theirs)}))
          .gates.at(0);
  const auto worst = decide_pair(paired(198, 0, 2, 0), margin_gate(0.05)).gates.at(0);
  const auto best = decide_pair(paired(200, 0, 0, 0), margin_gate(0.05)).gates.at(0);
  EXPECT_EQ(row.interval->first, worst.interval->first);
  EXPECT_EQ(row.interval->second, best.interval->second);
  EXPECT_EQ(*row.estimate, 0) << "by what was measured";
  EXPECT_TRUE(contains(row.reason, "2 samples without a value")) << row.reason;
  // and the other way round in the baseline
  const auto other =
      decide(compared_policy({margin_gate(0.05)}), run_named("candidate", theirs), against({run_named("b1", ours)}))
          .gates.at(0);
  EXPECT_EQ(other.interval->first, best.interval->first);
  EXPECT_EQ(other.interval->second, -worst.interval->first);
}

TEST(Margin, of_several_samples_is_on_case_means) {
  SuiteBuilder ours;
  ours.add_many(60, "pppp").add_many(40, "ppff");
  SuiteBuilder theirs;
  theirs.add_many(60, "pppp").add_many(40, "pppf");
  const auto row =
      decide(compared_policy({margin_gate(0.05)}), run_named("candidate", ours), against({run_named("b1", theirs)}))
          .gates.at(0);
  EXPECT_EQ(row.n, 100u);
  EXPECT_NEAR(*row.estimate, -0.1, 1e-12);
  EXPECT_EQ(row.state, GateState::block);
}

TEST(Margin, with_k_of_n_pairs_cases_that_pass_or_do_not) {
  SuiteBuilder ours;
  ours.add_many(182, "ppf").add_many(18, "pff");
  SuiteBuilder theirs;
  theirs.add_many(192, "ppp").add_many(8, "fff");
  auto gate = margin_gate(0.05);
  gate.at_least = 2;
  const auto row =
      decide(compared_policy({gate}), run_named("candidate", ours), against({run_named("b1", theirs)})).gates.at(0);
  EXPECT_EQ(row.method, "tango");
  EXPECT_NEAR(*row.estimate, -0.05, 1e-12);
  EXPECT_EQ(row.claim, "pass_rate >= main - 0.05, at least 2 passes a case");
}

TEST(Margin, is_a_row_beside_the_floor_with_one_id) {
  auto gate = margin_gate(0.05);
  gate.floor = 0.8;
  const auto verdict = decide_pair(paired(180, 2, 2, 16), gate);
  ASSERT_EQ(verdict.gates.size(), 2u);
  EXPECT_EQ(verdict.gates[0].id, verdict.gates[1].id);
  EXPECT_EQ(verdict.gates[0].against, Against::nothing);
  EXPECT_EQ(verdict.gates[1].against, Against::baseline);
  EXPECT_EQ(verdict.kind, VerdictKind::pass);
}

TEST(Margin, is_held_against_the_anchor_too) {
  // Small losses add up: nothing against last week, much against the last release.
  const auto now = paired(160, 4, 4, 32);
  SuiteBuilder release;
  release.add_many(196, "p").add_many(4, "f");
  auto policy = compared_policy({margin_gate(0.05)});
  policy.baseline->anchor = "ga";
  policy.baseline->anchor_margin = 0.10;
  auto background = against({now.baseline});
  background.anchor = BaselineEvidence{"ga", false, {run_named("r0", release, 1)}, {}};
  const auto verdict = decide(policy, now.candidate, background);
  ASSERT_EQ(verdict.gates.size(), 2u);
  EXPECT_EQ(verdict.gates[0].state, GateState::pass) << verdict.gates[0].reason;
  EXPECT_EQ(verdict.gates[1].state, GateState::block) << verdict.gates[1].reason;
  EXPECT_EQ(verdict.gates[1].against, Against::anchor);
  EXPECT_EQ(verdict.gates[1].margin, 0.10);
  EXPECT_EQ(verdict.gates[1].claim, "pass_rate >= ga - 0.1");
  EXPECT_EQ(verdict.kind, VerdictKind::block);
  ASSERT_TRUE(verdict.anchor);
  EXPECT_EQ(verdict.anchor->runs, std::vector<std::string>{"r0"}) << "an anchor has no age limit";
}

TEST(Improvement, must_be_proved) {
  struct Row {
    int both, gained, lost, neither;
    double least;
    GateState state;
  };
  for (const auto& row : {Row{160, 18, 8, 14, 0, GateState::pass}, Row{160, 18, 8, 14, 0.02, GateState::inconclusive},
                          Row{160, 18, 8, 14, 0.10, GateState::block}, Row{200, 0, 0, 0, 0, GateState::inconclusive},
                          Row{160, 8, 18, 14, 0, GateState::block}}) {
    const auto verdict = decide_pair(paired(row.both, row.gained, row.lost, row.neither), improvement_gate(row.least));
    EXPECT_EQ(verdict.gates.at(0).state, row.state) << row.least << ": " << verdict.gates.at(0).reason;
    EXPECT_FALSE(verdict.gates.at(0).margin);
  }
}

TEST(Improvement, of_a_score_and_of_what_is_better_when_lower) {
  SuiteBuilder ours;
  ours.add_many(60, "p").column("toxicity", Unit::share, std::vector<double>(60, 0.1), Direction::down);
  SuiteBuilder theirs;
  theirs.add_many(60, "p").column("toxicity", Unit::share, std::vector<double>(60, 0.3), Direction::down);
  const auto better = decide(compared_policy({improvement_gate(0.05, "toxicity")}), run_named("candidate", ours),
                             against({run_named("b1", theirs)}));
  EXPECT_EQ(better.gates.at(0).state, GateState::pass) << better.gates.at(0).reason;
  EXPECT_NEAR(*better.gates.at(0).estimate, -0.2, 1e-12) << "the difference, not the gain";
  EXPECT_LT(better.gates.at(0).interval->second, -0.05);
  EXPECT_EQ(better.gates.at(0).claim, "toxicity < main - 0.05");
  const auto worse = decide(compared_policy({improvement_gate(0, "toxicity")}), run_named("candidate", theirs),
                            against({run_named("b1", ours)}));
  EXPECT_EQ(worse.gates.at(0).state, GateState::block);
}

Pair sliced(const std::vector<std::pair<int, int>>& lost_and_gained, int size) {
  SuiteBuilder ours;
  SuiteBuilder theirs;
  for (std::size_t slice = 0; slice < lost_and_gained.size(); ++slice) {
    const auto [lost, gained] = lost_and_gained[slice];
    for (int c = 0; c < size; ++c) {
      const Tags tags{{"topic", "t" + std::to_string(slice)}};
      ours.add(c < lost ? "f" : "p", tags);
      theirs.add(c >= lost && c < lost + gained ? "f" : "p", tags);
    }
  }
  return {run_named("candidate", ours), run_named("b1", theirs)};
}

TEST(Slices, a_slice_that_fell_blocks_and_a_chance_loss_among_many_does_not) {
  auto gate = margin_gate(0.10);
  gate.by = "topic";
  std::vector<std::pair<int, int>> slices(10, {1, 1});
  slices[3] = {15, 0};
  const auto fell = decide_pair(sliced(slices, 50), gate);
  EXPECT_EQ(fell.kind, VerdictKind::block);
  EXPECT_EQ(std::count_if(fell.gates.begin(), fell.gates.end(),
                          [](const GateResult& row) { return row.state == GateState::block; }),
            1);
  slices[3] = {5, 0};  // alone it would block: one-sided p 0.0127
  const auto chance = decide_pair(sliced(slices, 50), gate);
  EXPECT_EQ(chance.kind, VerdictKind::pass) << "open slices are a warning";
  EXPECT_TRUE(any_contains(chance.warnings, "after Holm's correction"));
  slices = {{5, 0}};
  EXPECT_EQ(decide_pair(sliced(slices, 50), gate).kind, VerdictKind::block);
}

TEST(Slices, need_their_own_bound_only_to_pass_and_cases_enough_for_the_margin) {
  auto gate = margin_gate(0.10);
  gate.by = "topic";
  const auto all = decide_pair(sliced(std::vector<std::pair<int, int>>(20, {0, 0}), 25), gate);
  for (const auto& row : all.gates) EXPECT_EQ(row.state, GateState::pass) << row.reason;
  const auto few = decide_pair(sliced(std::vector<std::pair<int, int>>(20, {0, 0}), 24), gate);
  for (const auto& row : few.gates) EXPECT_EQ(row.state, GateState::inconclusive) << row.reason;
}

TEST(Narrowed, runs_are_compared_on_the_cases_they_have) {
  const auto pair = paired(200, 0, 0, 0);
  SuiteBuilder part;
  part.add_many(30, "f");
  auto candidate = run_named("candidate", part);
  candidate.limit = 30;
  const auto verdict = decide(compared_policy({margin_gate(0.05)}), candidate, against({pair.baseline}));
  EXPECT_EQ(verdict.gates.at(0).n, 30u);
  EXPECT_EQ(verdict.kind, VerdictKind::block);
  EXPECT_TRUE(verdict.baseline->removed.empty()) << "what was left out is not gone";
}

/// Cases that pass now and then, the same in every run.
std::vector<double> noisy(std::size_t n) {
  std::vector<double> rates;
  for (std::size_t c = 0; c < n; ++c) rates.push_back(c % 10 < 7 ? 0.98 : c % 10 < 9 ? 0.75 : 0.2);
  return rates;
}

TEST(Comparison, an_estimate_lies_within_its_bounds_and_a_loss_never_helps) {
  const auto rates = noisy(200);
  for (std::uint64_t key = 1; key <= 20; ++key) {
    for (const std::size_t runs : {1u, 3u}) {
      std::vector<RunEvidence> baseline;
      for (std::size_t r = 0; r < runs; ++r) {
        baseline.push_back(run_named("b" + std::to_string(r), drawn(rates, 1, key * 100 + r)));
      }
      auto candidate = run_named("candidate", drawn(rates, 1, key * 100 + 50));
      const auto policy = compared_policy({margin_gate(0.05)});
      const auto before = decide(policy, candidate, against(baseline)).gates.at(0);
      EXPECT_LE(before.interval->first, *before.estimate);
      EXPECT_GE(before.interval->second, *before.estimate);
      EXPECT_EQ(before.state == GateState::pass, before.interval->first > -0.05);
      const auto passing = std::find_if(candidate.suites[0].rows.begin(), candidate.suites[0].rows.end(),
                                        [](const SampleRow& row) { return row.pass; });
      passing->pass = false;
      const auto after = decide(policy, candidate, against(baseline)).gates.at(0);
      EXPECT_LT(after.interval->first, before.interval->first) << key << " " << runs;
      EXPECT_LT(after.interval->second, before.interval->second) << key << " " << runs;
      EXPECT_GE(*after.p, *before.p);
    }
  }
}

/// The same suite with its cases in another order.
SuiteBuilder reversed(const SuiteEvidence& suite) {
  SuiteBuilder builder;
  for (std::size_t c = suite.cases.size(); c-- > 0;) {
    std::string word;
    for (const auto& row : suite.rows) {
      if (row.case_index == c) word += row.pass ? 'p' : 'f';
    }
    builder.add(word, suite.cases[c].tags, suite.cases[c].cluster, std::string(suite.cases.id(c)));
  }
  return builder;
}

TEST(Comparison, does_not_depend_on_the_order_of_cases_in_either_run) {
  const auto rates = noisy(150);
  const auto ours = run_named("candidate", drawn(rates, 2, 1));
  const auto theirs = run_named("b1", drawn(rates, 2, 2));
  const auto policy = compared_policy({margin_gate(0.05)});
  const auto straight = decide(policy, ours, against({theirs})).gates.at(0);
  for (const bool turn_ours : {true, false}) {
    const auto turned = decide(policy, turn_ours ? run_named("candidate", reversed(ours.suites[0])) : ours,
                               against({run_named("b1", reversed(theirs.suites[0]))}))
                            .gates.at(0);
    EXPECT_NEAR(*turned.estimate, *straight.estimate, 1e-12);
    EXPECT_NEAR(turned.interval->first, straight.interval->first, 1e-12);
    EXPECT_NEAR(turned.interval->second, straight.interval->second, 1e-12);
    EXPECT_EQ(turned.state, straight.state);
  }
}

TEST(Comparison, equal_evidence_gives_an_equal_decision) {
  const auto pair = paired(180, 4, 10, 6);
  const auto first = decide_pair(pair, margin_gate(0.05));
  auto again = pair;
  again.candidate.run = "another id";
  again.candidate.started.unix_ms += 1000;
  EXPECT_EQ(decide_pair(again, margin_gate(0.05)).decision, first.decision);
  again.candidate.suites[0].rows[0].pass = false;
  EXPECT_NE(decide_pair(again, margin_gate(0.05)).decision, first.decision);
}

}  // namespace
}  // namespace assay::gate
