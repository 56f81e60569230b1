#pragma once
/// Looks at a run under way: which cases come first, how strict each look is, and whether one ends the run. Pure.
///
/// A run with `sampling` is decided at moments that are fixed before it starts: after shares of its cases, in an order
/// that does not depend on any answer, and after rounds of one more sample of flaky cases. At each moment every claim
/// is held against one nominal level; together they keep the chance of a wrong PASS or BLOCK of a claim at the policy's
/// alpha.

#include <assay/core/sample.hpp>
#include <assay/core/verdict.hpp>
#include <assay/gate/gate.hpp>

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace assay::gate {

/// A moment at which a run may end.
struct Look {
  std::uint32_t look = 0;   ///< from 1
  std::uint32_t round = 0;  ///< of repeats, after the last look; 0: before them
  double fraction = 0;      ///< of the cases
  double information = 0;   ///< planned, of what the whole plan would give; 1 at its end
  double level = 0;         ///< one-sided, in the place of alpha
};

/// All moments of a policy in order; empty without `sampling`, and where its looks or rounds are too close together
/// (information less than 0.005 apart).
///
/// Without repeats the information of a look is its share of the cases, and `spending` says how alpha is spent over it
/// (Lan–DeMets). With R rounds, the variance of a mean difference after round r is in proportion to 1/(1+r) + 1/K, K
/// being the runs of the baseline (without a baseline the second part is 0), so that the information is (1/(1+R) + 1/K)
/// / (1/(1+r) + 1/K). `repeat.spending` spends alpha over that; what it gives to the end of the looks is spent over
/// them by `spending`. All that a case keeps over its samples makes the moments more alike than planned, and so errors
/// rarer.
[[nodiscard]] std::vector<Look> looks_of(const Policy& policy);

/// Computes the levels once, for every decision by this policy: it takes up to a tenth of a second.
void keep_levels(Policy& policy);

/// The moment at which a run stopped, as this policy plans it; nothing if it plans none there.
[[nodiscard]] std::optional<Look> look_at(const Policy& policy, const StopPoint& stop);

/// True where a zero-tolerance gate is about the case. Such cases come before the first look, all of them; they are no
/// random part, so that other gates see them at their `position` only.
[[nodiscard]] bool comes_first(const Policy& policy, std::string_view suite, const PlannedCase& kase);

/// True where there is a gate that has cases come first.
[[nodiscard]] bool any_comes_first(const Policy& policy);

/// What a verdict on the part of a run says of the rest.
enum class Onward {
  stop,    ///< every blocking gate is decided, or a block stands that nothing can undo
  cases,   ///< more cases may decide
  repeats  ///< all cases are in; more samples of them may decide
};

/// Of a verdict on evidence that stopped `at` a look. A block is not undone by more evidence, only by a waiver, which
/// the verdict knows already. After the last look: `repeats` where the policy has a round left and a gate is open that
/// it may decide, else `stop`. An ERROR does not end a run before: a share of errors may fall again.
[[nodiscard]] Onward onward(const Policy& policy, const StopPoint& at, const Verdict& verdict);

}  // namespace assay::gate
