#pragma once
/// One path to a verdict: `run` ends with the very function behind `gate RUN`.

#include "runner/app/background.hpp"

#include <assay/gate/gate.hpp>
#include <assay/store/store.hpp>

namespace assay::app {

/// The verdict on a run as it stands in the history, which it does not change.
[[nodiscard]] Result<Verdict> judge_run(store::Store& store, const store::RunRow& run, const gate::Policy& policy,
                                        BaselineTime time = BaselineTime::at_start);

/// The same, added to the history.
[[nodiscard]] Result<Verdict> decide_run(store::Store& store, const store::RunRow& run, const gate::Policy& policy,
                                         BaselineTime time = BaselineTime::at_start);

/// Sets where a look stopped a run: then what it left out was not planned. The history says so of a run that has ended;
/// of one under way whoever looks does.
void stop_at(RunEvidence& evidence, const StopPoint& stop);

/// The ids of a run's suites.
[[nodiscard]] std::vector<std::string> ids_of(const store::RunHeader& run);

/// What the stored suites offer to a policy, for a decision made later.
[[nodiscard]] std::vector<gate::SuiteFacts> facts_of(const store::RunRow& run, const RunEvidence& evidence);

}  // namespace assay::app
