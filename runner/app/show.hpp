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
  bool metrics = false;           ///< numbers in place of samples
  std::optional<std::string> by;  ///< with `metrics`: a tag for macro averages
  bool whole = false;             ///< judges' questions whole, not their first lines
  std::filesystem::path store = ".assay/history.db";
  bool json = false;
};

[[nodiscard]] ExitCode show(const ShowRequest& request, Console& console);

}  // namespace assay::app
