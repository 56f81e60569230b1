#pragma once
/// `assay plan`: what a run would cost and what it could show. Nothing is called, nothing is stored.

#include "runner/app/console.hpp"
#include "runner/app/request.hpp"

namespace assay::app {

/// Prepares the run as `run` would and says what it takes; faults of suites, configuration and policy are exit 4, as
/// there. A key that is not set is no fault here, as nothing is called: it is a note.
[[nodiscard]] ExitCode forecast(RunRequest request, const Environment& environment, Console& console);

}  // namespace assay::app
