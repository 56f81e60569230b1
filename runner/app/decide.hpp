#pragma once
/// One path to a verdict: `run` ends with the very function behind `gate RUN`.

#include <assay/gate/gate.hpp>
#include <assay/store/store.hpp>

namespace assay::app {

/// Loads the run's evidence, decides, and adds the verdict to the history.
[[nodiscard]] Result<Verdict> decide_run(store::Store& store, const store::RunRow& run, const gate::Policy& policy);

/// What the stored suites offer to a policy, for a decision made later.
[[nodiscard]] std::vector<gate::SuiteFacts> facts_of(const store::RunRow& run, const RunEvidence& evidence);

}  // namespace assay::app
