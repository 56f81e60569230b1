/// Runs that never were: what is drawn, what is broken, and what the product's decision makes of it.

#include <assay/core/digest.hpp>
#include <assay/core/random.hpp>
#include <assay/gate/population.hpp>

#include <gtest/gtest.h>

#include <numeric>
#include <set>

namespace assay::gate {
namespace {

SuiteEvidence suite_of(std::uint32_t n, std::uint32_t slices = 0, std::uint32_t cluster_size = 0,
                       std::uint32_t samples = 1) {
  SuiteEvidence suite;
  suite.id = "s";
  suite.digest = to_string(sha256("s"));
  for (std::uint32_t i = 0; i < n; ++i) {
    const auto id = "c" + std::to_string(i);
    const Tags tags = slices == 0 ? Tags{} : Tags{{"topic", "t" + std::to_string(i % slices)}};
    const auto cluster = cluster_size == 0 ? std::string() : "d" + std::to_string(i / cluster_size);
    suite.cases.add(i, id, to_string(sha256(id)), cluster, tags);
    for (std::uint32_t k = 0; k < samples; ++k) suite.rows.push_back({i, OutcomeKind::scored, true, false});
  }
  suite.balance = {suite.rows.size(), suite.rows.size(), 0, 0, 0};
  return suite;
}

RunEvidence run_of(SuiteEvidence suite, const std::string& id = "candidate") {
  RunEvidence run;
  run.run = id;
  run.served_models = {"m"};
  run.suites.push_back(std::move(suite));
  return run;
}

double mean_of(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

std::uint64_t passes(const SuiteEvidence& suite) {
  std::uint64_t count = 0;
  for (const auto& row : suite.rows) count += row.pass ? 1 : 0;
  return count;
}

TEST(Population, samples_pass_as_often_as_their_case_does) {
  auto suite = suite_of(2, 0, 0, 4000);
  draw_samples(suite, std::vector<double>{0.9, 0.2}, 1);
  std::uint64_t first = 0;
  for (std::size_t i = 0; i < 4000; ++i) first += suite.rows[i].pass ? 1 : 0;
  EXPECT_NEAR(static_cast<double>(first) / 4000, 0.9, 0.015);  // three standard errors
  EXPECT_NEAR(static_cast<double>(passes(suite) - first) / 4000, 0.2, 0.02);
  auto again = suite_of(2, 0, 0, 4000);
  draw_samples(again, std::vector<double>{0.9, 0.2}, 1);
  EXPECT_EQ(passes(again), passes(suite));
  draw_samples(again, std::vector<double>{0.9, 0.2}, 2);
  EXPECT_NE(passes(again), passes(suite));
}

TEST(Population, cases_of_a_cluster_may_stand_and_fall_together) {
  auto suite = suite_of(500, 0, 5);
  draw_samples(suite, std::vector<double>(500, 0.5), 1, 1.0);
  for (std::size_t i = 0; i < 500; ++i) EXPECT_EQ(suite.rows[i].pass, suite.rows[i - i % 5].pass) << i;
  EXPECT_NEAR(static_cast<double>(passes(suite)), 250, 5 * 3 * 5);
}

TEST(Population, an_injury_costs_what_it_says) {
  const auto suite = suite_of(20'000, 10);
  const std::vector<double> rates(20'000, 0.8);
  for (const auto harm : {Harm::broken, Harm::diffuse, Harm::slice}) {
    const auto worse = injured(suite, rates, {harm, 0.05, "topic"}, 1);
    EXPECT_NEAR(mean_of(worse), 0.75, 0.006) << static_cast<int>(harm);
  }
  EXPECT_EQ(injured(suite, rates, {Harm::none, 0.05, {}}, 1), rates);
  EXPECT_NEAR(mean_of(injured(suite, rates, {Harm::diffuse, 0.9, {}}, 1)), 0, 1e-12) << "no more than there is";
}

TEST(Population, a_slice_that_is_hit_is_one_value_of_the_tag) {
  const auto suite = suite_of(500, 10);
  std::set<std::string> hit;
  const auto worse = injured(suite, std::vector<double>(500, 1.0), {Harm::slice, 0.03, "topic"}, 3);
  for (std::size_t i = 0; i < 500; ++i) {
    if (worse[i] == 0) hit.insert(suite.cases[i].tags.at("topic"));
  }
  EXPECT_EQ(hit.size(), 1u);
}

TEST(Population, a_cluster_breaks_whole) {
  const auto suite = suite_of(500, 0, 5);
  const auto worse = injured(suite, std::vector<double>(500, 1.0), {Harm::broken, 0.2, {}}, 3);
  for (std::size_t i = 0; i < 500; ++i) EXPECT_EQ(worse[i], worse[i - i % 5]) << i;
}

TEST(Population, a_judge_shrinks_a_loss_to_youdens_j_of_it) {
  EXPECT_NEAR(as_judged(0.9, 0.92, 0.80) - as_judged(0.8, 0.92, 0.80), 0.1 * 0.72, 1e-12);
}

GateSpec gate_of(std::optional<double> floor, std::optional<double> margin) {
  GateSpec gate;
  gate.id = "overall";
  gate.metric = "pass_rate";
  gate.floor = floor;
  gate.margin = margin;
  return gate;
}

TEST(DecideAsRun, without_looks_it_is_the_decision_of_the_first_samples) {
  auto suite = suite_of(40, 0, 0, 3);
  for (auto& row : suite.rows) row.pass = row.case_index < 30;
  Policy policy;
  policy.gates = {gate_of(0.5, std::nullopt)};
  const auto decided = decide_as_run(policy, run_of(suite), 1, {});
  EXPECT_EQ(decided.samples, 40u);
  EXPECT_EQ(decided.verdict.kind, VerdictKind::pass);
  EXPECT_EQ(decided.verdict.gates.front().method, "wilson");
}

TEST(DecideAsRun, looks_end_a_clear_run_early_and_leave_an_open_one_whole) {
  Policy policy;
  policy.gates = {gate_of(0.8, std::nullopt)};
  policy.sampling = Sampling{.looks = {0.4, 0.6, 0.8, 1.0}};
  auto clear = suite_of(200);
  const auto early = decide_as_run(policy, run_of(clear), 1, {});
  EXPECT_EQ(early.verdict.kind, VerdictKind::pass);
  EXPECT_LT(early.samples, 120u);
  for (auto& row : clear.rows) row.pass = row.case_index % 5 != 0;
  const auto whole = decide_as_run(policy, run_of(clear), 1, {});
  EXPECT_EQ(whole.verdict.kind, VerdictKind::inconclusive);
  EXPECT_EQ(whole.samples, 200u);
}

TEST(DecideAsRun, cases_of_zero_tolerance_come_before_the_first_look) {
  Policy policy;
  GateSpec critical;
  critical.id = "critical";
  critical.metric = "pass_rate";
  critical.where = {{"topic", "t0"}};
  critical.zero_tolerance = true;
  policy.gates = {critical, gate_of(0.8, std::nullopt)};
  policy.sampling = Sampling{.looks = {0.4, 1.0}};
  auto suite = suite_of(200, 10);
  suite.rows[10].pass = false;
  const auto decided = decide_as_run(policy, run_of(suite), 1, {});
  EXPECT_EQ(decided.verdict.kind, VerdictKind::block);
  EXPECT_EQ(decided.samples, 20u);
}

/// Counts over `replicates` runs of 200 cases, of which 70 % pass with 0.98, 20 % with 0.75 and 10 % with 0.2.
struct Counts {
  int pass = 0;
  int block = 0;
};

Counts simulate(double loss, int replicates) {
  Policy policy;
  policy.baseline = BaselinePolicy{.ref = "main", .runs = 5};
  policy.gates = {gate_of(std::nullopt, 0.05)};
  auto candidate = run_of(suite_of(200));
  Background background;
  background.baseline = BaselineEvidence{.ref = "main", .runs = {5, run_of(suite_of(200), "earlier")}};
  Counts counts;
  for (int i = 0; i < replicates; ++i) {
    const auto key = mix(1, static_cast<std::uint64_t>(i));
    std::vector<double> rates;
    for (std::uint64_t k = 0; k < 200; ++k) {
      const double kind = uniform(mix(mix(key, "kind"), k));
      rates.push_back(kind < 0.7 ? 0.98 : kind < 0.9 ? 0.75 : 0.2);
    }
    for (std::size_t run = 0; run < 5; ++run) {
      draw_samples(background.baseline->runs[run].suites.front(), rates, mix(mix(key, "baseline"), run));
    }
    const auto worse = injured(candidate.suites.front(), rates, {Harm::broken, loss, {}}, mix(key, "injury"));
    draw_samples(candidate.suites.front(), worse, mix(key, "candidate"));
    const auto kind = decide_as_run(policy, candidate, 1, background).verdict.kind;
    counts.pass += kind == VerdictKind::pass ? 1 : 0;
    counts.block += kind == VerdictKind::block ? 1 : 0;
  }
  return counts;
}

// bench/gate measures 4,000 and more: A/A blocks 4 % and passes 82 %, a true −δ passes 5 %, −2δ is blocked 99 %. The
// bounds are four standard errors of 150 runs away; every draw is keyed, so that the counts are the same each time.
TEST(ErrorRates, of_the_default_comparison_are_what_is_promised) {
  const auto unchanged = simulate(0, 150);
  EXPECT_LE(unchanged.block, 18);
  EXPECT_GE(unchanged.pass, 104);
  EXPECT_LE(simulate(0.05, 150).pass, 19);
  EXPECT_GE(simulate(0.10, 150).block, 143);
}

}  // namespace
}  // namespace assay::gate
