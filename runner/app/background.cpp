#include "runner/app/background.hpp"

#include "runner/app/decide.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace assay::app {

namespace {

/// What a search for comparable runs is about.
struct Search {
  store::Store& store;
  const store::RunRow& candidate;
  const gate::Policy& policy;
  const RunEvidence& evidence;
  BaselineTime time;
  std::optional<Duration> max_age;
};

bool judged(const store::RunHeader& run) {
  return std::any_of(run.suites.begin(), run.suites.end(),
                     [](const store::StoredSuite& suite) { return !suite.judged.empty(); });
}

Result<RunEvidence> evidence_of(const Search& search, const std::string& run) {
  return search.store.evidence(run, {.metrics = gate::wanted_metrics(search.policy), .digests = true});
}

/// A run and those that score its answers anew, newest first: whichever can be compared first stands for all. As it
/// stood, like the series: what was scored after the candidate started counts where the baseline is named anew.
Result<std::vector<store::RunRow>> versions_of(const Search& search, const store::RunRow& row) {
  std::vector<store::RunRow> versions{row};
  auto scored = search.store.scored_of(row.header.id);
  if (!scored) return scored.error();
  for (auto& each : *scored) {
    const bool later = search.time == BaselineTime::at_start && each.header.started > search.candidate.header.started;
    if (!later && each.header.id != search.candidate.header.id) versions.push_back(std::move(each));
  }
  return versions;
}

/// When the answers were given: to score them anew makes them no younger.
Result<WallTime> answered_at(store::Store& store, const store::RunHeader& run) {
  auto at = run.started;
  auto origin = run.kind == store::RunKind::scored ? run.origin : std::string();
  while (!origin.empty()) {
    const auto row = store.find(origin, false);
    if (!row && row.error().kind == ErrorKind::not_found) break;  // in another history
    if (!row) return row.error();
    at = std::min(at, row->header.started);
    origin = row->header.kind == store::RunKind::scored ? row->header.origin : std::string();
  }
  return at;
}

Result<void> add_run(const Search& search, const store::RunRow& row, gate::BaselineEvidence& found) {
  const auto versions = versions_of(search, row);
  if (!versions) return versions.error();
  std::optional<std::string> first_refusal;
  for (const auto& version : *versions) {
    // Two that run side by side are looked at together, on their way.
    const bool looked_at = found.beside && version.status == store::RunStatus::running && search.candidate.stop;
    if (version.status != store::RunStatus::finished && !looked_at) continue;
    auto evidence = evidence_of(search, version.header.id);
    if (!evidence) return evidence.error();
    if (looked_at) stop_at(*evidence, *search.candidate.stop);
    const auto at = answered_at(search.store, version.header);
    if (!at) return at.error();
    evidence->started = *at;
    auto refusal = gate::cannot_be_compared(*evidence, search.evidence, search.max_age);
    if (!refusal) {
      found.runs.push_back(*std::move(evidence));
      return {};
    }
    if (!first_refusal) first_refusal = std::move(refusal);
  }
  found.passed_over.push_back(
      first_refusal.value_or(fmt::format("run {} is not finished: it is {}", row.header.id, name(row.status))));
  return {};
}

/// The runs that a ref stands for, newest first: those of a series, else the one run that it names.
Result<std::vector<store::RunRow>> named_runs(const Search& search, const std::string& ref) {
  std::vector<store::RunRow> rows;
  const auto series = search.store.baselines(ref);
  if (!series) return series.error();
  for (const auto& entry : *series) {
    const bool later = search.time == BaselineTime::at_start && entry.at > search.candidate.header.started;
    if (later || entry.run == search.candidate.header.id) continue;
    auto row = search.store.find(entry.run, false);
    if (!row) return row.error();
    rows.push_back(*std::move(row));
  }
  if (!series->empty()) return rows;
  auto row = search.store.find(ref, false);
  if (!row && row.error().kind != ErrorKind::not_found && row.error().kind != ErrorKind::usage) return row.error();
  if (row && row->header.id != search.candidate.header.id) rows.push_back(*std::move(row));
  return rows;
}

Result<gate::BaselineEvidence> find_baseline(const Search& search, const std::string& ref, std::uint64_t most) {
  gate::BaselineEvidence found{.ref = ref};
  const auto rows = named_runs(search, ref);
  if (!rows) return rows.error();
  if (rows->empty()) {
    found.passed_over.push_back(fmt::format(
        "the history has no baseline '{}' that was set before this run, and no other run of that name", ref));
  }
  for (const auto& row : *rows) {
    if (found.runs.size() == most) break;
    if (auto added = add_run(search, row, found); !added) return added.error();
  }
  return found;
}

Result<gate::BaselineEvidence> run_beside(const Search& search) {
  const auto row = search.store.find(search.candidate.header.beside, true);
  const auto finished = row ? row : search.store.find(search.candidate.header.beside, false);
  if (!finished) return finished.error();
  gate::BaselineEvidence found{.ref = finished->header.target, .beside = true};
  if (auto added = add_run(search, *finished, found); !added) return added.error();
  return found;
}

Result<void> find_baselines(Search search, gate::Background& background) {
  const auto& asked = search.policy.baseline;
  const bool beside = !search.candidate.header.beside.empty() && !search.candidate.header.baseline;
  if (beside) {
    auto found = run_beside(search);
    if (!found) return found.error();
    background.baseline = *std::move(found);
  } else if (asked && !asked->ref.empty()) {
    search.max_age = asked->max_age;
    auto found = find_baseline(search, asked->ref, asked->runs.value_or(gate::kBaselineRuns));
    if (!found) return found.error();
    background.baseline = *std::move(found);
  }
  if (!asked || asked->anchor.empty()) return {};
  search.max_age.reset();
  auto anchor = find_baseline(search, asked->anchor, 1);
  if (!anchor) return anchor.error();
  background.anchor = *std::move(anchor);
  return {};
}

bool compares(const gate::Policy& policy, const store::RunHeader& run) {
  const bool beside = !run.beside.empty() && !run.baseline;
  return beside || (policy.baseline && !(policy.baseline->ref.empty() && policy.baseline->anchor.empty()));
}

}  // namespace

gate::CaseRecord record_of(const store::CaseHistory& history, std::string_view before) {
  gate::CaseRecord record{.suite = history.suite, .case_id = history.case_id, .digest = history.digest};
  std::optional<bool> passed;
  for (const auto& run : history.runs) {
    const bool later = !before.empty() && run.run >= before;  // ids sort by time
    if (later || run.scored == 0) continue;
    ++record.runs;
    record.samples += run.scored;
    record.passes += run.passed;
    const bool passes = 2 * run.passed > run.scored;
    if (passed && *passed != passes) ++record.flips;
    passed = passes;
  }
  return record;
}

// Of the runs before this one: a repeat must not be chosen by what it repeats.
Result<std::vector<gate::CaseRecord>> history_of(store::Store& store, const store::RunHeader& run) {
  std::vector<gate::CaseRecord> records;
  for (const auto& suite : run.suites) {
    const auto read = store.case_history(suite.id, kHistoryRuns, [&](const store::CaseHistory& history) {
      auto record = record_of(history, run.id);
      if (record.runs > 0) records.push_back(std::move(record));
      return true;
    });
    if (!read) return read.error();
  }
  return records;
}

bool needs_digests(const gate::Policy& policy, const store::RunHeader& run) {
  return compares(policy, run) || gate::reads_flakes(policy);
}

std::optional<gate::Waivers> waivers_of(const gate::Policy& policy, Diagnostics& diagnostics) {
  if (policy.waivers.empty()) return gate::Waivers{};
  return gate::load_waivers(policy.folder / policy.waivers, diagnostics);
}

Result<LoadedBackground> load_background(store::Store& store, const store::RunRow& run, const gate::Policy& policy,
                                         const RunEvidence& evidence, BaselineTime time) {
  LoadedBackground loaded;
  Diagnostics diagnostics;
  auto waivers = waivers_of(policy, diagnostics);
  if (!waivers) return diagnostics.errors().front();
  loaded.background.waivers = *std::move(waivers);
  loaded.background.now = wall_now();
  if (judged(run.header)) {
    auto trust = store.trust();
    if (!trust) return trust.error();
    loaded.trust = *std::move(trust);
    loaded.background.trust = loaded.trust;
  }
  const Search search{store, run, policy, evidence, time, {}};
  if (!run.header.baseline && compares(policy, run.header)) {
    if (auto found = find_baselines(search, loaded.background); !found) return found.error();
  }
  if (gate::reads_flakes(policy)) {
    auto history = history_of(store, run.header);
    if (!history) return history.error();
    loaded.background.history = *std::move(history);
  }
  return loaded;
}

}  // namespace assay::app
