#pragma once
/// `assay canary`: promote, hold or abort a live stage.

#include "runner/app/console.hpp"

#include <filesystem>
#include <string>

namespace assay::app {

struct CanaryRequest {
  std::string plan;  ///< a verdict.json, or a RUN
  double stage = 0;  ///< the share of a stage of the plan
  std::string data;  ///< JSONL; `-`: standard input
  std::filesystem::path store = ".assay/history.db";
  bool json = false;
};

/// 0 promote, 1 abort, 2 hold; 3 for data that cannot be read or holds one arm only; 4 for a plan that is none or is
/// not ready, saying what is missing.
[[nodiscard]] ExitCode canary(const CanaryRequest& request, Console& console);

}  // namespace assay::app
