#pragma once
/// A policy on runs that never were: its error rates on a history. Pure but for its threads; equal values give an equal
/// result.

#include <assay/gate/gate.hpp>
#include <assay/gate/population.hpp>
#include <assay/reports/simulation.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace assay::app {

/// What is known of a suite's true pass rates: for each case a table of equally likely ones.
struct SuiteRates {
  std::vector<std::vector<double>> tables;
  std::vector<std::size_t> table_of;  ///< of each case
  double kept = 1;                    ///< the share of a true loss that its judge shows: TPR + TNR − 1
};

struct Simulation {
  gate::Policy policy;
  RunEvidence plan;           ///< a row for each planned sample, and after them those of rounds for flaky cases
  std::uint32_t samples = 1;  ///< of each case, without rounds
  std::vector<SuiteRates> rates;
  std::size_t baseline_runs = 0;      ///< 0: the policy compares with none
  gate::Background background;        ///< without baseline and anchor, which are drawn
  std::vector<std::string> tags;      ///< by which a slice may lose; empty: none does
  std::optional<std::string> judged;  ///< the judge between the truth and what is counted, in words
  double margin = 0.05;
  std::uint64_t replicates = 2000;
  std::uint64_t seed = 1;
};

/// Plays an unchanged candidate, and losses of δ/2, δ and 2δ by cases that break, by all cases alike, in one slice, and
/// as the judge shows them. Fills in what the replicates say: rows, blame, and both pass rates.
void play(const Simulation& simulation, reports::SimulationView& view);

}  // namespace assay::app
