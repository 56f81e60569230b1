#include "runner/app/forecast.hpp"

#include "runner/app/forecast_work.hpp"
#include "runner/app/prepare.hpp"

#include <assay/reports/forecast.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

namespace assay::app {

namespace {

/// A run and what is known of it beforehand.
struct Side {
  Prepared prepared;
  std::vector<SuiteSurvey> surveys;
  std::vector<SuitePast> pasts;
};

/// The history, where there is one.
Result<std::unique_ptr<store::Store>> open_history(const std::filesystem::path& file) {
  auto store = store::Store::open_existing(file);
  if (store || store.error().kind != ErrorKind::not_found) return store;
  return std::unique_ptr<store::Store>();
}

Result<Side> look_at(Prepared prepared, store::Store* store) {
  auto surveys = survey(prepared);
  if (!surveys) return surveys.error();
  Side side{std::move(prepared), *std::move(surveys), {}};
  for (auto& each : side.surveys) {
    if (!store) {
      side.pasts.emplace_back();
      continue;
    }
    auto past = past_of(*store, each, side.prepared.settings.target.model, side.prepared.policy);
    if (!past) return past.error();
    side.pasts.push_back(*std::move(past));
  }
  for (std::size_t i = 0; i < side.surveys.size(); ++i) {
    if (!side.pasts[i].run.empty()) side.surveys[i].outlook.earlier = &side.pasts[i].evidence;
  }
  return side;
}

std::vector<reports::PlannedSuiteLine> suite_lines(const Side& side) {
  std::vector<reports::PlannedSuiteLine> lines;
  for (std::size_t i = 0; i < side.surveys.size(); ++i) {
    const auto& planned = side.prepared.plan.suites[i];
    const auto& past = side.pasts[i];
    reports::PlannedSuiteLine line;
    line.suite = planned.suite.id;
    line.cases = planned.selected;
    line.whole = planned.facts.cases;
    line.samples = planned.suite.samples;
    line.calls = planned.selected * planned.suite.samples;
    line.runs = past.runs;
    line.known = past.known;
    line.basis = past.run;
    if (!past.run.empty()) {
      line.basis_differs =
          past.same_prompt ? (past.same_model ? "" : "model") : (past.same_model ? "prompt" : "prompt and model");
    }
    lines.push_back(std::move(line));
  }
  return lines;
}

/// Samples of a case in a run, as they were planned; of a suite that the run lacks as now.
double samples_in(const store::RunRow& run, const PlannedSuite& now) {
  for (const auto& suite : run.header.suites) {
    if (suite.id != now.suite.id || now.facts.cases == 0) continue;
    const auto each = static_cast<double>(suite.planned) / static_cast<double>(now.facts.cases);
    return std::max(1.0, std::round(each));  // a few cases more or less do not matter
  }
  return now.suite.samples;
}

/// The newest runs that a baseline's name stands for, at most `most`: the samples of a case in each. Empty: it is not
/// there.
Result<std::vector<double>> samples_of(store::Store* store, const std::string& ref, std::uint64_t most,
                                       const PlannedSuite& suite) {
  std::vector<double> samples;
  if (!store) return samples;
  const auto series = store->baselines(ref);
  if (!series) return series.error();
  std::vector<std::string> names;
  for (const auto& row : *series) names.push_back(row.run);
  if (names.empty()) names.push_back(ref);
  for (const auto& name : names) {
    if (samples.size() == most) break;
    const auto run = store->find(name, false);
    if (run) samples.push_back(samples_in(*run, suite));
    if (!run && run.error().kind == ErrorKind::store) return run.error();
  }
  return samples;
}

struct Opponents {
  std::vector<gate::Opponent> all;
  std::vector<std::string> names;
};

Result<void> add_opponent(Opponents& opponents, Against against, const std::string& ref, const Side& side,
                          store::Store* store, std::vector<std::string>& notes) {
  const auto& policy = *side.prepared.policy.baseline;
  const auto& suite = side.prepared.plan.suites.front();
  const auto most = against == Against::anchor ? 1 : policy.runs.value_or(gate::kBaselineRuns);
  auto samples = samples_of(store, ref, most, suite);
  if (!samples) return samples.error();
  if (samples->empty()) {
    notes.push_back(fmt::format("'{}' has no run in this history: until it has one the gates against it are {}", ref,
                                policy.bootstrap ? "INCONCLUSIVE" : "an ERROR"));
    samples->assign(most, suite.suite.samples);
  }
  opponents.all.push_back({against, std::accumulate(samples->begin(), samples->end(), 0.0)});
  const auto name = (against == Against::anchor ? "the anchor " : "") + ref;
  opponents.names.push_back(samples->size() == 1 ? fmt::format("{}, one run", name)
                                                 : fmt::format("{}, the mean of {} runs", name, samples->size()));
  return {};
}

Result<Opponents> opponents_of(const Side& side, store::Store* store, std::vector<std::string>& notes) {
  Opponents opponents;
  const auto& request = side.prepared.request;
  const auto& baseline = side.prepared.policy.baseline;
  if (request.against) {
    opponents.all.push_back({Against::baseline, static_cast<double>(side.prepared.plan.suites.front().suite.samples)});
    opponents.names.push_back(fmt::format("{}, run beside", *request.against));
  } else if (baseline && !baseline->ref.empty()) {
    const auto added = add_opponent(opponents, Against::baseline, baseline->ref, side, store, notes);
    if (!added) return added.error();
  }
  if (baseline && !baseline->anchor.empty()) {
    const auto added = add_opponent(opponents, Against::anchor, baseline->anchor, side, store, notes);
    if (!added) return added.error();
  }
  return opponents;
}

std::vector<gate::Outlook> outlooks_of(Side& side) {
  std::vector<gate::Outlook> all;
  for (auto& each : side.surveys) all.push_back(std::move(each.outlook));
  return all;
}

void add_totals(reports::ForecastView& view) {
  view.usd = 0;
  view.seconds = 0;
  for (const auto& line : view.work) {
    view.usd = view.usd && line.usd ? std::optional(*view.usd + *line.usd) : std::nullopt;
    view.seconds = view.seconds && line.seconds ? std::optional(std::max(*view.seconds, *line.seconds)) : std::nullopt;
  }
}

void note_budgets(reports::ForecastView& view, const Prepared& prepared) {
  const auto& request = prepared.request;
  const auto more = [&](std::string_view option, std::string_view what) {
    view.notes.push_back(
        fmt::format("{} is less than the run takes ({}): it would end early, INCONCLUSIVE", option, what));
  };
  if (request.max_cost && view.usd && *view.usd > *request.max_cost) {
    more("--max-cost", reports::show_value(*view.usd, Unit::usd));
  }
  if (request.max_time && view.seconds && *view.seconds > to_seconds(*request.max_time)) {
    more("--max-time", reports::show_value(*view.seconds, Unit::seconds));
  }
  double tokens = 0;
  for (const auto& line : view.work) tokens += line.input_tokens.value_or(0) + line.output_tokens.value_or(0);
  if (request.max_tokens && tokens > static_cast<double>(*request.max_tokens)) {
    more("--max-tokens", reports::show_count(static_cast<std::uint64_t>(tokens)) + " tokens");
  }
}

void note_selection(reports::ForecastView& view, const Prepared& prepared) {
  const auto& selection = prepared.settings.selection;
  if (prepared.settings.replay) view.notes.emplace_back("every answer comes from the cassette: nothing is asked");
  if (prepared.settings.cassette) view.notes.emplace_back("what the cassette holds is not asked again");
  if (selection.shard) {
    view.notes.emplace_back("a shard decides nothing: the gates are those of all shards, so plan them without --shard");
  }
  if (!selection.where.empty() || selection.limit) {
    view.notes.emplace_back(
        "the run is narrowed by --where or --limit: it can be no baseline, and the verdict is INCONCLUSIVE where it "
        "would be PASS");
  }
}

/// Rounds after the last look are no part of the plan: how many there are depends on what it shows.
void note_repeats(reports::ForecastView& view, const Side& side) {
  const auto& sampling = side.prepared.policy.sampling;
  if (!sampling || !sampling->repeat) return;
  std::uint64_t flaky = 0;
  for (const auto& each : side.surveys) {
    const auto& history = each.outlook.history;
    flaky += static_cast<std::uint64_t>(std::count_if(history.begin(), history.end(), [](const auto& kase) {
      return kase.passes > 0 && kase.passes < kase.samples;
    }));
  }
  view.notes.push_back(fmt::format("while a gate is open, {} flaky cases are repeated, up to {} samples more",
                                   reports::show_count(flaky),
                                   reports::show_count(flaky * sampling->repeat->max_rounds)));
}

/// Where the policy asks what judges are worth, one that was never measured decides nothing.
Result<void> note_judges(reports::ForecastView& view, const Side& side, store::Store* store) {
  if (!side.prepared.policy.judge) return {};
  std::vector<Trust> measured;
  if (store) {
    auto trust = store->trust();
    if (!trust) return trust.error();
    measured = *std::move(trust);
  }
  for (const auto& planned : side.prepared.plan.suites) {
    for (const auto& judged : planned.judged) {
      const bool known =
          std::any_of(measured.begin(), measured.end(), [&](const Trust& trust) { return trust.use == judged.use; });
      if (known) continue;
      view.notes.push_back(
          fmt::format("judge '{}' was never measured on '{}' of suite '{}': gates that rest on it stay "
                      "INCONCLUSIVE until `assay calibrate` has",
                      judged.use.judge, judged.metric, planned.suite.id));
    }
  }
  return {};
}

/// Nothing is called, so a key that is not there is only worth a word.
class Keys {
 public:
  explicit Keys(const Environment& environment) : environment_(environment) {}

  Environment lenient() {
    return [this](const std::string& name) {
      auto value = environment_(name);
      if (!value) missing_.insert(name);
      return value ? value : std::optional<std::string>("unset");
    };
  }
  [[nodiscard]] const std::set<std::string>& missing() const { return missing_; }

 private:
  const Environment& environment_;
  std::set<std::string> missing_;
};

std::string policy_name(const Prepared& prepared) {
  return prepared.settings.gate ? prepared.settings.gate->string() : "the suites' floors";
}

Result<reports::ForecastView> view_of(Side candidate, std::optional<Side> beside, store::Store* store) {
  reports::ForecastView view;
  const auto& prepared = candidate.prepared;
  view.target = prepared.settings.target.name;
  view.model = prepared.settings.target.model;
  view.policy = policy_name(prepared);
  view.suites = suite_lines(candidate);
  view.work.push_back(target_work("target", prepared.settings.target, candidate.surveys, candidate.pasts));
  if (beside) {
    view.work.push_back(target_work("baseline", beside->prepared.settings.target, beside->surveys, beside->pasts));
  }
  for (auto& line : judge_work(prepared.settings.judges, candidate.surveys, candidate.pasts, beside ? 2 : 1)) {
    view.work.push_back(std::move(line));
  }
  if (prepared.settings.replay) view.work.clear();
  add_totals(view);
  note_selection(view, prepared);
  note_repeats(view, candidate);
  note_budgets(view, prepared);
  if (const auto noted = note_judges(view, candidate, store); !noted) return noted.error();
  if (prepared.settings.selection.shard) return view;
  const auto opponents = opponents_of(candidate, store, view.notes);
  if (!opponents) return opponents.error();
  view.opponent = fmt::format("{}", fmt::join(opponents->names, "; "));
  const auto policy = prepared.policy;
  const auto outlooks = outlooks_of(candidate);
  view.gates = gate::forecast(policy, outlooks, opponents->all);
  view.looks = gate::forecast_looks(policy, view.gates);
  if (view.looks) {
    for (const auto& line : view.work) {
      view.spared += static_cast<std::uint64_t>(static_cast<double>(line.calls) * (1 - view.looks->fraction));
    }
  }
  return view;
}

Result<reports::ForecastView> look_ahead(Prepared prepared, std::optional<Prepared> baseline) {
  const auto store = open_history(prepared.request.store);
  if (!store) return store.error();
  auto candidate = look_at(std::move(prepared), store->get());
  if (!candidate) return candidate.error();
  std::optional<Side> beside;
  if (baseline) {
    auto side = look_at(*std::move(baseline), store->get());
    if (!side) return side.error();
    beside = *std::move(side);
  }
  return view_of(*std::move(candidate), std::move(beside), store->get());
}

}  // namespace

ExitCode forecast(RunRequest request, const Environment& environment, Console& console) {
  if (request.resume) {
    return fail({ErrorKind::usage,
                 "a run that goes on has no plan of its own",
                 "leave out --resume: plan says what the whole run takes",
                 {}},
                console);
  }
  const bool json = request.json;
  const bool replays = request.replay.has_value();
  Keys keys(environment);
  Diagnostics diagnostics;
  auto prepared = prepare(std::move(request), keys.lenient(), diagnostics);
  std::optional<Prepared> baseline;
  if (prepared && prepared->request.against) {
    baseline = prepare_baseline(*prepared, keys.lenient(), diagnostics);
    if (!baseline) prepared.reset();
  }
  print(diagnostics, console);
  if (!prepared) return ExitCode::usage;
  auto view = look_ahead(*std::move(prepared), std::move(baseline));
  if (!view) return fail(view.error(), console);
  for (const auto& name : keys.missing()) {
    if (replays) break;
    view->notes.push_back(fmt::format("${} is not set: `assay run` would refuse to start", name));
  }
  if (json) {
    console.out << indented_json(reports::forecast_json(*view));
  } else {
    console.out << reports::forecast_text(*view, {.color = console.out_color, .width = console.width});
  }
  return ExitCode::pass;
}

}  // namespace assay::app
