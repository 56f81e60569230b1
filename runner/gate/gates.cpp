#include "runner/gate/deliberation.hpp"
#include "runner/gate/flaky.hpp"
#include "runner/gate/looks.hpp"
#include "runner/gate/quarantine.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace assay::gate {

namespace {

Extent extent_of(const Deliberation& d) {
  if (d.evidence.spent || (d.evidence.stop && d.evidence.stop->fraction < 1)) return Extent::cut_short;
  return d.narrowed ? Extent::narrowed : Extent::whole;
}

/// Cases beyond the last look count as little as those in quarantine: zero tolerance sees all of them.
void leave_out(SuiteView& view, const std::vector<bool>& mask) {
  if (mask.empty()) return;
  view.set_aside.resize(mask.size(), false);
  for (std::size_t c = 0; c < mask.size(); ++c) view.set_aside[c] = view.set_aside[c] || mask[c];
}

SuiteView prepare_suite(Deliberation& d, const SuiteEvidence& suite, double fraction) {
  auto view = view_suite(suite, d.policy.max_error_rate, !d.narrowed);
  view.run = &d.evidence;
  for (const auto& judge : d.judges) {
    if (judge.standing.suite == suite.id && !judge.why.empty()) view.doubted.push_back(&judge);
  }
  for (const auto& fault : {view.unusable, view.fault}) {
    if (fault) d.suite_faults.push_back(*fault);
  }
  set_aside(view, d.quarantine);
  leave_out(view, beyond(suite, d.evidence.seed, fraction));
  count_alike(view, d.evidence);
  if (reads_flakes(d.policy) && !view.unusable) find_flaky(view, d.background.history);
  return view;
}

/// A suite without anything to be compared with says so once, however many rows that leaves open.
void add_uncompared(Deliberation& d, const Baseline& baseline) {
  for (std::size_t i = 0; i < baseline.suites.size(); ++i) {
    const auto& suite = baseline.suites[i];
    const auto asks = [&](const GateSpec& gate) { return compares(gate) && covers(gate, d.evidence.suites[i].id); };
    if (!suite.runs.empty() || !suite.blocking) continue;
    if (std::none_of(d.policy.gates.begin(), d.policy.gates.end(), asks)) continue;
    auto& reasons = suite.tolerated ? d.uncompared : d.suite_faults;
    if (std::find(reasons.begin(), reasons.end(), suite.why_none) == reasons.end()) reasons.push_back(suite.why_none);
  }
}

void find_baselines(Deliberation& d) {
  const auto& gates = d.policy.gates;
  const bool any = std::any_of(gates.begin(), gates.end(), compares);
  const bool margin = std::any_of(gates.begin(), gates.end(), [](const GateSpec& gate) { return gate.margin; });
  if (any || d.background.baseline) {
    d.baseline = find_baseline(Against::baseline, d.policy, d.evidence, d.background);
  }
  if (margin && d.policy.baseline && !d.policy.baseline->anchor.empty()) {
    d.anchor = find_baseline(Against::anchor, d.policy, d.evidence, d.background);
  }
}

void point_to_baselines(const Deliberation& d, std::vector<SuiteView>& views) {
  for (std::size_t i = 0; i < views.size(); ++i) {
    if (d.baseline) views[i].baseline = &d.baseline->suites[i];
    if (d.anchor) views[i].anchor = &d.anchor->suites[i];
  }
}

/// The rows of one gate on one suite, less what cannot be trusted or is not whole.
std::vector<Row> sound_rows(const Deliberation& d, const GateSpec& gate, const SuiteView& view,
                            const Strictness& strict) {
  const auto* baseline = d.policy.baseline ? &*d.policy.baseline : nullptr;
  auto rows = rows_of(gate, {strict.alpha, strict.level, extent_of(d), baseline}, view);
  if (view.never_run > 0) {
    leave_open(rows, fmt::format("{} of {} samples were never run, so nothing is decided: resume the run",
                                 view.never_run, view.evidence->balance.planned));
  }
  if (strict.unplanned) leave_open(rows, *strict.unplanned);
  if (view.fault) distrust(rows, *view.fault);
  return rows;
}

}  // namespace

void decide_gates(Deliberation& d) {
  const auto strict = strictness_of(d.policy, d.evidence);
  d.finished = d.finished && !strict.unplanned;
  d.quarantine = quarantine_of(d.evidence, d.background);
  std::vector<SuiteView> views;
  for (const auto& suite : d.evidence.suites) views.push_back(prepare_suite(d, suite, strict.fraction));
  check_errors(d);
  find_baselines(d);
  point_to_baselines(d, views);
  for (const auto* found : {&d.baseline, &d.anchor}) {
    if (*found) add_uncompared(d, **found);
  }
  std::vector<bool> decided(views.size(), false);
  for (const auto& gate : d.policy.gates) {
    bool used = false;
    for (std::size_t i = 0; i < views.size(); ++i) {
      if (!covers(gate, views[i].evidence->id)) continue;
      auto rows = sound_rows(d, gate, views[i], strict);
      used = used || !rows.empty();
      decided[i] = decided[i] || !rows.empty();
      warn_of_clusters(d, rows);
      std::move(rows.begin(), rows.end(), std::back_inserter(d.rows));
    }
    if (used) continue;
    d.faults.push_back(fmt::format("gate '{}' decides nothing: it has no condition, or no suite of this run", gate.id));
  }
  for (std::size_t i = 0; i < views.size(); ++i) {
    if (!decided[i]) d.faults.push_back(fmt::format("no gate decides suite '{}'", views[i].evidence->id));
  }
  if (!d.faults.empty()) distrust(d.rows, d.faults.front());
}

}  // namespace assay::gate
