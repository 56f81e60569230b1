#pragma once
/// `assay compare`: what changed between a run and others, case by case. Shows, and decides nothing.

#include "runner/app/console.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace assay::app {

struct CompareRequest {
  std::vector<std::string> runs;  ///< the first is what the others are compared with
  std::optional<std::string> suite;
  std::optional<std::string> by;  ///< a tag
  std::uint64_t limit = 20;       ///< flipped cases that are listed, of each kind
  std::filesystem::path store = ".assay/history.db";
  bool json = false;
};

[[nodiscard]] ExitCode compare(const CompareRequest& request, Console& console);

}  // namespace assay::app
