#pragma once
/// A run with all that belongs to it, from one history into another.

#include "runner/store/sqlite.hpp"

#include <assay/store/store.hpp>

namespace assay::store {

/// The number that a run of `from` has in `to`, where it is put unless it is there already: header, cases, calls,
/// samples, scores, how it ended, verdicts and labels. It keeps its id. Within the caller's transaction. Errors:
/// `store`; `usage` where another run has its id there.
[[nodiscard]] Result<std::int64_t> bring_run(Database& from, std::int64_t run, Database& to);

/// The settings of a series (of all of them, where none is named) in `from`, their runs, those that score these or were
/// scored by them, and what is known of their judges. `most`: of the newest of each series. Shards stay behind. Within
/// the caller's transaction. Gives the settings. Errors: as above.
[[nodiscard]] Result<std::vector<BaselineRow>> bring_baselines(Database& from, const std::optional<std::string>& name,
                                                               std::uint64_t most, Database& to);

}  // namespace assay::store
