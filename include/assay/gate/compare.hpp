#pragma once
/// Two runs side by side, for a person: what changed, by how much, in which cases. Pure. A decision is `decide`'s.

#include <assay/core/comparison.hpp>
#include <assay/core/evidence.hpp>

#include <optional>
#include <string>
#include <vector>

namespace assay::gate {

/// The suites that both runs have, in the second's order. Cases count where id and digest are equal: the evidence of
/// both holds digests, and the columns that are to be compared. Metrics are `pass_rate`, then every column of both
/// (but `.pass` where it says what its metric says), case by case over samples that were scored in both runs: pass or
/// fail with one sample each by Tango's interval, other means by t on the paired differences (clustered where cases
/// are), latency by the shift of Hodges and Lehmann, of cases' means and unpaired. With `by`, `pass_rate` for each
/// value of that tag, in byte order. Adjusted p-values are taken over all metrics of all suites, and over all slices.
/// Work: linear, but for sorting latencies.
[[nodiscard]] std::vector<SuiteComparison> compare_runs(const RunEvidence& first, const RunEvidence& second,
                                                        const std::optional<std::string>& by);

}  // namespace assay::gate
