#include "bench/gate/rates.hpp"

#include "bench/gate/scenario.hpp"

#include <assay/core/random.hpp>
#include <assay/gate/sampling.hpp>

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <stdexcept>

namespace assay::bench {

namespace {

constexpr double kMargin = 0.05;
constexpr double kSliceMargin = 0.10;

gate::GateSpec margin_gate(const std::string& id, double margin) {
  gate::GateSpec gate;
  gate.id = id;
  gate.metric = "pass_rate";
  gate.margin = margin;
  return gate;
}

gate::Policy policy_of(std::vector<gate::GateSpec> gates, std::uint64_t runs, const Scenario& scenario) {
  gate::Policy policy;
  policy.baseline = gate::BaselinePolicy{.ref = "main", .runs = runs};
  policy.gates = std::move(gates);
  gate::SuiteFacts facts;
  facts.id = "simulated";
  facts.cases = scenario.n;
  facts.samples = 1;
  facts.tag_sets = plan_suite(scenario.n, scenario.slices, 0).cases.tag_sets();
  Diagnostics diagnostics;
  auto applied = gate::apply(policy, {facts}, diagnostics);
  if (!diagnostics.ok()) throw std::logic_error(diagnostics.errors().front().message);
  return applied;
}

gate::Policy with_looks(gate::Policy policy) {
  policy.sampling = gate::Sampling{.looks = {0.4, 0.6, 0.8, 1.0}};
  gate::keep_levels(policy);
  return policy;
}

std::vector<ProductRule> product_rules(const Scenario& scenario) {
  const auto policy = policy_of({margin_gate("overall", kMargin)}, 5, scenario);
  return {{"assay, 5 baseline runs", policy},
          {"assay, 5 baseline runs, looks", with_looks(policy)},
          {"assay, 1 baseline run", policy_of({margin_gate("overall", kMargin)}, 1, scenario), 1}};
}

/// What a team would write down: about two points below the truth.
double fixed_rate(const Kinds& kinds) {
  return std::round((kinds.mean - 0.02) * 100) / 100;
}

OrderedJson row_of(const Scenario& scenario, const std::string& rule, const std::vector<std::vector<Ruled>>& played,
                   std::size_t at) {
  std::array<std::uint64_t, 4> counts{};
  double calls = 0;
  for (const auto& replicate : played) {
    ++counts[static_cast<std::size_t>(replicate[at].outcome)];
    calls += static_cast<double>(replicate[at].calls);
  }
  return {{"table", scenario.table},
          {"population", scenario.population},
          {"n", scenario.n},
          {"truth", scenario.truth},
          {"loss", scenario.injury.loss},
          {"rule", rule},
          {"replicates", played.size()},
          {"pass", counts[0]},
          {"block", counts[1]},
          {"inconclusive", counts[2]},
          {"error", counts[3]},
          {"calls", calls / static_cast<double>(played.size())}};
}

void measure(Scenario scenario, const RatesRequest& request, OrderedJson& rows) {
  scenario.seed = mix(mix(request.seed, scenario.table + scenario.population + scenario.truth), scenario.n);
  const auto played = play(scenario, request.replicates);
  std::size_t at = 0;
  for (const auto& rule : scenario.product) rows.push_back(row_of(scenario, rule.name, played, at++));
  for (const auto& rule : scenario.others) rows.push_back(row_of(scenario, rule.name, played, at++));
}

std::string loss_text(double loss) {
  return loss == 0 ? "A/A" : fmt::format("−{:g} pp", loss * 100);
}

/// Every rule on suites of each size, where nothing changed, at the margin, and at twice that.
void measure_sizes(const RatesRequest& request, OrderedJson& rows) {
  for (const auto& kinds : {noisy(), quiet()}) {
    for (const std::uint32_t n : {100U, 200U, 500U, 1000U}) {
      for (const double loss : {0.0, 0.02, kMargin, 2 * kMargin}) {
        Scenario scenario{.table = "sizes", .population = kinds.name, .kinds = kinds, .n = n};
        scenario.injury = {loss > 0 ? gate::Harm::broken : gate::Harm::none, loss, {}};
        scenario.truth = loss_text(loss);
        scenario.product = product_rules(scenario);
        scenario.others = other_rules(fixed_rate(kinds));
        measure(scenario, request, rows);
      }
    }
  }
}

/// How often each rule lets pass what is truly so much worse.
void measure_curve(const RatesRequest& request, OrderedJson& rows) {
  for (int points = 0; points <= 12; ++points) {
    const double loss = points / 100.0;
    Scenario scenario{.table = "curve", .population = "noisy", .kinds = noisy(), .n = 200};
    scenario.injury = {points > 0 ? gate::Harm::broken : gate::Harm::none, loss, {}};
    scenario.truth = loss_text(loss);
    scenario.product = product_rules(scenario);
    scenario.others = other_rules(fixed_rate(scenario.kinds));
    measure(scenario, request, rows);
  }
}

/// The same loss, spread over all cases.
void measure_diffuse(const RatesRequest& request, OrderedJson& rows) {
  for (const double loss : {kMargin, 2 * kMargin}) {
    Scenario scenario{.table = "diffuse", .population = "noisy", .kinds = noisy(), .n = 200};
    scenario.injury = {gate::Harm::diffuse, loss, {}};
    scenario.truth = "every case, " + loss_text(loss);
    scenario.product = product_rules(scenario);
    measure(scenario, request, rows);
  }
}

/// Ten slices of 50 cases, one of which drops.
void measure_slices(const RatesRequest& request, OrderedJson& rows) {
  for (const double drop : {0.0, 0.15, 0.30, 0.50}) {
    Scenario scenario{.table = "slices", .population = "noisy, 10 slices", .kinds = noisy(), .n = 500, .slices = 10};
    scenario.injury = {drop > 0 ? gate::Harm::slice : gate::Harm::none, drop / 10, "topic"};
    scenario.truth = drop == 0 ? "A/A" : fmt::format("one slice −{:g} pp", drop * 100);
    auto slices = margin_gate("slices", kSliceMargin);
    slices.by = "topic";
    const auto overall = margin_gate("overall", kMargin);
    scenario.product = {{"overall only", policy_of({overall}, 5, scenario)},
                        {"overall, and by topic", policy_of({overall, slices}, 5, scenario)}};
    measure(scenario, request, rows);
  }
}

/// Forty documents of five questions. In a run half of the answers to a document stand or fall together, and what
/// breaks, breaks for a whole document.
void measure_clusters(const RatesRequest& request, OrderedJson& rows) {
  for (const double loss : {0.0, kMargin, 2 * kMargin}) {
    Scenario scenario{.table = "clusters", .population = "noisy, 40 × 5", .kinds = noisy(), .n = 200};
    scenario.cluster_size = 5;
    scenario.together = 0.5;
    scenario.injury = {loss > 0 ? gate::Harm::broken : gate::Harm::none, loss, {}};
    scenario.truth = loss_text(loss);
    const auto policy = policy_of({margin_gate("overall", kMargin)}, 5, scenario);
    scenario.product = {{"clusters named", policy}, {"clusters not named", policy, 5, false}};
    measure(scenario, request, rows);
  }
}

/// A judge that passes 92 % of the good answers and fails 80 % of the bad ones, for both runs; and one that a candidate
/// has learned to please: it fails only half of its bad answers.
void measure_judges(const RatesRequest& request, OrderedJson& rows) {
  constexpr JudgeErrors kJudge{0.92, 0.80};
  constexpr JudgeErrors kPleased{0.92, 0.50};
  struct Case {
    double loss;
    JudgeErrors now;
    const char* more;
  };
  for (const auto& [loss, now, more] : {Case{0, kJudge, ""}, Case{kMargin, kJudge, ""}, Case{2 * kMargin, kJudge, ""},
                                        Case{2 * kMargin, kPleased, ", and the judge is pleased"}}) {
    Scenario scenario{.table = "judges", .population = "noisy, judged", .kinds = noisy(), .n = 200};
    scenario.judge_before = kJudge;
    scenario.judge_now = now;
    scenario.injury = {loss > 0 ? gate::Harm::broken : gate::Harm::none, loss, {}};
    scenario.truth = loss_text(loss) + more;
    scenario.product = {{"assay, 5 baseline runs", policy_of({margin_gate("overall", kMargin)}, 5, scenario)}};
    measure(scenario, request, rows);
  }
}

}  // namespace

OrderedJson measure_rates(const RatesRequest& request) {
  auto rows = OrderedJson::array();
  measure_sizes(request, rows);
  measure_curve(request, rows);
  return rows;
}

OrderedJson measure_harms(const RatesRequest& request) {
  auto rows = OrderedJson::array();
  measure_diffuse(request, rows);
  measure_slices(request, rows);
  measure_clusters(request, rows);
  measure_judges(request, rows);
  return rows;
}

}  // namespace assay::bench
