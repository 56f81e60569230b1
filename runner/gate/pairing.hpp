#pragma once
/// A candidate's cases beside those of another run, by id and digest. Linear in the cases of both.

#include <assay/core/evidence.hpp>

#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

namespace assay::gate {

inline constexpr std::uint32_t kAbsent = std::numeric_limits<std::uint32_t>::max();
inline constexpr std::uint32_t kOtherDigest = kAbsent - 1;

/// One suite in both runs. `common` + `changed` + `removed` are the run's cases that the candidate was to have.
struct Pairs {
  /// For each case of the candidate the run's case of equal digest; else `kOtherDigest`, or `kAbsent`.
  std::vector<std::uint32_t> of;
  std::uint64_t common = 0;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> changed;  ///< the candidate's case and the run's
  std::vector<std::uint32_t> removed;                            ///< the run's cases

  /// Enough to compare: at least nine tenths of the run's cases.
  [[nodiscard]] bool enough() const { return common > 0 && 10 * common >= 9 * expected(); }
  [[nodiscard]] std::uint64_t expected() const { return common + changed.size() + removed.size(); }
};

/// True if `candidate` set out for that case at all: not where it was narrowed or a budget ended it, and not beyond
/// the look that it stopped at.
[[nodiscard]] bool was_to_have(const RunEvidence& candidate, const SuiteEvidence& suite, std::string_view case_id);

/// Pairs suite `suite` of `candidate` with the same suite of a run. Two digests that are empty are not equal.
[[nodiscard]] Pairs pair_cases(const RunEvidence& candidate, const SuiteEvidence& suite, const SuiteEvidence& other);

}  // namespace assay::gate
