#pragma once
/// Reading a run back: as evidence, as samples to show, as calls to play again.

#include "runner/store/case_index.hpp"
#include "runner/store/sqlite.hpp"

#include <assay/store/store.hpp>

namespace assay::store {

[[nodiscard]] Result<RunEvidence> load_evidence(Database& database, std::int64_t run, const EvidenceQuery& query);
[[nodiscard]] Result<CostTotals> load_cost(Database& database, std::int64_t run);

/// `index`: of the run, where the filter names a case.
[[nodiscard]] Result<void> each_sample(Database& database, std::int64_t run, const SampleFilter& filter,
                                       const CaseIndex* index, const std::function<bool(const StoredSample&)>& each);

[[nodiscard]] Result<std::unique_ptr<Recall>> open_answers(Database& database, std::int64_t run,
                                                           std::vector<std::string> suites);

[[nodiscard]] Result<void> each_call(Database& database, std::int64_t run,
                                     const std::function<Result<void>(const StoredCall&)>& each);

[[nodiscard]] Result<void> each_case_history(Database& database, const std::string& suite, std::uint64_t runs,
                                             const std::function<bool(const CaseHistory&)>& each);

}  // namespace assay::store
