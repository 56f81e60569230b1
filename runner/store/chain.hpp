#pragma once
/// Verdicts, each chained to the one before.

#include "runner/store/sqlite.hpp"

#include <assay/store/store.hpp>

namespace assay::store {

/// As `Store` has them, for the run with this number.
[[nodiscard]] Result<void> append_verdict(Database& database, std::int64_t run, Verdict& verdict);
[[nodiscard]] Result<std::vector<ChainFault>> find_faults(Database& database);

/// Gives run `as` the verdicts of a run of another history: their texts stay, and each becomes a link of the chain
/// here, which holds the hash that it had there. Within the caller's transaction.
[[nodiscard]] Result<void> copy_verdicts(Database& from, std::int64_t run, Database& to, std::int64_t as);

}  // namespace assay::store
