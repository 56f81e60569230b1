#include "runner/app/simulation.hpp"

#include "runner/app/parallel.hpp"

#include <assay/core/random.hpp>
#include <assay/stats/case_rates.hpp>
#include <assay/stats/proportion.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <set>
#include <tuple>

namespace assay::app {

namespace {

using GateName = std::pair<std::string, std::string>;  // id, suite

/// A kind of candidate.
struct Candidate {
  std::string change;
  gate::Injury injury;
  bool as_judged = false;  ///< the loss is of the truth, and the judge shows a part of it
};

/// What became of one replicate.
struct Played {
  VerdictKind kind = VerdictKind::error;
  std::uint64_t samples = 0;
  std::vector<GateName> blocked;  ///< gates with a row that blocks
};

/// What one thread draws into, again and again.
struct Table {
  const Simulation& of;
  RunEvidence candidate;
  gate::Background background;

  explicit Table(const Simulation& simulation) : of(simulation), candidate(simulation.plan) {
    background = simulation.background;
    if (simulation.baseline_runs == 0) return;
    background.baseline = series("baseline", simulation.baseline_runs);
    if (!simulation.policy.baseline->anchor.empty()) background.anchor = series("anchor", 1);  // as a decision takes it
  }

  [[nodiscard]] gate::BaselineEvidence series(const std::string& name, std::size_t runs) const {
    gate::BaselineEvidence evidence{.ref = name, .runs = {runs, earlier()}};
    for (std::size_t i = 0; i < evidence.runs.size(); ++i) evidence.runs[i].run = fmt::format("{}-{}", name, i);
    return evidence;
  }

  /// The plan without rounds.
  [[nodiscard]] RunEvidence earlier() const {
    auto run = of.plan;
    for (auto& suite : run.suites) {
      std::vector<SampleRow> rows;
      std::uint32_t sample = 0;
      for (std::size_t i = 0; i < suite.rows.size(); ++i) {
        sample = i > 0 && suite.rows[i].case_index == suite.rows[i - 1].case_index ? sample + 1 : 0;
        if (sample < of.samples) rows.push_back(suite.rows[i]);
      }
      suite.rows = std::move(rows);
    }
    return run;
  }
};

std::vector<double> draw_rates(const SuiteRates& rates, std::uint64_t key) {
  std::vector<double> drawn;
  for (std::size_t i = 0; i < rates.table_of.size(); ++i) {
    drawn.push_back(stats::draw_rate(rates.tables[rates.table_of[i]], mix(key, i)));
  }
  return drawn;
}

void draw_runs(std::optional<gate::BaselineEvidence>& runs, std::size_t suite, const std::vector<double>& rates,
               std::uint64_t key) {
  if (!runs) return;
  for (std::size_t i = 0; i < runs->runs.size(); ++i) {
    gate::draw_samples(runs->runs[i].suites[suite], rates, mix(key, i));
  }
}

void draw(Table& table, const Candidate& kind, std::uint64_t key) {
  table.candidate.seed = mix(key, "order");
  for (std::size_t i = 0; i < table.of.rates.size(); ++i) {
    auto& suite = table.candidate.suites[i];
    const auto of_suite = mix(key, i);
    const auto rates = draw_rates(table.of.rates[i], mix(of_suite, "rates"));
    draw_runs(table.background.baseline, i, rates, mix(of_suite, "baseline"));
    draw_runs(table.background.anchor, i, rates, mix(of_suite, "anchor"));
    auto injury = kind.injury;
    if (kind.as_judged) injury.loss *= table.of.rates[i].kept;
    gate::draw_samples(suite, gate::injured(suite, rates, injury, mix(of_suite, "injury")), mix(of_suite, "candidate"));
  }
}

/// The samples that a rule sees which takes a share of the cases, whatever they say.
double pass_rate(const Table& table, double share) {
  std::uint64_t passes = 0;
  std::uint64_t samples = 0;
  for (const auto& suite : table.candidate.suites) {
    std::uint32_t sample = 0;
    bool in = true;
    for (std::size_t i = 0; i < suite.rows.size(); ++i) {
      const auto& row = suite.rows[i];
      const bool same = i > 0 && row.case_index == suite.rows[i - 1].case_index;
      sample = same ? sample + 1 : 0;
      if (!same) {
        in = share >= 1 || position(table.candidate.seed, suite.id, suite.cases.id(row.case_index)) < share;
      }
      if (!in || sample >= table.of.samples) continue;
      ++samples;
      passes += row.pass ? 1 : 0;
    }
  }
  return samples == 0 ? 0 : static_cast<double>(passes) / static_cast<double>(samples);
}

/// Baseline and candidate are drawn alike for every kind, so that rows differ by the loss alone.
std::uint64_t key_of(const Simulation& simulation, std::size_t replicate) {
  return mix(mix(simulation.seed, "simulate"), replicate);
}

std::vector<Played> decide_all(const Simulation& simulation, const Candidate& kind) {
  return replicates<Played>(simulation.replicates, [&] {
    const auto table = std::make_shared<Table>(simulation);
    return [table, &kind, &simulation](std::size_t i) {
      draw(*table, kind, key_of(simulation, i));
      const auto decided =
          gate::decide_as_run(simulation.policy, table->candidate, simulation.samples, table->background);
      Played played{decided.verdict.kind, decided.samples, {}};
      for (const auto& row : decided.verdict.gates) {
        if (row.state == GateState::block) played.blocked.emplace_back(row.id, row.suite);
      }
      return played;
    };
  });
}

std::vector<double> pass_rates(const Simulation& simulation, const Candidate& kind, double share) {
  return replicates<double>(simulation.replicates, [&] {
    const auto table = std::make_shared<Table>(simulation);
    return [table, &kind, &simulation, share](std::size_t i) {
      draw(*table, kind, key_of(simulation, i));
      return pass_rate(*table, share);
    };
  });
}

reports::Frequency frequency(std::uint64_t count, std::uint64_t of) {
  const auto n = static_cast<double>(of);
  const auto interval = stats::wilson(static_cast<double>(count), n, 0.05);
  return {static_cast<double>(count) / n, interval.low, interval.high};
}

reports::Frequency share_of(const std::vector<Played>& played, std::initializer_list<VerdictKind> kinds) {
  const auto is = [&](const Played& each) { return std::find(kinds.begin(), kinds.end(), each.kind) != kinds.end(); };
  return frequency(static_cast<std::uint64_t>(std::count_if(played.begin(), played.end(), is)), played.size());
}

reports::Frequency share_below(const std::vector<double>& rates, double bound) {
  constexpr double kRounding = 1e-9;
  const auto below = [&](double rate) { return rate < bound - kRounding; };
  return frequency(static_cast<std::uint64_t>(std::count_if(rates.begin(), rates.end(), below)), rates.size());
}

reports::SimulationRow row_of(const Candidate& kind, const std::vector<Played>& played) {
  reports::SimulationRow row{.change = kind.change, .loss = kind.injury.loss};
  row.pass = share_of(played, {VerdictKind::pass, VerdictKind::pass_with_waiver});
  row.block = share_of(played, {VerdictKind::block});
  row.inconclusive = share_of(played, {VerdictKind::inconclusive});
  row.error = share_of(played, {VerdictKind::error});
  for (const auto& each : played) row.samples += static_cast<double>(each.samples);
  row.samples /= static_cast<double>(played.size());
  return row;
}

std::vector<reports::SimulationBlame> blame_of(const std::vector<Played>& unchanged) {
  std::map<GateName, std::uint64_t> counts;
  for (const auto& each : unchanged) {
    for (const auto& gate : std::set<GateName>(each.blocked.begin(), each.blocked.end())) ++counts[gate];
  }
  std::vector<reports::SimulationBlame> blame;
  for (const auto& [gate, count] : counts) {
    blame.push_back({gate.first, gate.second, frequency(count, unchanged.size())});
  }
  std::sort(blame.begin(), blame.end(), [](const auto& a, const auto& b) {
    return std::tie(b.block.share, a.gate, a.suite) < std::tie(a.block.share, b.gate, b.suite);
  });
  return blame;
}

std::vector<Candidate> kinds_of(const Simulation& simulation) {
  std::vector<Candidate> kinds{{"unchanged", {}, false}};
  const auto add = [&](const std::string& change, gate::Harm harm, const std::string& tag, bool as_judged) {
    for (const double times : {0.5, 1.0, 2.0}) {
      kinds.push_back({change, {harm, times * simulation.margin, tag}, as_judged});
    }
  };
  add("broken cases", gate::Harm::broken, {}, false);
  add("all cases alike", gate::Harm::diffuse, {}, false);
  for (const auto& tag : simulation.tags) add(fmt::format("one {}", tag), gate::Harm::slice, tag, false);
  if (simulation.judged) add(fmt::format("as {} shows it", *simulation.judged), gate::Harm::broken, {}, true);
  return kinds;
}

/// About two points below what is seen: what a team writes down.
double fixed_rate(const Simulation& simulation) {
  double sum = 0;
  double cases = 0;
  for (const auto& suite : simulation.rates) {
    for (const auto table : suite.table_of) {
      for (const double rate : suite.tables[table]) sum += rate / static_cast<double>(suite.tables[table].size());
    }
    cases += static_cast<double>(suite.table_of.size());
  }
  return cases == 0 ? 0 : std::max(0.0, std::round((sum / cases - 0.02) * 100) / 100);
}

/// The pass rate below which as large a share of the unchanged candidates lies.
double tuned_rate(std::vector<double> unchanged, double share) {
  std::sort(unchanged.begin(), unchanged.end());
  const auto at = static_cast<std::size_t>(share * static_cast<double>(unchanged.size()));
  return unchanged[std::min(at, unchanged.size() - 1)];
}

double planned(const Simulation& simulation) {
  double samples = 0;
  for (const auto& suite : simulation.plan.suites) samples += static_cast<double>(suite.cases.size());
  return samples * simulation.samples;
}

}  // namespace

void play(const Simulation& simulation, reports::SimulationView& view) {
  view.replicates = simulation.replicates;
  view.seed = simulation.seed;
  view.margin = simulation.margin;
  view.fixed = fixed_rate(simulation);
  for (const auto& kind : kinds_of(simulation)) {
    const auto played = decide_all(simulation, kind);
    view.rows.push_back(row_of(kind, played));
    auto& row = view.rows.back();
    const bool unchanged = view.rows.size() == 1;
    if (unchanged) {
      view.blame = blame_of(played);
      view.fixed_share = std::min(1.0, row.samples / planned(simulation));
    }
    const auto rates = pass_rates(simulation, kind, view.fixed_share);
    if (unchanged) view.tuned = tuned_rate(rates, row.block.share);
    row.fixed_block = share_below(rates, view.fixed);
    row.tuned_block = share_below(rates, view.tuned);
  }
}

}  // namespace assay::app
