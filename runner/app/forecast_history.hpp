#pragma once
/// What the history says of a suite that is to be run: how its cases did, what a call of it takes.

#include "runner/app/forecast_survey.hpp"

#include <assay/store/store.hpp>

#include <map>
#include <memory>
#include <optional>
#include <string>

namespace assay::app {

inline constexpr std::uint64_t kForecastRuns = 20;  // newest runs that are looked at

/// What one call took, on average. Absent: the endpoint did not say.
struct CallMean {
  std::optional<double> input_tokens;
  std::optional<double> output_tokens;
  std::optional<double> seconds;
};

/// What one sample asked of a judge.
struct JudgePast {
  double calls = 0;  ///< a sample
  CallMean each;
};

/// An earlier run of the suite. Of the newest `kForecastRuns` finished ones the one that is nearest: of equal prompt
/// and model, else of equal prompt, else of equal model, else the newest.
struct SuitePast {
  std::string run;  ///< empty: there is none
  bool same_prompt = false;
  bool same_model = false;
  SuiteEvidence evidence;
  CallMean call;
  std::map<std::string, JudgePast> judges;  ///< by name; from its first samples
  std::uint32_t in_flight = 0;
  std::uint64_t runs = 0;   ///< that know any of the cases
  std::uint64_t known = 0;  ///< cases that were scored in any of them
};

/// Fills `survey.outlook.history` with what runs of equal case digests say, and gives the earlier run. Reads its
/// evidence for the metrics of `policy`. Errors: `store`.
[[nodiscard]] Result<SuitePast> past_of(store::Store& store, SuiteSurvey& survey, const std::string& model,
                                        const gate::Policy& policy);

}  // namespace assay::app
