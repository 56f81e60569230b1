#pragma once
/// What a policy has judged twice before it counts: the failures that a zero-tolerance gate would block on.

#include <assay/core/check.hpp>
#include <assay/core/diagnostics.hpp>
#include <assay/core/evidence.hpp>
#include <assay/gate/gate.hpp>
#include <assay/judges/checks.hpp>

#include <optional>
#include <string>
#include <vector>

namespace assay::app {

struct Plan;

/// One zero-tolerance gate: which checks of which cases it reads, and who confirms their failures.
struct Confirmation {
  std::vector<std::string> suites;  ///< empty: every suite of the run
  std::string metric;               ///< `pass_rate`: every required check; `polite.pass`: that one
  Tags where;
  judges::SecondOpinion opinion;
};

/// Those of a policy. Reports a judge that is not among `judges`, unless they are not known.
[[nodiscard]] std::vector<Confirmation> confirmations_of(const gate::Policy& policy,
                                                         const std::vector<judges::JudgeRef>& judges, bool judges_known,
                                                         Diagnostics& diagnostics);

/// Who confirms a failure of this judged check in a case with these tags; a judge that is named goes before none.
/// Reports two gates that name two judges for one check. Nothing where no such gate reads it.
[[nodiscard]] std::optional<judges::SecondOpinion> opinion_on(const CompiledCheck& check, const std::string& suite,
                                                              const Tags& tags,
                                                              const std::vector<Confirmation>& confirmations,
                                                              Diagnostics& diagnostics);

/// Reports an error unless it is there already: many cases may have the same fault.
void report_once(Error error, Diagnostics& diagnostics);

/// Reports, at its gate, a named judge that would never be asked: no judge feeds the metric in the gate's suites.
void check_confirmations(const std::vector<Confirmation>& confirmations, const Plan& plan, Diagnostics& diagnostics);

}  // namespace assay::app
