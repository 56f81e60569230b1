#pragma once
/// Live traffic as a file: JSONL, one request or the counts of many a line. Contract §8.

#include <assay/core/diagnostics.hpp>
#include <assay/gate/live.hpp>

#include <functional>
#include <istream>
#include <string>
#include <string_view>
#include <vector>

namespace assay::app {

/// What a record may say of the plan: its `stage`, by share; without one it is of stage `otherwise`.
struct CanaryStages {
  std::vector<double> shares;
  std::size_t otherwise = 0;
};

/// One line: `{"arm": "canary", "ok": true, "latency_ms": 120, "score": 0.9, "at": "…"}`, with `tokens`, `safety`,
/// `feedback` and `stage` where they are known, or `{"arm": "stable", "requests": 1000, "failures": 12}`. A value that
/// is null is absent. Errors: `invalid`, for everything else, unknown and doubled fields among it; the place is left to
/// the caller.
[[nodiscard]] Result<gate::LiveRecord> read_live_record(std::string_view line, const CanaryStages& stages);

/// Reads to the end, line by line, in flat memory. Reports every fault as `name:line`.
void read_live_data(std::istream& in, const std::string& name, const CanaryStages& stages, Diagnostics& diagnostics,
                    const std::function<void(const gate::LiveRecord&)>& each);

}  // namespace assay::app
