#pragma once
/// Series of runs that candidates are compared with, and how they travel.

#include "runner/store/sqlite.hpp"

#include <assay/store/store.hpp>

namespace assay::store {

/// As `Store` has them.
[[nodiscard]] Result<void> append_baseline(Database& database, const BaselineRow& row);
[[nodiscard]] Result<std::vector<BaselineRow>> load_baselines(Database& database,
                                                              const std::optional<std::string>& name);
[[nodiscard]] Result<std::vector<RunRow>> list_scored(Database& database, const std::string& run);
[[nodiscard]] Result<void> write_baseline_file(Database& database, const std::string& name, std::uint64_t runs,
                                               const std::filesystem::path& file);
[[nodiscard]] Result<std::vector<BaselineRow>> read_baseline_file(Database& database,
                                                                  const std::filesystem::path& file);

/// The run that was set last in a series; nothing if there is no such series.
[[nodiscard]] Result<std::optional<std::int64_t>> newest_baseline(Database& database, std::string_view name);

/// Adds a setting that is not there yet, as it stands; within the caller's transaction.
[[nodiscard]] Result<void> insert_baseline(Database& database, std::int64_t run, const BaselineRow& row);

}  // namespace assay::store
