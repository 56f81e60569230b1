#pragma once
/// `assay history`: runs and their verdicts.

#include "runner/app/console.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace assay::app {

struct HistoryRequest {
  std::optional<std::string> suite;
  std::uint64_t limit = 20;
  std::filesystem::path store = ".assay/history.db";
  bool json = false;
};

[[nodiscard]] ExitCode history(const HistoryRequest& request, Console& console);

}  // namespace assay::app
