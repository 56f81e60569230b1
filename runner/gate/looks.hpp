#pragma once
/// What a stopped run means for its decision.

#include "runner/gate/deliberation.hpp"

#include <assay/gate/sampling.hpp>

#include <optional>
#include <string>
#include <vector>

namespace assay::gate {

/// How the rows of a run are decided.
struct Strictness {
  double alpha = 0.05;                   ///< of zero-tolerance claims: their cases are all in before the first look
  double level = 0.05;                   ///< of all others
  double fraction = 1;                   ///< of the cases that they see; 0: none
  std::uint32_t round = 0;               ///< of repeats
  std::optional<std::string> unplanned;  ///< why nothing is decided: the policy has no such look
};

[[nodiscard]] Strictness strictness_of(const Policy& policy, const RunEvidence& evidence);

/// Which cases of a suite lie beyond the fraction; empty where none does.
[[nodiscard]] std::vector<bool> beyond(const SuiteEvidence& suite, std::uint64_t seed, double fraction);

/// In a run with rounds of repeats, how many samples every case has.
void count_alike(SuiteView& view, const RunEvidence& run);

/// True for an open row that more samples of the same cases may decide: not where cases are too few, where a judge
/// holds it, or where repeats are not counted.
[[nodiscard]] bool repeats_help(const Policy& policy, const Row& row);

/// What a reader should know of a run that another policy's looks ended; empty otherwise.
[[nodiscard]] std::string warning_of_looks(const Policy& policy, const RunEvidence& evidence);

/// What the verdict says of it.
[[nodiscard]] std::optional<StopStanding> standing_of_stop(const Policy& policy, const RunEvidence& evidence,
                                                           VerdictKind kind, const std::vector<Row>& rows);

}  // namespace assay::gate
