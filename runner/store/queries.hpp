#pragma once
/// Reading a run back: as evidence, and as samples to show.

#include "runner/store/sqlite.hpp"

#include <assay/store/store.hpp>

namespace assay::store {

[[nodiscard]] Result<RunEvidence> load_evidence(Database& database, std::int64_t run);

[[nodiscard]] Result<void> each_sample(Database& database, std::int64_t run, const SampleFilter& filter,
                                       const std::function<bool(const StoredSample&)>& each);

}  // namespace assay::store
