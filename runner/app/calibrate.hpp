#pragma once
/// `assay calibrate`: judges against people's labels.

#include "runner/app/config.hpp"
#include "runner/app/console.hpp"

#include <assay/store/store.hpp>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace assay::app {

struct CalibrateRequest {
  std::string suite;
  std::filesystem::path labels;
  std::optional<std::string> config;
  std::optional<std::string> check;    ///< only this metric
  std::optional<std::uint64_t> limit;  ///< labelled answers
  std::uint32_t repeats = 1;
  bool injection = true;
  std::optional<std::string> record;
  std::optional<std::string> replay;
  std::optional<std::string> cassette;
  std::optional<double> max_cost;
  std::optional<Duration> max_time;
  std::optional<std::string> resume;  ///< an unfinished calibration
  std::uint64_t seed = 0;
  std::filesystem::path store = ".assay/history.db";
  bool json = false;
  bool quiet = false;
};

/// Judges every labelled answer, measures the judges, keeps and prints what they are worth. 0 once they are measured,
/// whatever they are worth; 3 where that failed; 4 for labels that fit nothing.
[[nodiscard]] ExitCode calibrate(const CalibrateRequest& request, const Environment& environment, Console& console);

/// What a command says that needs a run, and is given a calibration.
[[nodiscard]] Error measured_a_judge(const store::RunRow& row);

}  // namespace assay::app
