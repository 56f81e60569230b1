#pragma once
/// What is being decided, step by step: evidence in, rows and faults out, before they are one verdict.

#include "runner/gate/baseline.hpp"
#include "runner/gate/claims.hpp"
#include "runner/gate/judges.hpp"

#include <assay/gate/gate.hpp>

#include <string>
#include <vector>

namespace assay::gate {

struct Deliberation {
  const Policy& policy;
  const RunEvidence& evidence;
  const Background& background;
  bool narrowed = false;
  bool finished = true;
  std::vector<std::string> faults;  ///< of the whole run: nothing it says can be trusted
  std::vector<std::string> suite_faults;
  std::optional<Baseline> baseline;     ///< where a gate compares, or one was asked for
  std::optional<Baseline> anchor;       ///< likewise
  std::vector<std::string> uncompared;  ///< why nothing could be compared, where the policy bears it
  std::vector<QuarantineStanding> quarantine;
  std::vector<Judge> judges;
  std::vector<Row> rows;
  std::vector<std::string> warnings;
};

/// An open row that keeps the verdict open.
[[nodiscard]] bool opens(const Row& row);

/// What makes the whole run untrustworthy: a breaker, no case, another model than the one asked for.
void check_run(Deliberation& d);

/// Errors add up over suites, each of which may be within its own bound; samples that were skipped leave it unfinished.
void check_errors(Deliberation& d);

/// Rows that rest on untrusted evidence are errors; a proven failure stands.
void distrust(std::vector<Row>& rows, const std::string& fault);

/// Evidence that is not whole decides nothing: samples without a row cannot be counted in any bound. A proven failure
/// stands, and so does what a judge left open.
void leave_open(std::vector<Row>& rows, const std::string& why);

/// Fills `rows`, `faults`, `suite_faults` and all that they rest on.
void decide_gates(Deliberation& d);

/// ERROR > BLOCK > INCONCLUSIVE > PASS, and a proven failure before all of them.
[[nodiscard]] VerdictKind aggregate(const Deliberation& d);

[[nodiscard]] ExitCode exit_of(const Deliberation& d, VerdictKind kind);

/// The sentences of the verdict: what decided it first.
[[nodiscard]] std::vector<std::string> reasons_of(const Deliberation& d, VerdictKind kind);

/// `overall (capitals, topic=t3): …`
[[nodiscard]] std::string sentence(const GateResult& row);

/// Few clusters in these rows: their interval leans on too few draws.
void warn_of_clusters(Deliberation& d, const std::vector<Row>& rows);

/// What a reader should know, and what decides nothing.
void warn(Deliberation& d);

}  // namespace assay::gate
