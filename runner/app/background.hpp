#pragma once
/// What a decision looks at beside its run: judges, baselines, the history of its cases, waivers.

#include <assay/core/diagnostics.hpp>
#include <assay/gate/gate.hpp>
#include <assay/store/store.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace assay::app {

/// Owns what the background refers to. May be moved.
struct LoadedBackground {
  std::vector<Trust> trust;
  gate::Background background;
};

/// Which settings of a series count.
enum class BaselineTime {
  at_start,  ///< those made before the run started: a decision made again finds what the first one found
  now,       ///< all: a baseline that is named anew
};

/// Reads what `policy` and `run` ask for. The runs of `policy.baseline.ref` (or the one that was executed beside the
/// run) are looked up, and those that `gate::cannot_be_compared` refuses are passed over with its sentence; a run that
/// was scored anew stands in for its origin where that one cannot be compared. `evidence` holds the digests of cases
/// where the policy has a baseline. Errors: `store`, and those of a waivers file that cannot be read (`invalid`).
[[nodiscard]] Result<LoadedBackground> load_background(store::Store& store, const store::RunRow& run,
                                                       const gate::Policy& policy, const RunEvidence& evidence,
                                                       BaselineTime time = BaselineTime::at_start);

inline constexpr std::uint64_t kHistoryRuns = 20;  // of a suite, looked at for how its cases did

/// How a case did over the runs that scored a sample of it; with `before`, over those that started before that run. A
/// run passed a case that more than half of its samples pass.
[[nodiscard]] gate::CaseRecord record_of(const store::CaseHistory& history, std::string_view before = {});

/// How the cases of a run did in the runs before it.
[[nodiscard]] Result<std::vector<gate::CaseRecord>> history_of(store::Store& store, const store::RunHeader& run);

/// True where cases are matched by digest, with those of a baseline or of their history: the evidence needs them then.
[[nodiscard]] bool needs_digests(const gate::Policy& policy, const store::RunHeader& run);

/// The policy's waivers file; empty without one. Reports every fault.
[[nodiscard]] std::optional<gate::Waivers> waivers_of(const gate::Policy& policy, Diagnostics& diagnostics);

}  // namespace assay::app
