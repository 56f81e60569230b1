#pragma once
/// What a live stage of a canary shows: promote, hold or abort, and the evidence of each axis. Values only.

#include <assay/core/time.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace assay {

enum class LiveAction { promote, hold, abort };

[[nodiscard]] constexpr std::string_view name(LiveAction action) {
  if (action == LiveAction::promote) return "promote";
  return action == LiveAction::abort ? "abort" : "hold";
}

/// `open`: it looks worse than is tolerated, and is not proved; it holds a promotion up. `worse`: proved.
enum class AxisState { unmeasured, fine, open, worse };

[[nodiscard]] constexpr std::string_view name(AxisState state) {
  if (state == AxisState::unmeasured) return "unmeasured";
  if (state == AxisState::fine) return "fine";
  return state == AxisState::open ? "open" : "worse";
}

/// One thing that a canary can be worse in.
struct LiveAxis {
  std::string axis;  ///< `failures`, `slow`, `score`, `feedback`, `safety`
  AxisState state = AxisState::unmeasured;
  std::string method;  ///< `attribution`, `likelihood-ratio`, `betting`, `incident`; empty where unmeasured
  std::optional<double> canary;
  std::optional<double> stable;
  double evidence = 1;   ///< an e-value: 1 says nothing, large ones speak against the canary; at most 10⁹ is shown
  double abort_at = 0;   ///< the evidence at which this axis alone aborts; 0: none does
  std::string sentence;  ///< what was seen, and what would change the answer
};

/// One arm of a stage. What was not in the data is absent.
struct LiveArm {
  std::uint64_t requests = 0;
  std::uint64_t failures = 0;
  std::uint64_t incidents = 0;
  std::optional<double> latency_p50_ms;  ///< to 2 %; a failed request counts as slower than any
  std::optional<double> latency_p95_ms;
  std::optional<double> score;     ///< mean
  std::optional<double> tokens;    ///< mean; it decides nothing
  std::optional<double> feedback;  ///< share of it that is good
};

struct LiveStage {
  double share = 0;
  LiveAction action = LiveAction::hold;
  std::string reason;
  std::uint64_t min_requests = 0;
  double evidence = 1;  ///< the most there was, over all axes
  double abort_at = 0;
  LiveArm canary;
  LiveArm stable;
  std::vector<LiveAxis> axes;
};

/// What to do with the traffic now. Whoever moves it does it; this only says so.
struct LiveVerdict {
  LiveAction action = LiveAction::hold;
  std::string reason;
  double share = 0;     ///< of the stage that is asked about
  double evidence = 1;  ///< over all stages of the data
  double abort_at = 0;  ///< 100: a healthy canary is aborted with chance 0.01 at most, over all stages and looks
  std::string run;
  std::string decision;   ///< of the verdict that is the plan
  std::string candidate;  ///< digest
  std::optional<std::string> rollback;
  std::vector<LiveStage> stages;  ///< that the data speaks of, in the plan's order
  std::vector<std::string> notes;
  std::uint64_t records = 0;
  std::optional<WallTime> from;
  std::optional<WallTime> to;
};

}  // namespace assay
