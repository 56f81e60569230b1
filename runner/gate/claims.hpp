#pragma once
/// Claims of a gate, and one row for each claim and slice.

#include "runner/gate/metrics.hpp"
#include "runner/gate/suite_view.hpp"

#include <assay/gate/gate.hpp>

#include <string>
#include <vector>

namespace assay::gate {

enum class ClaimKind { floor, max, zero_tolerance, margin, improvement, max_increase };

struct Claim {
  ClaimKind kind = ClaimKind::floor;
  double bound = 0;  ///< of zero tolerance: `max_rate`, 0 without one
  std::string text;  ///< `pass_rate >= 0.8`
  Against against = Against::nothing;
};

/// A row with what the aggregation must know of it.
struct Row {
  GateResult result;
  bool proven_failure = false;     ///< zero tolerance, blocked: stands whatever else is wrong
  bool computed = false;           ///< of a proven failure: no judge had a say in it
  bool interval_open = false;      ///< inconclusive, and more of the same evidence would decide it
  std::uint64_t clusters = 0;      ///< 0: none
  const Judge* held_by = nullptr;  ///< the first judge that left it open
  std::string warning;             ///< what a reader should know although it holds; empty: nothing
};

/// Those about the candidate alone.
[[nodiscard]] std::vector<Claim> claims_of(const GateSpec& gate, const Metric& metric);

/// How much of its suites a run set out for. Where it is not all of it, a gate may be left without cases.
enum class Extent {
  whole,
  narrowed,   ///< by --where or --limit
  cut_short,  ///< a budget ended it
};

/// How rows are decided.
struct Terms {
  double alpha = 0.05;  ///< of zero-tolerance claims
  double level = 0.05;  ///< of all others: alpha, or the nominal level of a look
  Extent extent = Extent::whole;
  const BaselinePolicy* baseline = nullptr;  ///< how it is called, and the anchor's margin
};

/// The rows of one gate on one suite, never empty.
[[nodiscard]] std::vector<Row> rows_of(const GateSpec& gate, const Terms& terms, const SuiteView& view);

}  // namespace assay::gate
