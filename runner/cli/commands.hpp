#pragma once
/// The command line: flags in, exit code out. No logic.

#include "runner/app/config.hpp"
#include "runner/app/console.hpp"

#include <span>
#include <string>

namespace assay::cli {

/// Runs one command line, without the program's name.
[[nodiscard]] ExitCode main(std::span<const std::string> arguments, const app::Environment& environment,
                            app::Console& console);

}  // namespace assay::cli
