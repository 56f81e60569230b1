#pragma once
/// What the calls of a run add up to: one scan over its steps.

#include "runner/store/histogram.hpp"
#include "runner/store/sqlite.hpp"

#include <assay/core/evidence.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace assay::store {

struct Totals {
  CostTotals cost;                         ///< of unfinished samples too: they were paid for
  std::vector<std::string> served_models;  ///< of the target's answers; distinct, sorted
  std::uint64_t replayed = 0;              ///< samples with a replayed step
  std::optional<WallTime> oldest_replayed;
  LogHistogram gaps_ms;     ///< of scored samples
  LogHistogram retried_ms;  ///< latencies of scored samples whose target was asked more than once for one answer
};

/// Replayed samples are those with an answer that another run paid for. Of a run that scores the answers of another
/// one, which is all of them, those are the ones that were replayed there, and those whose judges' answers were here;
/// where the other run is not in this history, all of them. `times`: fill the histograms as well, which reads the
/// samples and the bodies of streamed answers. Errors: `store`.
[[nodiscard]] Result<Totals> load_totals(Database& database, std::int64_t run, bool times);

}  // namespace assay::store
