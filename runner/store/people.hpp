#pragma once
/// What people say of answers and scores, and what judges are worth against them. All of it is only ever added to.

#include "runner/store/sqlite.hpp"

#include <assay/store/store.hpp>

namespace assay::store {

/// As `Store` has them, for the run with this number or id.
[[nodiscard]] Result<void> append_edits(Database& database, std::int64_t run, std::span<const ScoreEdit> edits);
[[nodiscard]] Result<std::vector<ScoreEdit>> load_edits(Database& database, std::int64_t run);
[[nodiscard]] Result<void> append_labels(Database& database, std::span<const Label> labels);
[[nodiscard]] Result<std::vector<Label>> load_labels(Database& database, const std::string& run);
[[nodiscard]] Result<void> append_trust(Database& database, const Trust& trust);
[[nodiscard]] Result<std::vector<Trust>> load_trust(Database& database);

/// Gives `to` the labels of run `from`'s answers, and the measurements of judges, that it does not have yet; within the
/// caller's transaction.
[[nodiscard]] Result<void> copy_labels(Database& from, const std::string& run, Database& to, const std::string& as);
[[nodiscard]] Result<void> copy_trust(Database& from, Database& to);
/// Those of judges with these digests only.
[[nodiscard]] Result<void> copy_trust(Database& from, Database& to, const std::set<std::string>& judges);

}  // namespace assay::store
