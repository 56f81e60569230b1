#pragma once
/// `assay baseline set | list | export | import`: named series of runs that candidates are compared with.

#include "runner/app/baseline.hpp"
#include "runner/app/console.hpp"

namespace CLI {
class App;
}  // namespace CLI

namespace assay::cli {

struct BaselineWords {
  app::BaselineRequest request;
};

void add_baseline_command(CLI::App& app, BaselineWords& words);

[[nodiscard]] ExitCode run_baseline(const CLI::App& app, const BaselineWords& words, app::Console& console);

}  // namespace assay::cli
