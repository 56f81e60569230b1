#pragma once
/// `assay show`: what happened in a run, case by case, down to the wire.

#include "runner/app/console.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace assay::app {

struct ShowRequest {
  std::string run;
  std::optional<std::string> kase;  ///< SUITE/CASE
  std::uint64_t limit = 20;
  std::filesystem::path store = ".assay/history.db";
  bool json = false;
};

[[nodiscard]] ExitCode show(const ShowRequest& request, Console& console);

}  // namespace assay::app
