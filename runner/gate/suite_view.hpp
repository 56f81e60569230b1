#pragma once
/// A suite's evidence, checked and indexed once for all gates.

#include "runner/gate/metrics.hpp"

#include <assay/core/evidence.hpp>

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace assay::gate {

struct Judge;
struct SuiteBaseline;

inline constexpr auto kEverySample = std::numeric_limits<std::uint32_t>::max();

/// The evidence outlives the view.
struct SuiteView {
  const SuiteEvidence* evidence = nullptr;
  const RunEvidence* run = nullptr;      ///< that it is part of, where a gate compares
  std::vector<std::uint32_t> first_row;  ///< of each case, and one past the end; empty if the rows cannot be used
  std::vector<std::uint32_t> clusters;   ///< label of each case; empty where no two cases share a cluster
  std::vector<const Judge*> doubted;     ///< judges of its metrics that may not decide
  std::vector<bool> set_aside;           ///< cases that count for zero tolerance only; empty: none
  std::vector<std::uint8_t> flaky;       ///< of each case: 0 no, 1 yes, 2 not known; empty where no gate asks
  std::optional<std::string> too_much_in_quarantine;  ///< why nothing but zero tolerance is decided
  const SuiteBaseline* baseline = nullptr;            ///< where a gate compares
  const SuiteBaseline* anchor = nullptr;              ///< where the policy has one
  std::uint64_t never_run = 0;                        ///< planned samples without a row
  std::uint32_t alike = kEverySample;                 ///< of each case its first so many: without rounds of repeats
  std::optional<std::string> unusable;                ///< why the rows cannot be read at all
  std::optional<std::string> fault;                   ///< why what they say cannot be trusted
};

/// `whole`: not narrowed, so every case must have rows.
[[nodiscard]] SuiteView view_suite(const SuiteEvidence& suite, double max_error_rate, bool whole);

/// The rows of a case: first, and one past the last. `alike`: without the repeats of flaky cases, which would weigh
/// more than others wherever samples are counted and not means of cases.
struct RowRange {
  std::uint32_t first = 0;
  std::uint32_t end = 0;
};
[[nodiscard]] RowRange rows_of_case(const SuiteView& view, std::uint32_t kase, bool alike);

/// What one row says about a metric.
enum class Cell : std::uint8_t {
  none,     ///< the metric does not apply
  missing,  ///< it applies and was not measured
  known,
};

/// Reads one metric row by row.
struct MetricReader {
  const SuiteEvidence* evidence = nullptr;
  Measure measure = Measure::passes;  ///< passes, errors, unscored, or anything else for the column
  bool from_check = false;
  const Column* column = nullptr;                    ///< nullptr: from outcomes
  const std::vector<std::uint8_t>* flaky = nullptr;  ///< as in the view, for `Measure::flaky`

  [[nodiscard]] Cell read(std::size_t row, double& value) const;
};

/// Why the values of a column cannot be used: not finite, negative, or a share outside 0…1. Names the case.
[[nodiscard]] std::optional<std::string> find_bad_value(const MetricReader& reader, Unit unit);

/// The greatest known value, 0 if there is none; and whether any is known.
struct KnownRange {
  bool any = false;
  double greatest = 0;
};
[[nodiscard]] KnownRange known_range(const MetricReader& reader);

}  // namespace assay::gate
