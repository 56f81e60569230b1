#pragma once
/// What live records add up to: blocks of both arms, evidence by axis, and what a person is shown. See gate/live.hpp.

#include <assay/gate/live.hpp>
#include <assay/stats/betting.hpp>

#include <array>
#include <cmath>
#include <cstdint>
#include <vector>

namespace assay::gate {

// Axes share one wager, so that together they abort a healthy canary no more often than one would.
inline constexpr double kFailureWeight = 0.7;
inline constexpr double kOtherWeight = 0.1;  // slow, score, feedback

// Most of the stake is on a canary that is as bad as is not tolerated any more, the rest on a broken one.
inline constexpr double kMildStake = 0.8;
inline constexpr double kGrave = 5;

inline constexpr double kBlockArm = 8;        // requests of each arm in a block, at least
inline constexpr double kSlowShare = 0.05;    // of a block's requests that count as slow
inline constexpr double kScoreLoss = 0.02;    // of a mean score that is tolerated
inline constexpr double kSuspicious = 10;     // evidence that holds a promotion up
inline constexpr double kSwapRequests = 100;  // from which on a wrong share is no chance

/// Requests of one arm, and how many of them were bad.
struct ArmCount {
  double requests = 0;
  double bad = 0;
};

struct Both {
  ArmCount canary;
  ArmCount stable;

  [[nodiscard]] ArmCount& of(Arm arm) { return arm == Arm::canary ? canary : stable; }
};

/// Bad requests attributed to an arm, block by block.
struct Attribution {
  double ratio = 2;
  Both open;    ///< waits until it holds enough of both arms
  Both closed;  ///< all blocks before
  double mild = 0;
  double grave = 0;

  /// True if that closed a block.
  bool add(Arm arm, double requests, double bad);
  /// A block as a whole.
  void close(const Both& block);
  [[nodiscard]] Both all() const;
  /// False where most requests of an arm never met the other one: a file that is sorted by arm.
  [[nodiscard]] bool interleaved() const;
  /// Of the blocks; of the file as one block where it is not interleaved.
  [[nodiscard]] double log_evidence() const;
};

/// Latencies in steps of 2 %; a failed request has none, and is beyond the last step.
class Latencies {
 public:
  void add(double ms) { add_to(step_of(ms)); }
  void add_failed() { add_to(kSteps - 1); }
  [[nodiscard]] std::uint64_t count() const { return count_; }
  /// In milliseconds; infinity where it falls on a failed request. There is one at least.
  [[nodiscard]] double quantile(double p) const;

  /// The requests of each arm beyond the least step that at most `kSlowShare` of both together are beyond.
  [[nodiscard]] static Both slow(const Latencies& canary, const Latencies& stable);

 private:
  static constexpr std::size_t kSteps = 1400;
  static std::size_t step_of(double ms);
  void add_to(std::size_t step) {
    ++steps_[step];
    ++count_;
  }

  std::array<std::uint64_t, kSteps> steps_{};
  std::uint64_t count_ = 0;
};

/// Requests slower than 95 of 100 of their block, attributed.
struct Slowness {
  Attribution attribution;
  std::vector<double> canary;  ///< of the open block
  std::vector<double> stable;

  bool add(Arm arm, double ms);
  [[nodiscard]] bool interleaved() const;
};

/// Scores of both arms, compared within blocks.
struct Scores {
  stats::MeanEvidence loss;
  ArmCount canary;  ///< of the open block; `bad` is the sum
  ArmCount stable;
  Both all;  ///< likewise
  double matched = 0;

  bool add(Arm arm, double score);
  [[nodiscard]] bool interleaved() const;
  /// The mean of stable less that of the canary; 0 while one of them has none.
  [[nodiscard]] double mean_loss() const;
  [[nodiscard]] double log_evidence() const;
};

struct ArmTotals {
  std::uint64_t requests = 0;
  std::uint64_t failures = 0;
  std::uint64_t incidents = 0;
  double tokens = 0;
  std::uint64_t with_tokens = 0;
  Latencies latencies;
};

enum class AxisKind : std::uint8_t { failures, slow, score, feedback };
inline constexpr std::array kAxes{AxisKind::failures, AxisKind::slow, AxisKind::score, AxisKind::feedback};
using AxisEvidence = std::array<double, kAxes.size()>;  // logs

[[nodiscard]] constexpr double weight(AxisKind axis) {
  return axis == AxisKind::failures ? kFailureWeight : kOtherWeight;
}

/// One stage, as far as it was seen.
struct StageEvidence {
  CanaryStage plan;
  double ratio = 2;
  Attribution failures;
  Attribution feedback;
  Slowness slow;
  Scores scores;
  ArmTotals canary;
  ArmTotals stable;
  double log_most = 0;  ///< over all axes, at any time
  AxisEvidence at_most{};

  [[nodiscard]] bool alone() const { return plan.share >= 1; }
  [[nodiscard]] bool seen() const { return canary.requests + stable.requests + canary.incidents > 0; }
  [[nodiscard]] double tolerated() const { return plan.p0.value_or(0) * ratio; }
  /// True if there is more evidence than there ever was, or less.
  bool add(const LiveRecord& record);
  /// ln of the likelihood of the tolerated rate over p0, from the canary's counts: against it, and below 0 for it.
  [[nodiscard]] double rate_evidence() const;
  [[nodiscard]] AxisEvidence axes() const;
  [[nodiscard]] double log_evidence() const;
};

/// The log of Σ w·e^l over the axes.
[[nodiscard]] double portfolio(const AxisEvidence& axes);

struct LiveEvidence {
  LivePlan plan;
  std::vector<StageEvidence> stages;
  double alpha = 0;  ///< of all stages together
  double log_most = 0;
  std::uint64_t records = 0;
  std::uint64_t late = 0;  ///< records that are older than the one before by more than a minute
  std::optional<WallTime> from;
  std::optional<WallTime> to;
  std::optional<WallTime> last;

  /// Over all stages: each has its part of alpha as its stake.
  [[nodiscard]] double log_evidence() const;
};

}  // namespace assay::gate
