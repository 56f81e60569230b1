#pragma once
/// The cases of a run that a reader looks at first.

#include <assay/reports/report.hpp>
#include <assay/store/store.hpp>

namespace assay::app {

/// At most `most` cases, of the first failing samples: those of blocked gates, then those that failed most often;
/// quarantined ones last. Their `samples` are still to be counted. Errors: `store`.
[[nodiscard]] Result<reports::FailingCases> worst_cases(store::Store& store, const Verdict& verdict,
                                                        std::uint64_t most);

/// Counts the samples of each listed case by asking for it. Errors: `store`.
[[nodiscard]] Result<void> count_each(store::Store& store, const std::string& run, reports::FailingCases& failing);

/// The same from the outcomes of every case, in one pass; and how many cases failed beside those listed.
void count_all(const std::vector<SuiteEvidence>& suites, reports::FailingCases& failing);

}  // namespace assay::app
