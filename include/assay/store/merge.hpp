#pragma once
/// Shards into one run.

#include <assay/store/store.hpp>

#include <filesystem>
#include <span>
#include <string>

namespace assay::store {

/// Copies the shards found in `from` into one new run of the history `into` (made if missing) and names it `id`. A
/// shard set is what equal suites, options, policy and digests make; of each file its newest set counts, and of a shard
/// that ran twice there the newer run. Every shard of the set must be there exactly once, and finished; one that a
/// budget or the circuit breaker ended is merged as it is, and the decision says so. What the shards share of their
/// meta data stays; labels and edits of their scores go along, and so do measurements of judges and series of baselines
/// with their runs. Nothing is changed in `from`; `into` is changed as a whole or not at all. Errors, of kind `usage`:
/// no shard in a file; a gap or an overlap, naming the shards; an unfinished shard, with how to finish it; sets that
/// differ, naming what differs; a baseline run whose id another run has. `not_found`: a file that is not there.
/// `store`.
[[nodiscard]] Result<void> merge(std::span<const std::filesystem::path> from, const std::filesystem::path& into,
                                 const std::string& id);

}  // namespace assay::store
