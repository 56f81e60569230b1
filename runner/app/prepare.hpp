#pragma once
/// Everything about a run that is known before its first call: from a request to a plan, a sealed policy and a header.

#include "runner/app/plan.hpp"
#include "runner/app/request.hpp"

#include <assay/gate/gate.hpp>
#include <assay/store/store.hpp>

#include <optional>

namespace assay::app {

struct Prepared {
  RunRequest request;
  Settings settings;
  Plan plan;
  gate::Policy policy;
  bool baseline = false;  ///< it is what `--against` names
};

/// Resolves, plans and applies the policy. Reports every fault and returns nothing if there was one; nothing is called
/// or stored.
[[nodiscard]] std::optional<Prepared> prepare(RunRequest request, const Environment& environment,
                                              Diagnostics& diagnostics);

/// The run beside the candidate's, of the target that `--against` names: same suites, selection and policy, without
/// `--prompt` and `--set`. Only for a request with `against`.
[[nodiscard]] std::optional<Prepared> prepare_baseline(const Prepared& candidate, const Environment& environment,
                                                       Diagnostics& diagnostics);

/// `20261121-093210-3fa9c2`: sorts by time, and a prefix is enough to name it.
[[nodiscard]] std::string new_run_id(WallTime now);

/// The run as it would start now, under a new id.
[[nodiscard]] store::RunHeader header_of(const Prepared& prepared);

/// A planned suite and the judges that may be asked, as they are stored with a run.
[[nodiscard]] store::StoredSuite stored_suite(const PlannedSuite& planned);
[[nodiscard]] std::vector<store::StoredJudge> stored_judges(const Settings& settings);

/// Names each of two runs that are executed together in the other's header.
void link(store::RunHeader& candidate, store::RunHeader& baseline);

/// The name of a judge that is another now than it was, or is asked elsewhere; nothing if all are the same.
[[nodiscard]] std::optional<std::string> changed_judge(const store::RunHeader& before, const store::RunHeader& now);

/// A run may go on only with what it was started with: the first thing that differs, as an error of kind `usage`.
[[nodiscard]] std::optional<Error> what_changed(const store::RunHeader& before, const store::RunHeader& now);

}  // namespace assay::app
