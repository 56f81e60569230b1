#include "runner/gate/deliberation.hpp"
#include "runner/gate/reasons.hpp"
#include "runner/gate/slices.hpp"
#include "runner/gate/waive.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

namespace assay::gate {

namespace {

void add_rows(std::vector<std::string>& reasons, const Deliberation& d, GateState state, bool blocking_only = false) {
  const std::set<std::string> said(reasons.begin(), reasons.end());
  for (const auto& row : d.rows) {
    if (row.result.state != state || (blocking_only && !row.result.blocking)) continue;
    if ((row.held_by && opens(row)) || waived(row)) continue;
    if (!said.contains(row.result.reason)) reasons.push_back(sentence(row.result));
  }
}

/// Blocks that are let pass, and by whom.
void add_waived(std::vector<std::string>& reasons, const Deliberation& d) {
  for (const auto& row : d.rows) {
    if (!waived(row)) continue;
    const auto& all = d.background.waivers.waivers;
    const auto waiver =
        std::find_if(all.begin(), all.end(), [&](const Waiver& each) { return each.id == *row.result.waiver; });
    reasons.push_back(fmt::format("{}; let pass by waiver {} up to its limit {} ({}, approved by {})",
                                  sentence(row.result), waiver->id, show(waiver->limit, row.result.unit),
                                  waiver->ticket, waiver->approver));
  }
}

/// What one judge leaves open, in one sentence however many rows that are.
void add_held(std::vector<std::string>& reasons, const Deliberation& d) {
  for (const auto& judge : d.judges) {
    std::vector<const Row*> held;
    std::vector<std::string> ids;
    for (const auto& row : d.rows) {
      if (row.held_by != &judge || !opens(row)) continue;
      held.push_back(&row);
      if (ids.empty() || ids.back() != row.result.id) ids.push_back(row.result.id);
    }
    if (held.size() == 1) reasons.push_back(sentence(held.front()->result));
    if (held.size() < 2) continue;
    reasons.push_back(fmt::format("{} ({}): {}", fmt::join(ids, ", "), judge.standing.suite, judge.why));
  }
}

std::string budget_text(const Deliberation& d) {
  std::uint64_t planned = 0;
  std::uint64_t skipped = 0;
  for (const auto& suite : d.evidence.suites) {
    planned += suite.balance.planned;
    skipped += suite.balance.skipped;
  }
  return fmt::format("a budget ended the run: {}; {} of {} samples were run", *d.evidence.spent, planned - skipped,
                     planned);
}

}  // namespace

std::string sentence(const GateResult& row) {
  return fmt::format("{}: {}", row_name(row), row.reason);
}

std::vector<std::string> reasons_of(const Deliberation& d, VerdictKind kind) {
  std::vector<std::string> reasons;
  if (kind == VerdictKind::pass || kind == VerdictKind::pass_with_waiver) {
    add_waived(reasons, d);
    add_rows(reasons, d, GateState::pass);
    if (!reasons.empty()) return reasons;
    return {"no gate that blocks is open, and none proved its claim: see the warnings"};
  }
  if (kind == VerdictKind::inconclusive) {
    if (d.evidence.spent) {
      reasons.push_back(budget_text(d));
    } else if (!d.finished) {
      reasons.emplace_back("the run is not whole: some samples were skipped");
    }
    if (d.narrowed) {
      reasons.emplace_back(
          "the run was narrowed by --where or --limit, so it cannot pass: run the whole suite for a verdict");
    }
    reasons.insert(reasons.end(), d.uncompared.begin(), d.uncompared.end());
    add_held(reasons, d);
    add_rows(reasons, d, GateState::inconclusive, true);
    add_waived(reasons, d);
    return reasons;
  }
  if (kind == VerdictKind::block) add_rows(reasons, d, GateState::block);
  for (const auto* faults : {&d.faults, &d.suite_faults}) {
    for (const auto& fault : *faults) {
      if (std::find(reasons.begin(), reasons.end(), fault) == reasons.end()) reasons.push_back(fault);
    }
  }
  add_rows(reasons, d, GateState::error);
  if (kind == VerdictKind::error) add_rows(reasons, d, GateState::block);
  if (d.evidence.spent) reasons.push_back(budget_text(d));
  return reasons;
}

}  // namespace assay::gate
