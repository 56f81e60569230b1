#pragma once
/// The second pass over the cases: units of work, in order, for one run or for two that are executed together.

#include "runner/app/plan.hpp"

#include <assay/exec/runner.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

namespace assay::app {

/// What one pass over a plan hands out: all of it, or a part.
struct Pass {
  std::function<bool(const PlannedSuite&, const PlannedCase&)> has;  ///< empty: every case
  std::uint32_t round = 0;  ///< 0: the samples of the plan; from 1: one more, of that round of repeats
};

/// The units of a plan in order (suite, case, sample), but for those in `done`, which is sorted. Gives an error of kind
/// `invalid` where a file is not what the first pass read; every pass reads all of it. The references outlive the
/// source.
[[nodiscard]] std::unique_ptr<exec::UnitSource> make_source(const Plan& plan, const Candidate& candidate,
                                                            const Selection& selection, std::vector<UnitId> done,
                                                            Pass pass = {});

/// Two runs side by side: a unit of the candidate (side 0) with the same unit of the baseline (side 1), the order
/// turned from pair to pair (ABBA), so that a drift of the endpoint meets both alike. What only one of them has left
/// (after a resume) comes alone, in its place.
[[nodiscard]] std::unique_ptr<exec::UnitSource> make_pair_source(std::unique_ptr<exec::UnitSource> candidate,
                                                                 std::unique_ptr<exec::UnitSource> baseline);

/// What to ask before a run: its first `count` units, from the first one again where it has fewer; none of a shard
/// without cases.
[[nodiscard]] Result<std::vector<WorkUnit>> warmup_units(const Plan& plan, const Candidate& candidate,
                                                         const Selection& selection, std::uint32_t count,
                                                         std::uint32_t side);

}  // namespace assay::app
