#include "runner/cli/simulate_commands.hpp"

#include "runner/cli/run_options.hpp"

#include <CLI/CLI.hpp>

namespace assay::cli {

namespace {

constexpr std::int64_t kLeastReplicates = 100;
constexpr std::int64_t kMostReplicates = 1'000'000;

}  // namespace

void add_simulate(CLI::App& app, app::SimulateRequest& request) {
  auto& simulate = *app.add_subcommand("simulate", "Error rates of a policy on one's own history; no call.");
  simulate.add_flag("--from-history", request.from_history, "Take each case's pass rate from the runs of the history");
  simulate.add_option("--suite", request.suite, "Only this suite (default: those of the newest whole run)")
      ->type_name("ID");
  simulate.add_option("--gate", request.gate, "Another policy than the one sealed with that run")->type_name("FILE");
  simulate.add_option("--runs", request.runs, "How many of a suite's newest runs to learn from")
      ->type_name("K")
      ->check(whole_number(1))
      ->capture_default_str();
  simulate.add_option("--replicates", request.replicates, "How many runs of each kind to play")
      ->type_name("N")
      ->check(whole_number(kLeastReplicates, kMostReplicates))
      ->capture_default_str();
  simulate.add_option("--seed", request.seed, "Seed of every random draw")
      ->type_name("N")
      ->check(whole_number(0))
      ->capture_default_str();
  add_store(simulate, request.store);
  simulate.add_flag("--json", request.json, "As JSON");
  simulate.footer(
      "Plays runs that did not change and runs that are truly worse, and decides each as `assay run` would.\n"
      "Exit codes: 0 whatever it shows, 3 the history cannot be read, 4 invalid input or no whole run.\n"
      "Example:\n  assay simulate --from-history --gate gate.yaml");
}

}  // namespace assay::cli
