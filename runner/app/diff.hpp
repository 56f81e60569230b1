#pragma once
/// `assay gate --diff OLD NEW`: what a new policy and new suites weaken, and whether a reason stands beside it.

#include "runner/app/console.hpp"

#include <filesystem>

namespace assay::app {

/// Two policies, two configurations, or two folders with an assay.yaml.
struct DiffRequest {
  std::filesystem::path older;
  std::filesystem::path newer;
  bool json = false;
};

/// Prints every difference. Exit code 1 if a weakening has no reason in the new policy's waivers file, 0 if each has
/// one, 4 for files that cannot be read.
[[nodiscard]] ExitCode diff(const DiffRequest& request, Console& console);

}  // namespace assay::app
