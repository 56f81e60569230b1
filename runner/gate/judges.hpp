#pragma once
/// Whether the judges that a verdict rests on may be believed.

#include <assay/gate/gate.hpp>

#include <span>
#include <string>
#include <vector>

namespace assay::gate {

/// A judged metric of a suite, and what is known of its judge.
struct Judge {
  JudgeStanding standing;
  bool required = true;          ///< its check decides whether a sample passes
  const Column* pass = nullptr;  ///< what it said, a sample each; nullptr where the evidence has it not
  std::string why;               ///< why it may not decide, one sentence with the fix; empty where it may
  const Trust* trust = nullptr;
};

/// Every judged metric of the run, in the order of its suites. Evidence and trust outlive the result.
[[nodiscard]] std::vector<Judge> standing_of(const Policy& policy, const RunEvidence& evidence,
                                             std::span<const Trust> trust);

/// True where the gate's metric, on the judge's suite, rests on what the judge says.
[[nodiscard]] bool rests_on(const GateSpec& gate, const Judge& judge);

/// What a reader should know of them: never measured, no better than chance, of the candidate's kind, talked round.
/// Those in `held` stand in a reason already.
[[nodiscard]] std::vector<std::string> judge_warnings(const Policy& policy, const RunEvidence& evidence,
                                                      const std::vector<Judge>& judges,
                                                      const std::vector<const Judge*>& held);

}  // namespace assay::gate
