#include "runner/app/simulate.hpp"

#include "runner/app/background.hpp"
#include "runner/app/decide.hpp"
#include "runner/app/policy.hpp"
#include "runner/app/simulation.hpp"

#include <assay/gate/forecast.hpp>
#include <assay/gate/sampling.hpp>
#include <assay/stats/case_rates.hpp>
#include <assay/store/store.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

namespace assay::app {

namespace {

constexpr std::uint64_t kRunsLookedAt = 50;  // for one that is whole
constexpr double kAssumedMargin = 0.05;

Error usage(std::string message, std::string hint) {
  return {ErrorKind::usage, std::move(message), std::move(hint), {}};
}

/// The newest whole run: its cases and samples are the plan. One that looks ended early is taken where there is no
/// other.
Result<store::RunRow> find_plan(store::Store& store, const std::optional<std::string>& suite) {
  auto rows = store.history(suite, kRunsLookedAt);
  if (!rows) return rows.error();
  std::optional<store::RunRow> stopped;
  for (auto& row : *rows) {
    const auto& header = row.header;
    const bool whole = header.where.empty() && !header.limit && !header.shard;
    if (!whole || row.status != store::RunStatus::finished || header.kind == store::RunKind::calibration) continue;
    if (!row.stop) return std::move(row);
    if (!stopped) stopped = std::move(row);
  }
  if (stopped) return *std::move(stopped);
  return usage(suite ? fmt::format("the history has no finished run of the whole suite '{}'", *suite)
                     : "the history has no finished run of a whole suite",
               "run it first: assay run SUITE; a few runs, or --samples 3, tell how a case repeats itself");
}

Result<gate::Policy> policy_of(const SimulateRequest& request, const store::RunRow& row, const RunEvidence& evidence,
                               Console& console) {
  if (!request.gate) return sealed_policy(row.header.policy);
  Diagnostics diagnostics;
  auto policy = load_applied({.file = *request.gate}, facts_of(row, evidence), diagnostics);
  if (policy) return *std::move(policy);
  print(diagnostics, console);
  return usage(fmt::format("{} cannot be applied", *request.gate), "mend the faults above");
}

/// Gates whose metric is told by who passes stay; others, and suites without a gate, are named and left out.
void keep_simulated(gate::Policy& policy, RunEvidence& plan, reports::SimulationView& view) {
  const auto reads_columns = [&](const gate::GateSpec& gate) {
    gate::Policy alone;
    alone.gates = {gate};
    const bool reads = !gate::wanted_metrics(alone).empty();
    if (reads) view.left_out.push_back(gate.id);
    return reads;
  };
  std::erase_if(policy.gates, reads_columns);
  const auto undecided = [&](const SuiteEvidence& suite) {
    const bool decided = std::any_of(policy.gates.begin(), policy.gates.end(),
                                     [&](const gate::GateSpec& gate) { return gate::covers(gate, suite.id); });
    if (!decided) {
      view.notes.push_back(fmt::format("suite {} is left out: no gate that is simulated decides it", suite.id));
    }
    return !decided;
  };
  std::erase_if(plan.suites, undecided);
  std::erase_if(policy.gates, [&](const gate::GateSpec& gate) {
    return !gate.suites.empty() && std::none_of(plan.suites.begin(), plan.suites.end(),
                                                [&](const auto& suite) { return gate::covers(gate, suite.id); });
  });
}

/// What most cases got.
std::uint32_t samples_of(const RunEvidence& plan) {
  std::map<std::uint32_t, std::uint64_t> cases_with;
  for (const auto& suite : plan.suites) {
    std::vector<std::uint32_t> counts(suite.cases.size(), 0);
    for (const auto& row : suite.rows) ++counts[row.case_index];
    for (const auto count : counts) ++cases_with[count];
  }
  std::uint32_t samples = 1;
  std::uint64_t most = 0;
  for (const auto& [count, cases] : cases_with) {
    if (count > 0 && cases > most) samples = count;
    most = std::max(most, cases);
  }
  return samples;
}

/// How each case of a suite did; those that history does not know have no samples.
struct SuiteHistory {
  std::vector<stats::CaseCount> counts;
  std::vector<gate::CaseRecord> records;
  std::set<std::string> runs;
};

Result<SuiteHistory> history_of(store::Store& store, const SuiteEvidence& suite, std::uint64_t runs) {
  std::map<std::string, std::size_t, std::less<>> place;
  for (std::size_t i = 0; i < suite.cases.size(); ++i) place.emplace(suite.cases.id(i), i);
  SuiteHistory found;
  found.counts.resize(suite.cases.size());
  const auto read = store.case_history(suite.id, runs, [&](const store::CaseHistory& history) {
    const auto at = place.find(history.case_id);
    if (at == place.end() || suite.cases[at->second].digest != history.digest) return true;
    auto& count = found.counts[at->second];
    auto record = record_of(history);
    count.passes = static_cast<double>(record.passes);
    count.samples = static_cast<double>(record.samples);
    for (const auto& run : history.runs) found.runs.insert(run.run);
    found.records.push_back(std::move(record));
    return true;
  });
  if (!read) return read.error();
  return found;
}

/// Each case's rate after what was seen of it, from the distribution of all; one table for all cases that did alike.
SuiteRates rates_of(const SuiteHistory& history, const std::string& id, reports::SimulationView& view) {
  double passes = 0.5;
  double samples = 1;
  for (const auto& count : history.counts) {
    passes += count.passes;
    samples += count.samples;
  }
  const auto fitted = stats::fit_rates(history.counts);
  const auto prior = fitted.value_or(stats::rates_of_discordance(passes / samples, gate::kAssumedDiscordance));
  SuiteRates rates;
  std::map<std::pair<double, double>, std::size_t> tables;
  reports::SimulatedSuite shown{.id = id, .cases = history.counts.size(), .assumed = !fitted};
  for (const auto& count : history.counts) {
    const auto [at, fresh] = tables.emplace(std::pair(count.passes, count.samples), rates.tables.size());
    if (fresh) rates.tables.push_back(stats::rate_table(stats::after(prior, count)));
    rates.table_of.push_back(at->second);
    const auto& table = rates.tables[at->second];
    const auto share = 1 / (static_cast<double>(table.size()) * static_cast<double>(history.counts.size()));
    for (const double rate : table) {
      shown.rate += rate * share;
      shown.discordance += 2 * rate * (1 - rate) * share;
    }
  }
  view.suites.push_back(shown);
  return rates;
}

/// A row for each sample of the plan, and for flaky cases one for each round that the policy may ask for; cases of
/// zero tolerance are not repeated.
void plan_rows(SuiteEvidence& suite, std::uint32_t samples, const gate::Policy& policy,
               const std::vector<gate::CaseRecord>& records) {
  const auto& repeat = policy.sampling ? policy.sampling->repeat : std::nullopt;
  std::set<std::string_view> flaky;
  for (const auto& record : records) {
    if (record.flaky()) flaky.insert(record.case_id);
  }
  suite.rows.clear();
  suite.columns.clear();
  suite.overlaps.clear();
  for (std::uint32_t i = 0; i < suite.cases.size(); ++i) {
    PlannedCase kase;
    kase.tags = suite.cases[i].tags;
    const bool repeated = repeat && flaky.contains(suite.cases.id(i)) && !gate::comes_first(policy, suite.id, kase);
    const auto more = repeated ? repeat->max_rounds : 0;
    for (std::uint32_t sample = 0; sample < samples + more; ++sample) {
      suite.rows.push_back({i, OutcomeKind::scored, true, false});
    }
  }
}

/// What a measured judge that a suite requires lets show of a loss.
void mind_judge(const SuiteEvidence& suite, const std::vector<Trust>& trust, SuiteRates& rates,
                std::optional<std::string>& judged) {
  for (const auto& each : suite.judged) {
    const auto known = std::find_if(trust.begin(), trust.end(), [&](const Trust& measured) {
      return measured.use.digest == each.use.digest && measured.use.prompt == each.use.prompt;
    });
    if (!each.required || known == trust.end() || !known->all.youden()) continue;
    rates.kept = std::clamp(*known->all.youden(), 0.0, 1.0);
    judged = fmt::format("judge {} (TPR {:.2f}, TNR {:.2f})", each.use.judge, *known->all.sensitivity(),
                         *known->all.specificity());
    return;
  }
}

double margin_of(const gate::Policy& policy, reports::SimulationView& view) {
  for (const auto& gate : policy.gates) {
    if (gate.margin && !gate.by) return *gate.margin;
  }
  for (const auto& gate : policy.gates) {
    if (gate.margin) return *gate.margin;
  }
  view.notes.push_back(fmt::format("the policy has no margin; losses are of δ = {:g}", kAssumedMargin));
  return kAssumedMargin;
}

std::vector<std::string> tags_of(const gate::Policy& policy) {
  std::vector<std::string> tags;
  for (const auto& gate : policy.gates) {
    if (gate.by && std::find(tags.begin(), tags.end(), *gate.by) == tags.end()) tags.push_back(*gate.by);
  }
  return tags;
}

std::size_t baseline_runs(gate::Policy& policy) {
  const bool compares = std::any_of(policy.gates.begin(), policy.gates.end(), [](const gate::GateSpec& gate) {
    return gate.margin || gate.max_increase || gate.improvement;
  });
  if (!compares) return 0;
  if (!policy.baseline) policy.baseline.emplace();
  if (policy.baseline->ref.empty()) policy.baseline->ref = "simulated";
  return policy.baseline->runs.value_or(gate::kBaselineRuns);
}

/// People's quarantines count as they do in a decision; waivers would hide what is asked for here.
Result<void> mind_quarantine(Simulation& simulation) {
  Diagnostics diagnostics;
  const auto waivers = waivers_of(simulation.policy, diagnostics);
  if (!waivers) return diagnostics.errors().front();
  simulation.background.waivers.quarantine = waivers->quarantine;
  simulation.background.now = wall_now();
  return {};
}

Result<void> fill(store::Store& store, const SimulateRequest& request, Simulation& simulation,
                  const std::vector<Trust>& trust, reports::SimulationView& view) {
  simulation.samples = samples_of(simulation.plan);
  std::set<std::string> runs;
  for (auto& suite : simulation.plan.suites) {
    const auto history = history_of(store, suite, request.runs);
    if (!history) return history.error();
    runs.insert(history->runs.begin(), history->runs.end());
    auto rates = rates_of(*history, suite.id, view);
    mind_judge(suite, trust, rates, simulation.judged);
    simulation.rates.push_back(std::move(rates));
    plan_rows(suite, simulation.samples, simulation.policy, history->records);
    auto& records = simulation.background.history;
    records.insert(records.end(), history->records.begin(), history->records.end());
  }
  simulation.margin = margin_of(simulation.policy, view);
  simulation.tags = tags_of(simulation.policy);
  simulation.baseline_runs = baseline_runs(simulation.policy);
  gate::keep_levels(simulation.policy);
  view.history = runs.size();
  view.samples = simulation.samples;
  view.baseline = simulation.baseline_runs;
  return mind_quarantine(simulation);
}

/// The run of the plan as a candidate that nothing is known against.
RunEvidence as_plan(RunEvidence evidence, const std::optional<std::string>& suite) {
  evidence.run = "candidate";
  evidence.stop.reset();
  evidence.stopped.reset();
  evidence.spent.reset();
  evidence.replayed = 0;
  evidence.served_models.resize(std::min<std::size_t>(evidence.served_models.size(), 1));
  evidence.expected_served.reset();
  evidence.cost = {};
  if (suite) std::erase_if(evidence.suites, [&](const SuiteEvidence& each) { return each.id != *suite; });
  return evidence;
}

Result<reports::SimulationView> simulate_history(const SimulateRequest& request, Console& console) {
  auto store = store::Store::open_existing(request.store);
  if (!store) return store.error();
  const auto row = find_plan(**store, request.suite);
  if (!row) return row.error();
  auto evidence =
      (*store)->evidence(row->header.id, {.metrics = std::set<std::string, std::less<>>(), .digests = true});
  if (!evidence) return evidence.error();
  auto policy = policy_of(request, *row, *evidence, console);
  if (!policy) return policy.error();
  const auto trust = (*store)->trust();
  if (!trust) return trust.error();
  reports::SimulationView view{.run = row->header.id};
  Simulation simulation{.policy = *std::move(policy),
                        .plan = as_plan(*std::move(evidence), request.suite),
                        .replicates = request.replicates,
                        .seed = request.seed};
  keep_simulated(simulation.policy, simulation.plan, view);
  if (simulation.policy.gates.empty()) {
    return usage("no gate of the policy is told by who passes, and only such gates are simulated",
                 "give another policy: --gate FILE with a gate on pass_rate");
  }
  simulation.background.trust = *trust;
  if (const auto filled = fill(**store, request, simulation, *trust, view); !filled) return filled.error();
  play(simulation, view);
  return view;
}

}  // namespace

ExitCode simulate(const SimulateRequest& request, Console& console) {
  if (!request.from_history) {
    return fail(usage("what to simulate is not said", "write --from-history: the error rates on the runs you have"),
                console);
  }
  const auto view = simulate_history(request, console);
  if (!view) return fail(view.error(), console);
  if (request.json) {
    console.out << indented_json(simulation_json(*view));
  } else {
    console.out << simulation_text(*view, {.color = console.out_color, .width = console.width});
  }
  return ExitCode::pass;
}

}  // namespace assay::app
