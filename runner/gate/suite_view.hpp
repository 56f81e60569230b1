#pragma once
/// A suite's evidence, checked and indexed once for all gates.

#include "runner/gate/metrics.hpp"

#include <assay/core/evidence.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace assay::gate {

struct Judge;

/// The evidence outlives the view.
struct SuiteView {
  const SuiteEvidence* evidence = nullptr;
  std::vector<std::uint32_t> first_row;  ///< of each case, and one past the end; empty if the rows cannot be used
  std::vector<std::uint32_t> clusters;   ///< label of each case; empty where no two cases share a cluster
  std::vector<const Judge*> doubted;     ///< judges of its metrics that may not decide
  std::uint64_t never_run = 0;           ///< planned samples without a row
  std::optional<std::string> unusable;   ///< why the rows cannot be read at all
  std::optional<std::string> fault;      ///< why what they say cannot be trusted
};

/// `whole`: not narrowed, so every case must have rows.
[[nodiscard]] SuiteView view_suite(const SuiteEvidence& suite, double max_error_rate, bool whole);

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
  const Column* column = nullptr;  ///< nullptr: from outcomes

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
