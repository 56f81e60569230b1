#pragma once
/// `assay score`: the stored answers of a run under the checks and judges as they are now. Only judges are called.

#include "runner/app/perform.hpp"
#include "runner/app/run.hpp"

#include <optional>
#include <string>
#include <vector>

namespace assay::app {

/// What `score` is asked. Unset means: as in the run that is scored.
struct ScoreRequest {
  std::string run;
  std::vector<std::string> suites;
  std::optional<std::string> config;
  std::optional<std::string> gate;
  std::optional<std::string> record;  ///< of the judges' answers, as the next two
  std::optional<std::string> replay;
  std::optional<std::string> cassette;
  std::optional<double> max_cost;
  std::optional<Duration> max_time;
  std::vector<std::pair<std::string, std::string>> meta;
  std::filesystem::path store = ".assay/history.db";
  std::optional<std::filesystem::path> out;
  bool json = false;
  bool quiet = false;
};

/// A new run, decided like any other; the one it comes from stays as it is.
[[nodiscard]] ExitCode score(const ScoreRequest& request, const Environment& environment, Console& console);

/// Where the part's request scores a stored run: gives it that run's answers, and what is known of who gave them.
[[nodiscard]] Result<void> give_answers(Part& part, store::Store& store);

}  // namespace assay::app
