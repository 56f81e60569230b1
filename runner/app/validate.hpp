#pragma once
/// `assay validate`: suites, configurations, policies and stub scripts; all errors at once.

#include "runner/app/console.hpp"

#include <filesystem>
#include <vector>

namespace assay::app {

/// Exit 4 with every fault, or 0 and what was read. Nothing is called or stored.
[[nodiscard]] ExitCode validate(const std::vector<std::filesystem::path>& files, Console& console);

}  // namespace assay::app
