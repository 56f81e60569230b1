#pragma once
/// Claims of a gate, and one row for each claim and slice.

#include "runner/gate/metrics.hpp"
#include "runner/gate/suite_view.hpp"

#include <assay/gate/gate.hpp>

#include <string>
#include <vector>

namespace assay::gate {

enum class ClaimKind { floor, max, zero_tolerance };

struct Claim {
  ClaimKind kind = ClaimKind::floor;
  double bound = 0;  ///< of zero tolerance: `max_rate`, 0 without one
  std::string text;  ///< `pass_rate >= 0.8`
};

/// A row with what the aggregation must know of it.
struct Row {
  GateResult result;
  bool proven_failure = false;  ///< zero tolerance, blocked: stands whatever else is wrong
  bool interval_open = false;   ///< inconclusive, and more of the same evidence would decide it
  std::uint64_t clusters = 0;   ///< 0: none
};

[[nodiscard]] std::vector<Claim> claims_of(const GateSpec& gate, const Metric& metric);

/// The rows of one gate on one suite, never empty. `narrowed`: the run was, so a gate may be left without cases.
[[nodiscard]] std::vector<Row> rows_of(const GateSpec& gate, double alpha, const SuiteView& view, bool narrowed);

}  // namespace assay::gate
