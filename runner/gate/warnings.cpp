#include "runner/gate/deliberation.hpp"
#include "runner/gate/looks.hpp"
#include "runner/gate/quarantine.hpp"
#include "runner/gate/reasons.hpp"

#include <fmt/format.h>

namespace assay::gate {

namespace {

/// A floor that holds in the judge's eyes, and not once its errors are taken out.
void warn_of_corrections(Deliberation& d) {
  for (const auto& gate : d.policy.gates) {
    for (const auto& judge : d.judges) {
      const auto& s = judge.standing;
      if (!gate.floor || !gate.where.empty() || gate.by || gate.metric != s.metric + ".pass") continue;
      if (!covers(gate, s.suite) || !s.corrected || *s.corrected >= *gate.floor || *s.observed < *gate.floor) continue;
      d.warnings.push_back(fmt::format(
          "gate '{}' of suite '{}': judge '{}' passes {}; corrected for its errors {} is {:.4g}, between {:.4g} and "
          "{:.4g} with {} confidence in each bound (Rogan–Gladen), and the floor is {:g}",
          gate.id, s.suite, s.judge, show(*s.observed, Unit::share), gate.metric, *s.corrected,
          s.corrected_interval->first, s.corrected_interval->second, confidence(d.policy.alpha), *gate.floor));
    }
  }
}

void warn_of_judges(Deliberation& d) {
  std::vector<const Judge*> held;
  for (const auto& row : d.rows) {
    if (row.held_by) held.push_back(row.held_by);
  }
  for (auto& warning : judge_warnings(d.policy, d.evidence, d.judges, held)) d.warnings.push_back(std::move(warning));
  warn_of_corrections(d);
  if (const auto n = d.evidence.edited; n > 0) {
    d.warnings.push_back(
        fmt::format("{} by people", n == 1 ? "1 score was changed" : fmt::format("{} scores were changed", n)));
  }
}

}  // namespace

void warn_of_clusters(Deliberation& d, const std::vector<Row>& rows) {
  const Row* least = nullptr;
  for (const auto& row : rows) {
    if (row.clusters > 0 && row.clusters < 10 && (!least || row.clusters < least->clusters)) least = &row;
  }
  if (!least) return;
  d.warnings.push_back(fmt::format(
      "gate '{}' of suite '{}' has {} clusters only, too few for a trustworthy interval: a cluster is one source "
      "(document, conversation, customer); categories are tags",
      least->result.id, least->result.suite, least->clusters));
}

void warn(Deliberation& d) {
  if (d.narrowed) {
    d.warnings.emplace_back(
        "the run was narrowed by --where or --limit: what it shows holds for these cases only, and it can be neither a "
        "baseline nor canary-ready");
  }
  if (auto looks = warning_of_looks(d.policy, d.evidence); !looks.empty()) d.warnings.push_back(std::move(looks));
  if (d.evidence.replayed > 0) {
    const auto& oldest = d.evidence.oldest_replayed;
    d.warnings.push_back(fmt::format("{} {} from a cassette{}: they show what the model said then", d.evidence.replayed,
                                     d.evidence.replayed == 1 ? "sample comes" : "samples come",
                                     oldest ? fmt::format(", the oldest of {}", to_rfc3339(*oldest)) : ""));
  }
  for (const auto* found : {&d.baseline, &d.anchor}) {
    if (!*found) continue;
    d.warnings.insert(d.warnings.end(), (*found)->warnings.begin(), (*found)->warnings.end());
  }
  for (auto& warning : quarantine_warnings(d.evidence, d.quarantine)) d.warnings.push_back(std::move(warning));
  warn_of_judges(d);
  for (const auto& row : d.rows) {
    if (!row.warning.empty() && row.result.state == GateState::pass) d.warnings.push_back(row.warning);
    if (row.result.state != GateState::inconclusive || row.result.blocking) continue;
    d.warnings.push_back(fmt::format("open, and not blocking: {}", sentence(row.result)));
  }
}

}  // namespace assay::gate
