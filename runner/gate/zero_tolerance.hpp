#pragma once
/// The gate of a suite whose cases are each a requirement.

#include "runner/gate/claims.hpp"
#include "runner/gate/slices.hpp"

namespace assay::gate {

inline constexpr std::string_view kZeroToleranceMethod = "clopper-pearson";

struct ZeroTolerance {
  const SuiteView& view;
  const Slice& slice;
  const MetricReader& reader;
  double max_rate = 0;  ///< 0: none
  std::uint64_t min_n = 0;
};

/// Fills numbers, state and reason: one failing sample blocks; none, with every sample told, passes; with `max_rate`
/// the cases must also be enough to claim that rate (Clopper–Pearson).
void decide_zero_tolerance(Row& row, const ZeroTolerance& gate);

}  // namespace assay::gate
