#pragma once
/// What a candidate is compared with: runs that may be, suite by suite, and a sentence where none may.

#include "runner/gate/pairing.hpp"
#include "runner/gate/policy_gate.hpp"
#include "runner/gate/suite_view.hpp"

#include <assay/gate/gate.hpp>

#include <optional>
#include <string>
#include <vector>

namespace assay::gate {

/// One run of a baseline, for one suite. The evidence outlives it.
struct BaselineRun {
  const RunEvidence* run = nullptr;
  SuiteView view;
  Pairs pairs;
};

/// A baseline as one suite of the candidate has it.
struct SuiteBaseline {
  std::vector<BaselineRun> runs;  ///< newest first
  std::string why_none;           ///< without runs: one sentence, and what to do
  bool tolerated = false;         ///< that there is none leaves rows open: `bootstrap`, or an anchor that drifted away
  bool blocking = true;           ///< of those open rows
};

struct Baseline {
  Against against = Against::baseline;
  std::vector<SuiteBaseline> suites;  ///< as the candidate's
  std::optional<BaselineStanding> standing;
  std::vector<std::string> warnings;  ///< runs that were passed over; cases that failed in it and are gone
};

/// The baseline (or anchor) that `background` holds, for a candidate. Runs that cannot be compared are passed over,
/// suite by suite: a suite that is new has no baseline, and the others keep theirs.
[[nodiscard]] Baseline find_baseline(Against against, const Policy& policy, const RunEvidence& candidate,
                                     const Background& background);

}  // namespace assay::gate
