#pragma once
/// The cases of a run in the order of its policy's looks, and a decision at each of them: it goes on, or it has seen
/// enough.

#include "runner/app/prepare.hpp"
#include "runner/app/progress.hpp"
#include "runner/app/source.hpp"

#include <assay/core/evidence.hpp>
#include <assay/exec/runner.hpp>
#include <assay/gate/sampling.hpp>
#include <assay/store/store.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace assay::app {

/// One of the runs that are executed together; what is referred to outlives the source.
struct LookSide {
  const Prepared* prepared = nullptr;
  const store::RunHeader* header = nullptr;
  store::RunWriter* writer = nullptr;
  std::vector<UnitId> done;  ///< by earlier processes, sorted
};

/// Hands out stage after stage (the cases of zero-tolerance gates, those up to each look, rounds of repeats), each of
/// them one pass over the files. When a stage has ended, what was measured is written and the candidate decided by
/// `judge_run`, from the history: a run that is taken up again comes to the same decisions.
class LookSource : public exec::UnitSource {
 public:
  /// The candidate's side first; its policy has `sampling`.
  LookSource(store::Store& store, std::vector<LookSide> sides);
  /// For the answers of a run that stopped: its cases and no others, decided by nobody before the end.
  LookSource(store::Store& store, std::vector<LookSide> sides, const StopPoint& of_answers);
  LookSource(const LookSource&) = delete;
  LookSource& operator=(const LookSource&) = delete;

  [[nodiscard]] Result<std::optional<WorkUnit>> next() override;
  /// Errors: of the history, and of a decision that cannot be made.
  [[nodiscard]] Result<bool> more() override;

  /// True once the run has seen enough.
  [[nodiscard]] bool ended() const { return ended_; }
  /// Where a side stands, for its ending: where it stopped, or the round of repeats that was cut short. Nothing where a
  /// stage before them was.
  [[nodiscard]] std::optional<StopPoint> stop(std::size_t side) const;
  /// True where nothing of the stage is left to be handed out.
  [[nodiscard]] bool stage_is_out() const { return stage_ == nullptr; }
  /// Units of all sides, by this process.
  [[nodiscard]] std::uint64_t handed_out() const;
  [[nodiscard]] Standing standing() const;

 private:
  using CaseKey = std::pair<std::string, std::string>;  // suite, id

  [[nodiscard]] const gate::Policy& policy() const { return sides_.front().prepared->policy; }
  [[nodiscard]] const gate::Look& moment() const { return moments_[at_]; }
  [[nodiscard]] StopPoint point(std::size_t side) const;
  [[nodiscard]] bool has(const PlannedSuite& suite, const PlannedCase& kase) const;
  [[nodiscard]] bool passed_before() const;
  void open_stage();
  Result<gate::Onward> decide();
  Result<void> find_flaky();

  store::Store& store_;
  std::vector<LookSide> sides_;
  std::vector<gate::Look> moments_;
  std::size_t at_ = 0;  ///< into `moments_`
  const bool of_answers_ = false;
  bool ended_ = false;
  std::unique_ptr<exec::UnitSource> stage_;
  std::vector<std::uint64_t> handed_;     ///< by side
  std::uint32_t rounds_before_ = 0;       ///< begun by earlier processes
  std::map<CaseKey, std::string> flaky_;  ///< digests of the cases that are repeated
};

/// Refuses looks where they cannot be taken: a shard decides nothing, and some are too close together.
void check_looks(const gate::Policy& policy, const Settings& settings, Diagnostics& diagnostics);

}  // namespace assay::app
