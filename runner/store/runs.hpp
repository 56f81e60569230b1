#pragma once
/// Rows of runs: writing the header, reading it back, finding it by what a person wrote.

#include "runner/store/run_writer.hpp"
#include "runner/store/sqlite.hpp"

#include <assay/store/store.hpp>

namespace assay::store {

/// The column `kind` of runs that are never meant by `latest`.
inline constexpr std::string_view kCalibration = "calibration";

/// Inserts header, meta, judges, suites and metrics; gives the run's number. Within the caller's transaction.
[[nodiscard]] Result<std::int64_t> insert_run(Database& database, const RunHeader& header);

/// The number of the run with exactly this id. Errors: `not_found`.
[[nodiscard]] Result<std::int64_t> run_number(Database& database, std::string_view id);

[[nodiscard]] Result<RunRow> load_run(Database& database, std::int64_t run);
[[nodiscard]] Result<RunRow> find_run(Database& database, std::string_view text, bool unfinished);
[[nodiscard]] Result<std::vector<RunRow>> list_runs(Database& database, const std::optional<std::string>& suite,
                                                    std::uint64_t limit);

/// The ids of the runs whose answers a run has, from the nearest on: its origin, that one's origin, and so on. A
/// calibration is no origin. The last may lie in another history.
[[nodiscard]] Result<std::vector<std::string>> load_origins(Database& database, std::string_view run);

/// What the history holds of a run, for the writer that takes it up.
[[nodiscard]] Result<Known> load_known(Database& database, std::int64_t run, std::size_t suites);
[[nodiscard]] Result<std::vector<CheckKind>> load_kinds(Database& database, std::int64_t run);
/// In the order in which they were given.
[[nodiscard]] Result<std::vector<LimitRow>> load_limits(Database& database, std::int64_t run);

}  // namespace assay::store
