#include "runner/gate/deliberation.hpp"
#include "runner/gate/waive.hpp"

#include <algorithm>

namespace assay::gate {

namespace {

bool any(const std::vector<Row>& rows, GateState state) {
  return std::any_of(rows.begin(), rows.end(), [&](const Row& row) { return row.result.state == state; });
}

}  // namespace

bool opens(const Row& row) {
  return row.result.state == GateState::inconclusive && row.result.blocking;
}

VerdictKind aggregate(const Deliberation& d) {
  const auto proven = [](const Row& row) { return row.proven_failure && !waived(row); };
  if (std::any_of(d.rows.begin(), d.rows.end(), proven)) return VerdictKind::block;
  if (!d.faults.empty() || !d.suite_faults.empty() || any(d.rows, GateState::error)) return VerdictKind::error;
  const auto blocks = [](const Row& row) { return row.result.state == GateState::block && !waived(row); };
  if (std::any_of(d.rows.begin(), d.rows.end(), blocks)) return VerdictKind::block;
  if (!d.finished || std::any_of(d.rows.begin(), d.rows.end(), opens)) return VerdictKind::inconclusive;
  if (d.narrowed || d.evidence.spent) return VerdictKind::inconclusive;
  return std::any_of(d.rows.begin(), d.rows.end(), waived) ? VerdictKind::pass_with_waiver : VerdictKind::pass;
}

ExitCode exit_of(const Deliberation& d, VerdictKind kind) {
  switch (kind) {
    case VerdictKind::pass:
    case VerdictKind::pass_with_waiver:
      return ExitCode::pass;
    case VerdictKind::block:
      return ExitCode::block;
    case VerdictKind::error:
      return ExitCode::error;
    case VerdictKind::inconclusive:
      break;
  }
  const bool only_intervals =
      std::all_of(d.rows.begin(), d.rows.end(), [](const Row& row) { return !opens(row) || row.interval_open; });
  const bool may_warn =
      d.policy.warn_on_inconclusive && only_intervals && d.finished && !d.narrowed && !d.evidence.spent;
  return may_warn ? ExitCode::pass : ExitCode::inconclusive;
}

}  // namespace assay::gate
