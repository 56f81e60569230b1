#pragma once
/// What `assay simulate` says: how often a policy would be wrong on one's own history.

#include <assay/core/json.hpp>
#include <assay/reports/format.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace assay::reports {

/// A share of the replicates with its 95 % Wilson interval.
struct Frequency {
  double share = 0;
  double low = 0;
  double high = 1;
};

/// One kind of candidate, and what became of it.
struct SimulationRow {
  std::string change;  ///< `unchanged`, `broken cases`, …
  double loss = 0;     ///< of the true pass rate, in expectation
  Frequency pass;
  Frequency block;
  Frequency inconclusive;
  Frequency error;
  double samples = 0;     ///< of a run, the mean
  Frequency fixed_block;  ///< by the fixed pass rate
  Frequency tuned_block;  ///< by the one that blocks an unchanged candidate as often as the policy
};

/// A gate, and how often it blocks what did not change.
struct SimulationBlame {
  std::string gate;
  std::string suite;
  Frequency block;
};

/// What the true pass rates were taken from.
struct SimulatedSuite {
  std::string id;
  std::uint64_t cases = 0;
  double rate = 0;         ///< the mean over cases
  double discordance = 0;  ///< the chance that two samples of a case differ, the mean over cases
  bool assumed = false;    ///< no case was seen twice: that chance is not from history
};

struct SimulationView {
  std::string run;               ///< whose cases and samples are the plan
  std::uint64_t history = 0;     ///< runs that it was read from
  std::uint32_t samples = 1;     ///< of each case
  std::uint64_t baseline = 0;    ///< runs that are averaged; 0: the policy compares with none
  std::uint64_t replicates = 0;  ///< of each row
  std::uint64_t seed = 0;
  double margin = 0;       ///< δ of the losses
  double fixed = 0;        ///< the fixed pass rate
  double tuned = 0;        ///< the tuned one
  double fixed_share = 1;  ///< of the samples, that both look at: as many as the policy takes of an unchanged candidate
  std::vector<SimulatedSuite> suites;
  std::vector<SimulationRow> rows;     ///< the first is of an unchanged candidate
  std::vector<SimulationBlame> blame;  ///< the most frequent first; gates that never blocked falsely are left out
  std::vector<std::string> left_out;   ///< gates that are not simulated
  std::vector<std::string> notes;      ///< sentences
};

[[nodiscard]] std::string simulation_text(const SimulationView& view, const Style& style);
[[nodiscard]] OrderedJson simulation_json(const SimulationView& view);

}  // namespace assay::reports
