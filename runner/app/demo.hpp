#pragma once
/// `assay demo` and `assay init`: a first look, without network.

#include "runner/app/config.hpp"
#include "runner/app/console.hpp"

#include <filesystem>

namespace assay::app {

/// Runs the shipped suites against a good and a worse version of the embedded model, in `folder`. Ends with 0 if the
/// one passes and the other is blocked, else with 3.
[[nodiscard]] ExitCode demo(const std::filesystem::path& folder, const Environment& environment, Console& console);

/// Writes a small project that runs at once against the embedded endpoint. Existing files are never overwritten.
[[nodiscard]] ExitCode init(const std::filesystem::path& folder, Console& console);

}  // namespace assay::app
