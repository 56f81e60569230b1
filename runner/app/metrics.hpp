#pragma once
/// Every metric of a run in numbers: `assay show RUN --metrics`.

#include <assay/judges/summary.hpp>
#include <assay/reports/metrics.hpp>
#include <assay/store/store.hpp>

#include <optional>
#include <string>
#include <vector>

namespace assay::app {

/// Of one suite; with a tag also the macro average over its values, cases without it as one more.
[[nodiscard]] reports::SuiteMetricsView metrics_of(const SuiteEvidence& suite, const store::StoredSuite& stored,
                                                   const std::optional<std::string>& tag);

/// What a metric's `MetricFacts` say in sentences and numbers; nothing where the mean says it all.
[[nodiscard]] std::optional<reports::MetricSummaryView> summary_of(const std::string& metric,
                                                                   const judges::MetricFacts& facts);

/// Of every suite of a run, read from the history. Errors: the store's; `usage` for a tag that no case has.
[[nodiscard]] Result<std::vector<reports::SuiteMetricsView>> metrics_of_run(store::Store& store,
                                                                            const store::RunRow& run,
                                                                            const std::optional<std::string>& tag);

}  // namespace assay::app
