#include "bench/gate/scenario.hpp"

#include "runner/app/parallel.hpp"

#include <assay/core/random.hpp>

#include <algorithm>
#include <memory>

namespace assay::bench {

namespace {

/// What one thread draws into, again and again.
struct Bench {
  const Scenario& scenario;
  RunEvidence candidate;
  gate::BaselineEvidence baseline;

  explicit Bench(const Scenario& of) : scenario(of) {
    std::size_t runs = 1;
    for (const auto& rule : of.product) runs = std::max(runs, rule.baseline_runs);
    const auto suite = plan_suite(of.n, of.slices, of.cluster_size);
    candidate = run_of("candidate", suite);
    baseline.ref = "main";
    for (std::size_t i = 0; i < runs; ++i) baseline.runs.push_back(run_of("baseline-" + std::to_string(i), suite));
  }
};

std::vector<double> as_judged(std::vector<double> rates, const JudgeErrors& judge) {
  for (auto& rate : rates) rate = gate::as_judged(rate, judge.tpr, judge.tnr);
  return rates;
}

void draw(Bench& bench, std::uint64_t key) {
  const auto& scenario = bench.scenario;
  const auto& suite = bench.candidate.suites.front();
  std::vector<double> rates;
  for (std::uint64_t i = 0; i < scenario.n; ++i) rates.push_back(scenario.kinds.rate(mix(mix(key, "case"), i)));
  const auto worse = as_judged(injured(suite, rates, scenario.injury, mix(key, "injury")), scenario.judge_now);
  rates = as_judged(std::move(rates), scenario.judge_before);
  for (std::size_t i = 0; i < bench.baseline.runs.size(); ++i) {
    gate::draw_samples(bench.baseline.runs[i].suites.front(), rates, mix(mix(key, "baseline"), i), scenario.together);
  }
  bench.candidate.seed = mix(key, "order");
  gate::draw_samples(bench.candidate.suites.front(), worse, mix(key, "candidate"), scenario.together);
}

Outcome outcome_of(VerdictKind kind) {
  switch (kind) {
    case VerdictKind::pass:
    case VerdictKind::pass_with_waiver:
      return Outcome::pass;
    case VerdictKind::block:
      return Outcome::block;
    case VerdictKind::inconclusive:
      return Outcome::inconclusive;
    case VerdictKind::error:
      break;
  }
  return Outcome::error;
}

/// The same run, of a suite that does not say which cases belong together.
RunEvidence without_clusters(const RunEvidence& run) {
  auto apart = run;
  auto& suite = apart.suites.front();
  CaseTable cases;
  for (std::size_t i = 0; i < suite.cases.size(); ++i) {
    const auto kase = suite.cases[i];
    cases.add(kase.ordinal, kase.id, kase.digest, {}, kase.tags);
  }
  suite.cases = std::move(cases);
  return apart;
}

Ruled decide(const ProductRule& rule, const Bench& bench) {
  gate::Background background;
  background.baseline = bench.baseline;
  background.baseline->runs.resize(rule.baseline_runs);
  const RunEvidence* candidate = &bench.candidate;
  RunEvidence apart;
  if (!rule.with_clusters) {
    apart = without_clusters(bench.candidate);
    for (auto& run : background.baseline->runs) run = without_clusters(run);
    candidate = &apart;
  }
  const auto decided = gate::decide_as_run(rule.policy, *candidate, 1, background);
  return {outcome_of(decided.verdict.kind), decided.samples};
}

std::vector<std::uint8_t> passes_of(const RunEvidence& run) {
  std::vector<std::uint8_t> passes;
  for (const auto& row : run.suites.front().rows) passes.push_back(row.pass ? 1 : 0);
  return passes;
}

std::vector<Ruled> judge(const Bench& bench) {
  std::vector<Ruled> ruled;
  for (const auto& rule : bench.scenario.product) ruled.push_back(decide(rule, bench));
  const auto candidate = passes_of(bench.candidate);
  const auto baseline = passes_of(bench.baseline.runs.front());
  for (const auto& rule : bench.scenario.others) ruled.push_back(rule.decide({candidate, baseline}, rule.threshold));
  return ruled;
}

}  // namespace

std::vector<std::vector<Ruled>> play(const Scenario& scenario, std::uint64_t count) {
  return app::replicates<std::vector<Ruled>>(count, [&] {
    const auto bench = std::make_shared<Bench>(scenario);
    return [bench, seed = scenario.seed](std::size_t i) {
      draw(*bench, mix(seed, i));
      return judge(*bench);
    };
  });
}

}  // namespace assay::bench
