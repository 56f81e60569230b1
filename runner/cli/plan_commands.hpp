#pragma once
/// `assay plan` and `assay compare`: what a run would take and show, and what changed between two.

#include "runner/app/compare.hpp"
#include "runner/app/forecast.hpp"
#include "runner/cli/run_options.hpp"

namespace assay::cli {

struct PlanWords {
  app::RunRequest run;
  RunWords words;
  app::CompareRequest compare;
};

void add_plan(CLI::App& app, PlanWords& parsed);
void add_compare(CLI::App& app, PlanWords& parsed);

[[nodiscard]] ExitCode run_plan(PlanWords& parsed, const app::Environment& environment, app::Console& console);
[[nodiscard]] ExitCode run_compare(const PlanWords& parsed, app::Console& console);

}  // namespace assay::cli
