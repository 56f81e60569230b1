#pragma once
/// `assay validate`: suites, configurations, policies and stub scripts; all errors at once.

#include "runner/app/config.hpp"
#include "runner/app/console.hpp"

#include <filesystem>
#include <vector>

namespace assay::app {

/// Exit 4 with every fault, or 0 and what was read. Nothing is called or stored. Judges that suites name are looked up
/// in a configuration among the files, else in assay.yaml; without one any name will do.
[[nodiscard]] ExitCode validate(const std::vector<std::filesystem::path>& files, const Environment& environment,
                                Console& console);

}  // namespace assay::app
