/// Runs that are looked at on their way: which cases a look sees, how strict it is, and whether it ends the run.

#include "tests/unit/gate/evidence_builder.hpp"

#include <assay/gate/sampling.hpp>
#include <assay/stats/spending.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <functional>

namespace assay::gate {
namespace {

using namespace testing;

constexpr std::uint64_t kSeed = 7;
constexpr int kCases = 400;

Policy looking(std::vector<GateSpec> gates, std::vector<double> looks = {0.4, 0.6, 0.8, 1.0}) {
  auto policy = policy_of(std::move(gates));
  policy.sampling = Sampling{.looks = std::move(looks)};
  return policy;
}

Policy repeating(std::vector<GateSpec> gates, std::uint32_t rounds) {
  auto policy = looking(std::move(gates), {1.0});
  policy.sampling->repeat = Sampling::Repeat{.max_rounds = rounds};
  return policy;
}

std::string id_of(int i) {
  return "c" + std::to_string(i);
}

double place(int i) {
  return position(kSeed, "capitals", id_of(i));
}

/// The evidence of a run of `kCases` cases that stopped: `samples` says what each case that was run has.
RunEvidence stopped_at(const StopPoint& stop, const std::function<std::string(int)>& samples) {
  SuiteBuilder builder;
  for (int i = 0; i < kCases; ++i) {
    const auto some = samples(i);
    if (!some.empty()) builder.add(some, {}, {}, id_of(i));
  }
  auto run = run_of({builder.suite});
  run.seed = kSeed;
  run.stop = stop;
  return run;
}

/// Every case before the fraction is run, and passes unless it is one of every `fails`.
RunEvidence part(double fraction, std::uint32_t look, int fails) {
  return stopped_at({.look = look, .fraction = fraction, .saved = 10}, [&](int i) -> std::string {
    if (place(i) >= fraction) return {};
    return fails > 0 && i % fails == 0 ? "f" : "p";
  });
}

double spent_by(const std::vector<Look>& looks) {
  std::vector<double> fractions;
  std::vector<double> bounds;
  for (const auto& look : looks) {
    fractions.push_back(look.information);
    // the bound of the level, by bisection: no inverse of the normal distribution is public
    double low = -8;
    double high = 8;
    for (int i = 0; i < 60; ++i) {
      const double middle = (low + high) / 2;
      (std::erfc(middle / std::sqrt(2.0)) / 2 > look.level ? low : high) = middle;
    }
    bounds.push_back(low);
  }
  double sum = 0;
  const auto chances = stats::crossing_chances(fractions, bounds, 0);
  for (const double chance : chances.value_or(std::vector<double>{})) sum += chance;
  return sum;
}

TEST(Looks, are_as_strict_as_published_boundaries_say) {
  const auto looks = looks_of(looking({floor_gate(0.8)}));
  const double bounds[] = {2.8874, 2.2981, 1.9618, 1.7397};  // O'Brien–Fleming, one-sided .05
  ASSERT_EQ(looks.size(), 4U);
  for (std::size_t k = 0; k < 4; ++k) {
    EXPECT_EQ(looks[k].look, k + 1);
    EXPECT_NEAR(looks[k].level, std::erfc(bounds[k] / std::sqrt(2.0)) / 2, 2e-5) << k;
  }
  EXPECT_NEAR(spent_by(looks), 0.05, 1e-5);
}

TEST(Looks, of_one_end_are_the_fixed_test) {
  const auto looks = looks_of(looking({floor_gate(0.8)}, {1.0}));
  ASSERT_EQ(looks.size(), 1U);
  EXPECT_NEAR(looks[0].level, 0.05, 1e-6);
}

TEST(Looks, rounds_count_by_what_they_take_from_the_variance) {
  auto policy = repeating({floor_gate(0.8)}, 4);
  policy.baseline = BaselinePolicy{.ref = "main", .runs = 5};
  const auto looks = looks_of(policy);
  const double information[] = {1.0 / 3, 4.0 / 7, 3.0 / 4, 8.0 / 9, 1};
  const double bounds[] = {2.0020, 2.0616, 2.0888, 2.1057, 2.1176};  // Pocock, one-sided .05
  ASSERT_EQ(looks.size(), 5U);
  for (std::size_t k = 0; k < 5; ++k) {
    EXPECT_EQ(looks[k].look, 1U);
    EXPECT_EQ(looks[k].round, k);
    EXPECT_NEAR(looks[k].information, information[k], 1e-9) << k;
    EXPECT_NEAR(looks[k].level, std::erfc(bounds[k] / std::sqrt(2.0)) / 2, 2e-5) << k;
  }
}

TEST(Looks, and_rounds_spend_alpha_together) {
  for (const std::uint32_t rounds : {1U, 5U, 20U}) {
    for (const bool compared : {false, true}) {
      auto policy = looking({floor_gate(0.8)});
      policy.sampling->repeat = Sampling::Repeat{.max_rounds = rounds};
      if (compared) policy.baseline = BaselinePolicy{.ref = "main"};
      const auto looks = looks_of(policy);
      ASSERT_EQ(looks.size(), 4U + rounds);
      EXPECT_NEAR(spent_by(looks), 0.05, 1e-5) << rounds << " rounds";
    }
  }
}

TEST(Looks, too_close_for_their_boundaries_are_none) {
  auto policy = looking({floor_gate(0.8)}, {0.005, 0.01, 1.0});
  EXPECT_EQ(looks_of(policy).size(), 3U);
  policy.sampling->repeat = Sampling::Repeat{.max_rounds = 20};
  EXPECT_TRUE(looks_of(policy).empty());
  EXPECT_TRUE(looks_of(policy_of({floor_gate(0.8)})).empty()) << "without sampling there are none";
}

TEST(Looks, zero_tolerance_cases_come_first) {
  auto critical = zero_gate({{"severity", "critical"}});
  critical.suites = {"capitals"};
  auto polite = zero_gate();
  polite.metric = "polite.pass";
  const auto policy = looking({floor_gate(0.8), critical, polite});
  const auto kase = [](const Tags& tags, const std::string& metric) {
    PlannedCase made;
    made.tags = tags;
    auto check = std::make_shared<CompiledCheck>();
    check->metric = metric;
    made.checks.push_back(std::move(check));
    return made;
  };
  EXPECT_TRUE(comes_first(policy, "capitals", kase({{"severity", "critical"}, {"topic", "a"}}, "equals")));
  EXPECT_FALSE(comes_first(policy, "rivers", kase({{"severity", "critical"}}, "equals")));
  EXPECT_FALSE(comes_first(policy, "capitals", kase({{"severity", "low"}}, "equals")));
  EXPECT_TRUE(comes_first(policy, "rivers", kase({}, "polite"))) << "a case feeds the metric of the gate";
  EXPECT_FALSE(any_comes_first(looking({floor_gate(0.8)})));
}

TEST(Look, decides_at_its_level) {
  const auto policy = looking({floor_gate(0.9)});
  const auto verdict = decide(policy, part(0.6, 2, 50));
  ASSERT_EQ(verdict.gates.size(), 1U);
  EXPECT_NEAR(verdict.gates[0].alpha, looks_of(policy)[1].level, 1e-15);
  EXPECT_EQ(verdict.kind, VerdictKind::pass) << verdict.gates[0].reason;
  ASSERT_TRUE(verdict.stop);
  EXPECT_EQ(verdict.stop->look, 2U);
  EXPECT_EQ(verdict.stop->looks, 4U);
  EXPECT_EQ(verdict.stop->samples, verdict.gates[0].n);
  EXPECT_EQ(verdict.stop->reason,
            "stopped at look 2 of 4, after 60 % of the cases: every blocking gate was decided; 10 samples were not "
            "needed");
}

TEST(Look, is_stricter_than_the_end_would_be) {
  // 97 % of the cases that the first look sees pass: enough for that floor at 95 %, not at 99.8 %
  const auto policy = looking({floor_gate(0.93)});
  auto evidence = part(0.4, 1, 55);
  EXPECT_EQ(decide(policy, evidence).kind, VerdictKind::inconclusive);
  evidence.stop.reset();
  const auto whole = decide(policy_of(policy.gates), evidence);
  EXPECT_EQ(whole.kind, VerdictKind::pass) << "the same numbers, planned as the whole: " << whole.gates.at(0).reason;
}

TEST(Look, the_last_one_pays_for_those_before) {
  const auto policy = looking({floor_gate(0.9)});
  const auto verdict = decide(policy, part(1, 4, 50));
  EXPECT_NEAR(verdict.gates.at(0).alpha, std::erfc(1.7397 / std::sqrt(2.0)) / 2, 2e-5);
  EXPECT_EQ(verdict.gates.at(0).n, static_cast<std::uint64_t>(kCases));
}

TEST(Look, sees_its_random_part_only_and_zero_tolerance_all_of_its_cases) {
  auto zero = zero_gate({{"severity", "critical"}});
  SuiteBuilder builder;
  std::uint64_t seen = 0;
  for (int i = 0; i < kCases; ++i) {
    const bool critical = i % 10 == 0;
    const bool in_part = place(i) < 0.4;
    if (!critical && !in_part) continue;
    // Critical cases beyond the look all fail their floor: the look must not see them.
    builder.add("p", critical ? Tags{{"severity", "critical"}} : Tags{}, {}, id_of(i));
    seen += in_part ? 1 : 0;
  }
  auto run = run_of({builder.suite});
  run.seed = kSeed;
  run.stop = StopPoint{.look = 1, .fraction = 0.4};
  const auto policy = looking({floor_gate(0.5), zero});
  const auto verdict = decide(policy, run);
  ASSERT_EQ(verdict.gates.size(), 2U);
  EXPECT_EQ(verdict.gates[0].n, seen);
  EXPECT_EQ(verdict.gates[1].n, 40U);
  EXPECT_DOUBLE_EQ(verdict.gates[1].alpha, 0.05) << "its cases are all in: nothing is looked at twice";
}

TEST(Look, before_the_first_one_only_a_proven_failure_ends_a_run) {
  const auto policy = looking({floor_gate(0.5), zero_gate({{"severity", "critical"}})});
  for (const bool fails : {false, true}) {
    SuiteBuilder builder;
    for (int i = 0; i < 20; ++i) builder.add(fails && i == 3 ? "f" : "p", {{"severity", "critical"}}, {}, id_of(i));
    auto run = run_of({builder.suite});
    run.seed = kSeed;
    run.stop = StopPoint{.look = 0, .fraction = 0, .saved = 380};
    const auto verdict = decide(policy, run);
    EXPECT_EQ(verdict.gates.at(0).state, GateState::inconclusive) << verdict.gates.at(0).reason;
    EXPECT_EQ(onward(policy, *run.stop, verdict), fails ? Onward::stop : Onward::cases);
    if (!fails) continue;
    EXPECT_EQ(verdict.kind, VerdictKind::block);
    EXPECT_EQ(verdict.stop->reason,
              "stopped before the first of 4 looks, after the cases of zero-tolerance gates: a block is proved that no "
              "further sample can undo; 380 samples were not needed");
  }
}

TEST(Look, of_another_policy_proves_nothing) {
  const auto evidence = part(0.6, 2, 0);
  const auto sealed = looking({floor_gate(0.8)});
  EXPECT_EQ(decide(sealed, evidence).kind, VerdictKind::pass);
  const Policy others[] = {policy_of({floor_gate(0.8)}), looking({floor_gate(0.8)}, {0.5, 1.0}),
                           looking({floor_gate(0.8)}, {0.2, 0.4, 0.6, 1.0})};
  for (const auto& policy : others) {
    const auto verdict = decide(policy, evidence);
    EXPECT_EQ(verdict.kind, VerdictKind::inconclusive);
    EXPECT_TRUE(contains(verdict.gates.at(0).reason, "this policy has no such look")) << verdict.gates.at(0).reason;
  }
}

TEST(Look, a_whole_run_can_be_decided_by_a_policy_without_looks) {
  const auto verdict = decide(policy_of({floor_gate(0.8)}), part(1, 4, 50));
  EXPECT_EQ(verdict.kind, VerdictKind::pass);
  EXPECT_DOUBLE_EQ(verdict.gates.at(0).alpha, 0.05);
  ASSERT_FALSE(verdict.warnings.empty());
  EXPECT_TRUE(contains(verdict.warnings.back(), "looks of another policy")) << verdict.warnings.back();
}

struct Step {
  const char* what;
  VerdictKind kind;
  std::vector<GateResult> gates;
  StopPoint at;
  Onward onward;
};

GateResult row(GateState state, bool blocking = true, bool repeats_help = false) {
  GateResult gate;
  gate.state = state;
  gate.blocking = blocking;
  gate.repeats_help = repeats_help;
  return gate;
}

TEST(Onward, a_run_goes_on_as_long_as_more_can_decide) {
  auto policy = looking({floor_gate(0.8)});
  policy.sampling->repeat = Sampling::Repeat{.max_rounds = 2};
  const auto pass = row(GateState::pass);
  const auto block = row(GateState::block);
  const auto open = row(GateState::inconclusive, true, true);
  const auto warns = row(GateState::inconclusive, false, true);
  const auto held = row(GateState::inconclusive);
  const auto broken = row(GateState::error);
  const StopPoint second{.look = 2, .fraction = 0.6};
  const StopPoint last{.look = 4, .fraction = 1};
  const StopPoint round{.look = 4, .round = 1, .fraction = 1};
  const StopPoint end{.look = 4, .round = 2, .fraction = 1};
  const Step steps[] = {
      {"all decided", VerdictKind::pass, {pass, pass}, second, Onward::stop},
      {"open, and it only warns", VerdictKind::pass, {pass, warns}, second, Onward::stop},
      {"all of them only warn", VerdictKind::pass, {warns, warns}, second, Onward::cases},
      {"all of them only warn, at the last look", VerdictKind::pass, {warns}, last, Onward::stop},
      {"one open", VerdictKind::inconclusive, {pass, open}, second, Onward::cases},
      {"a block beside an open one", VerdictKind::block, {block, open}, second, Onward::stop},
      {"a block that is waived, beside an open one", VerdictKind::inconclusive, {block, open}, second, Onward::cases},
      {"a block that is waived", VerdictKind::pass_with_waiver, {block, pass}, second, Onward::stop},
      {"an error may pass by", VerdictKind::error, {broken, pass}, second, Onward::cases},
      {"narrowed, all decided", VerdictKind::inconclusive, {pass}, second, Onward::stop},
      {"open at the last look", VerdictKind::inconclusive, {pass, open}, last, Onward::repeats},
      {"held by a judge at the last look", VerdictKind::inconclusive, {pass, held}, last, Onward::stop},
      {"an error at the last look", VerdictKind::error, {broken, open}, last, Onward::stop},
      {"what only warns is not repeated for", VerdictKind::pass, {pass, warns}, last, Onward::stop},
      {"open after a round", VerdictKind::inconclusive, {open}, round, Onward::repeats},
      {"open after the last round", VerdictKind::inconclusive, {open}, end, Onward::stop},
  };
  for (const auto& step : steps) {
    Verdict verdict;
    verdict.kind = step.kind;
    verdict.gates = step.gates;
    EXPECT_EQ(static_cast<int>(onward(policy, step.at, verdict)), static_cast<int>(step.onward)) << step.what;
  }
}

TEST(Onward, a_slice_that_must_be_decided_may_come_with_the_last_case) {
  auto gate = floor_gate(0.8);
  gate.by = "continent";
  Verdict verdict;
  verdict.kind = VerdictKind::pass;
  verdict.gates = {row(GateState::pass)};
  const StopPoint second{.look = 2, .fraction = 0.6};
  EXPECT_EQ(onward(looking({gate}), second, verdict), Onward::stop) << "an open slice only warns";
  gate.warn_if_open = false;
  EXPECT_EQ(onward(looking({gate}), second, verdict), Onward::cases);
  EXPECT_EQ(onward(looking({gate}), {.look = 4, .fraction = 1}, verdict), Onward::stop);
  verdict.kind = VerdictKind::block;
  EXPECT_EQ(onward(looking({gate}), second, verdict), Onward::stop);
}

TEST(Repeats, help_where_the_interval_is_open_and_not_where_cases_are_few) {
  const auto policy = repeating({floor_gate(0.9)}, 3);
  const auto verdict = decide(policy, part(1, 1, 9));
  ASSERT_EQ(verdict.gates.at(0).state, GateState::inconclusive) << verdict.gates.at(0).reason;
  EXPECT_TRUE(verdict.gates[0].repeats_help);
  EXPECT_EQ(onward(policy, {.look = 1, .fraction = 1}, verdict), Onward::repeats);

  auto zero = zero_gate();
  zero.max_rate = 0.001;
  const auto rate = decide(repeating({zero}, 3), part(1, 1, 0));
  EXPECT_EQ(rate.gates.at(0).state, GateState::inconclusive);
  EXPECT_FALSE(rate.gates[0].repeats_help) << "a rate over cases takes cases";
}

/// The flaky third of the cases has samples of two rounds more.
RunEvidence repeated() {
  return stopped_at({.look = 1, .round = 2, .fraction = 1}, [](int i) { return i % 3 == 0 ? "pfp" : "p"; });
}

TEST(Repeats, count_in_the_mean_of_their_case) {
  const auto verdict = decide(repeating({floor_gate(0.8)}, 3), repeated());
  const double flaky = 134.0 / kCases;
  EXPECT_NEAR(verdict.gates.at(0).estimate.value_or(0), 1 - flaky / 3, 1e-12);
  EXPECT_EQ(verdict.gates[0].n, static_cast<std::uint64_t>(kCases));
  EXPECT_EQ(verdict.stop->samples, kCases + 2 * 134U);
}

TEST(Repeats, weigh_nothing_in_a_quantile_and_in_k_of_n) {
  auto evidence = repeated();
  auto& suite = evidence.suites[0];
  Column latency{"latency", Unit::seconds, Direction::down, {}, {}};
  for (std::size_t i = 0; i < suite.rows.size(); ++i) {
    const bool repeat = i > 0 && suite.rows[i].case_index == suite.rows[i - 1].case_index;
    latency.values.push_back(repeat ? 9 : 1);
    latency.known.push_back(1);
  }
  suite.columns.push_back(std::move(latency));
  auto fast = max_gate(2, "latency_p95");
  fast.max_is_duration = true;
  auto once = floor_gate(0.8);
  once.at_least = 1;
  const auto verdict = decide(repeating({fast, once}, 3), evidence);
  ASSERT_EQ(verdict.gates.size(), 2U);
  EXPECT_EQ(verdict.gates[0].estimate, 1) << "slow repeats of flaky cases are not the traffic";
  EXPECT_EQ(verdict.gates[0].state, GateState::pass);
  EXPECT_FALSE(verdict.gates[0].repeats_help);
  EXPECT_EQ(verdict.gates[1].estimate, 1);
}

TEST(Repeats, a_round_cut_short_decides_nothing) {
  auto evidence = repeated();
  evidence.spent = "max-cost: $1 is spent";
  const auto verdict = decide(repeating({floor_gate(0.5)}, 3), evidence);
  EXPECT_EQ(verdict.kind, VerdictKind::inconclusive);
  EXPECT_TRUE(contains(verdict.gates.at(0).reason, "within round 2 of repeats")) << verdict.gates.at(0).reason;
}

}  // namespace
}  // namespace assay::gate
