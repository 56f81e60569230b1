#pragma once
/// `assay simulate`: error rates of a policy.

#include "runner/app/simulate.hpp"

namespace CLI {
class App;
}  // namespace CLI

namespace assay::cli {

void add_simulate(CLI::App& app, app::SimulateRequest& request);

}  // namespace assay::cli
