#pragma once
/// `assay canary`: a live stage, judged.

#include "runner/app/canary.hpp"

#include <string>

namespace CLI {
class App;
}  // namespace CLI

namespace assay::cli {

struct CanaryWords {
  app::CanaryRequest request;
  std::string stage;  ///< as written
};

void add_canary(CLI::App& app, CanaryWords& words);
[[nodiscard]] ExitCode run_canary(CanaryWords& words, app::Console& console);

}  // namespace assay::cli
