#include "runner/gate/deliberation.hpp"
#include "runner/gate/reasons.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

namespace assay::gate {

namespace {

void check_served(Deliberation& d) {
  const auto& served = d.evidence.served_models;
  const auto& expected = d.evidence.expected_served;
  if (served.size() > 1) {
    d.faults.push_back(fmt::format("the served model changed within the run: {}", fmt::join(served, ", ")));
  } else if (expected && !served.empty() && served.front() != *expected) {
    d.faults.push_back(fmt::format("the endpoint served model '{}', and the target's served_model is '{}'",
                                   served.front(), *expected));
  } else if (expected && served.empty()) {
    d.warnings.push_back(
        fmt::format("no reply named the model that served it, so served_model '{}' is unproved", *expected));
  }
}

}  // namespace

void check_errors(Deliberation& d) {
  std::uint64_t planned = 0;
  std::uint64_t errored = 0;
  for (const auto& suite : d.evidence.suites) {
    planned += suite.balance.planned;
    errored += suite.balance.errored;
    if (suite.balance.skipped > 0) d.finished = false;
  }
  const double allowed = d.policy.max_error_rate * static_cast<double>(planned);
  if (d.suite_faults.empty() && errored > 1 && static_cast<double>(errored) > allowed) {
    d.faults.push_back(fmt::format("{} of {} samples errored; at most {} may (max_error_rate {:g})", errored, planned,
                                   std::max(1.0, std::floor(allowed)), d.policy.max_error_rate));
  } else if (errored > 0) {
    d.warnings.push_back(
        fmt::format("{} of {} samples errored; they count as failures in lower bounds and as passes in upper ones",
                    errored, planned));
  }
}

void check_run(Deliberation& d) {
  if (d.evidence.stopped) d.faults.push_back(fmt::format("the run failed: {}", *d.evidence.stopped));
  const auto empty = [](const SuiteEvidence& suite) { return suite.rows.empty(); };
  if (!d.evidence.spent && std::all_of(d.evidence.suites.begin(), d.evidence.suites.end(), empty)) {
    d.faults.emplace_back("no case was run, so nothing was measured");
  }
  if (!(d.policy.alpha > 0 && d.policy.alpha <= 0.5)) d.faults.emplace_back("the policy's alpha is outside 0…0.5");
  check_served(d);
}

void distrust(std::vector<Row>& rows, const std::string& fault) {
  for (auto& row : rows) {
    if (row.proven_failure) continue;
    row.result.state = GateState::error;
    row.result.reason = fault;
    row.held_by = nullptr;
  }
}

void leave_open(std::vector<Row>& rows, const std::string& why) {
  for (auto& row : rows) {
    const auto state = row.result.state;
    const bool without_numbers = state == GateState::inconclusive && !row.result.estimate;
    if (row.proven_failure || row.held_by || state == GateState::error || without_numbers) continue;
    row.result.state = GateState::inconclusive;
    row.interval_open = false;
    row.result.reason = why + so_far(row.result);
  }
}

}  // namespace assay::gate
