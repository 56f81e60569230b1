#pragma once
/// `assay history`: runs and their verdicts, and cases that cannot be relied on.

#include "runner/app/console.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace assay::app {

struct HistoryRequest {
  std::optional<std::string> suite;
  std::uint64_t limit = 20;  ///< runs
  bool flaky = false;        ///< cases in place of runs; takes a suite
  std::filesystem::path store = ".assay/history.db";
  bool json = false;
};

[[nodiscard]] ExitCode history(const HistoryRequest& request, Console& console);

}  // namespace assay::app
