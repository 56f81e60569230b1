#pragma once
/// May traffic go to the candidate, and by which steps. Pure.

#include <assay/core/verdict.hpp>
#include <assay/gate/gate.hpp>

namespace assay::gate {

/// What the plan's stages may abort a healthy canary with, all together.
inline constexpr double kCanaryAlpha = 0.01;
/// The confidence of a promotion is 1 − this.
inline constexpr double kPromotionAlpha = 0.05;

/// Whether the verdict may become a canary: every prerequisite that is missing, by name, the score, and the stages.
/// `verdict` is decided: its kind, gates, waivers, selection and replayed samples are read. Replayed samples count as
/// fresh where the policy's `replay: {max_age}` covers the oldest of them at `started`, when the run started.
///
/// Score: 100·(1 − the greatest p of a blocking row that no waiver covers), 5 less for each used waiver, at most 60
/// where the verdict is INCONCLUSIVE, 0 on BLOCK and ERROR. It is no weighted sum: one weak gate sets it. Ready iff the
/// verdict is PASS or PASS_WITH_WAIVER, nothing is missing and the score is at least 95. Sign-offs are not looked at.
[[nodiscard]] Canary readiness(const Policy& policy, const Verdict& verdict, WallTime started);

/// The stages of a plan: `kCanaryAlpha` split over them in falling parts (.004, .003, .002, .001 of four), the evidence
/// that aborts, the least canary requests whose expected failures show a rate of at most p0·ratio (Clopper–Pearson, 95
/// %), the failures among so many that are too many for an engine that only counts, and the canary requests after which
/// a canary that fails `ratio` times as often is expected to be aborted. Empty without a failure rate, or where it
/// times the ratio is no rate. A stage of share 1 has no stable arm: its canary is held against p0 itself.
[[nodiscard]] std::vector<CanaryStage> stages_of(const CanaryPolicy& policy);

}  // namespace assay::gate
