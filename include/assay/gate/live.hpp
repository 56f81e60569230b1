#pragma once
/// A canary under live traffic, judged beside the stable version: evidence that is valid at every look. Pure.
///
/// Failures, slow requests and bad feedback are **attributed**: the requests of a file are put into blocks that hold
/// both arms, and within a block each bad request falls on the canary with the share of the block's requests that it
/// has, if both arms are equally good, whatever the rate of that hour (Hoeffding 1963: drawing without replacement
/// varies less, so the bound holds). Evidence is the likelihood ratio of a canary that is `tolerated_ratio` times as
/// bad, with a fifth of the stake on five times that, so that a broken canary is seen after a few failures. Scores are
/// a bet on the difference of the arms' means within blocks (`stats::MeanEvidence`). The axes are one portfolio with
/// fixed weights, and so are the stages: its wealth is an e-process, which a canary no worse than stable takes to
/// 1/alpha with chance alpha at most, however often one looks (Ville's inequality).

#include <assay/core/live.hpp>
#include <assay/core/verdict.hpp>

#include <memory>

namespace assay::gate {

enum class Arm { canary, stable };

/// One request, or counts of many.
struct LiveRecord {
  Arm arm = Arm::canary;
  std::size_t stage = 0;  ///< into `LivePlan::stages`
  std::uint64_t requests = 1;
  std::uint64_t failures = 0;
  bool safety = false;               ///< an incident
  std::optional<double> latency_ms;  ///< 0 or more
  std::optional<double> score;       ///< 0…1
  std::optional<double> tokens;
  std::optional<bool> feedback;  ///< true: good
  std::optional<WallTime> at;
};

/// What of a verdict a live stage is judged by.
struct LivePlan {
  std::string run;
  std::string decision;
  std::string candidate;
  std::vector<CanaryStage> stages;
  std::size_t stage = 0;  ///< the one that is asked about
  double tolerated_ratio = 2;
  std::optional<std::string> rollback;
};

/// Errors: `usage` for a verdict that is not ready, saying what is missing, and for a share that is no stage of it;
/// `invalid` for stages that no plan of Assay has.
[[nodiscard]] Result<LivePlan> live_plan(const Verdict& verdict, double share);

struct LiveEvidence;

/// Takes records in the order in which they happened; memory does not grow with them. Not thread-safe.
class LiveJudge {
 public:
  explicit LiveJudge(LivePlan plan);
  ~LiveJudge();
  LiveJudge(LiveJudge&&) noexcept;
  LiveJudge& operator=(LiveJudge&&) noexcept;

  /// A stage outside the plan, more failures than requests, or a number outside its range is the caller's mistake: the
  /// record is not taken.
  void add(const LiveRecord& record);

  /// What to do now. Abort: an incident of the canary, or evidence that reached its limit at any time. Promote:
  /// `min_requests` reached, a failure rate of at most p0·ratio shown (likelihood ratio, 95 %, valid at every look),
  /// and no axis that looks worse than is tolerated. Else hold. Errors: `protocol` where there is nothing to judge: no
  /// request of the stage, one arm only, arms that look swapped.
  [[nodiscard]] Result<LiveVerdict> verdict() const;

 private:
  std::unique_ptr<LiveEvidence> evidence_;
};

}  // namespace assay::gate
