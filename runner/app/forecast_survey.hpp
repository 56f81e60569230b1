#pragma once
/// What a planned run is made of: its cases as a forecast of gates needs them, the size of its prompts, whom its checks
/// may ask.

#include "runner/app/prepare.hpp"

#include <assay/gate/forecast.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace assay::app {

/// One suite of a plan, its selected cases read once.
struct SuiteSurvey {
  gate::Outlook outlook;
  std::uint64_t prompt_chars = 0;              ///< over all cases, as rendered
  std::optional<std::uint64_t> max_tokens;     ///< of an answer, as the parameters say
  std::map<std::string, std::uint64_t> asked;  ///< by judge: checks that may ask it, over all cases
};

/// Reads every selected case. Errors: of a file that changed since it was planned.
[[nodiscard]] Result<std::vector<SuiteSurvey>> survey(const Prepared& prepared);

}  // namespace assay::app
