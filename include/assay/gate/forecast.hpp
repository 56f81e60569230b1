#pragma once
/// What a policy could show on a run that is only planned: for each claim the chance that it passes and that harm is
/// proved. Pure: no clock, no store, no call.
///
/// All chances are those of normal approximations or exact binomials of stats/power.hpp, for cases that are independent
/// draws. They are good to plan by, to a few hundredths.

#include <assay/core/evidence.hpp>
#include <assay/core/forecast.hpp>
#include <assay/gate/gate.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace assay::gate {

/// How a planned case did before, over runs of equal digest. Without samples nothing is known of it.
struct CaseChance {
  std::uint64_t samples = 0;  ///< scored
  std::uint64_t passes = 0;
};

/// A suite as planned, and what is known of it.
struct Outlook {
  /// Its selected cases with one scored row for each sample to come. A check's metric has a column whose `known` is 2
  /// where the check belongs to the case and 0 elsewhere.
  SuiteEvidence planned;
  std::uint32_t samples = 1;        ///< of each case
  std::vector<CaseChance> history;  ///< by case; empty: none
  /// A run whose values other metrics are expected to have; nullptr: none. It outlives the call.
  const SuiteEvidence* earlier = nullptr;
};

/// What a candidate will be compared with.
struct Opponent {
  Against against = Against::baseline;
  double samples = 1;  ///< of each case, in all runs that are averaged
};

/// The discordance of two single runs that is believed without history.
inline constexpr double kAssumedDiscordance = 0.10;

/// One row for each claim and slice of an applied policy, in the order that `decide` would give them. Claims against an
/// opponent that is not listed get no row. History gives the discordance where 10 cases of the slice (else of the
/// suite) have two samples: the mean of p(1−p)·m/(m−1) over them, times 1/samples + 1/opponent's samples. A loss adds
/// itself to it: broken cases. Source: Miller 2024, arXiv:2411.00640, 5; powers as in stats/power.hpp.
[[nodiscard]] std::vector<GateForecast> forecast(const Policy& policy, std::span<const Outlook> suites,
                                                 std::span<const Opponent> opponents);

/// From the slowest blocking row, so at most as good: the chance of crossing its bound at each look where the final z
/// is z_{1−alpha} + z_{pass}. Nothing without `sampling`, or where a blocking row has no chance to pass that is known.
[[nodiscard]] std::optional<LooksForecast> forecast_looks(const Policy& policy, std::span<const GateForecast> rows);

}  // namespace assay::gate
