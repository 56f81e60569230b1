#pragma once
/// Calls, tokens, money and time of a planned run. Pure.

#include "runner/app/forecast_history.hpp"

#include <assay/reports/forecast.hpp>

#include <span>
#include <string>
#include <vector>

namespace assay::app {

/// What a target (`role`: target, baseline) is asked, over all suites; `pasts[i]` belongs to `surveys[i]`.
[[nodiscard]] reports::WorkLine target_work(const std::string& role, const Target& target,
                                            std::span<const SuiteSurvey> surveys, std::span<const SuitePast> pasts);

/// What the judges are asked of the answers of `sides` runs that are executed together.
[[nodiscard]] std::vector<reports::WorkLine> judge_work(std::span<const Target> judges,
                                                        std::span<const SuiteSurvey> surveys,
                                                        std::span<const SuitePast> pasts, std::uint64_t sides);

}  // namespace assay::app
