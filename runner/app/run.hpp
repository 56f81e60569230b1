#pragma once
/// `assay run`: replay, score, store, decide.

#include "runner/app/console.hpp"
#include "runner/app/request.hpp"

namespace assay::app {

/// Ends with the verdict's exit code; with 4 before anything is called or stored, where the input is at fault.
[[nodiscard]] ExitCode run(RunRequest request, const Environment& environment, Console& console);

/// What `gate` is asked.
struct GateRequest {
  std::string run;
  std::optional<std::string> gate;  ///< a file, `none`, or unset: the policy sealed with the run
  std::filesystem::path store = ".assay/history.db";
  std::optional<std::filesystem::path> out;
  bool json = false;
  bool quiet = false;
};

/// Decides again from stored samples; no call.
[[nodiscard]] ExitCode gate_again(const GateRequest& request, Console& console);

/// Prints the verdict and writes verdict.json: the end of `run` and of `gate`.
struct Ending {
  std::filesystem::path out;
  bool json = false;
  bool quiet = false;
};
[[nodiscard]] ExitCode end_with_verdict(store::Store& store, const Verdict& verdict, const Ending& ending,
                                        Console& console);

/// The end of a shard, which measures and does not decide: prints its run. 0 once its share is stored, 2 if a budget
/// ended it early, 3 if the measurement failed.
[[nodiscard]] ExitCode shard_stored(store::Store& store, const std::string& run, const RunRequest& request,
                                    Console& console);

/// Removes what an earlier run left: whoever reads the file must never take it for this run's. Errors: `store` if it is
/// still there.
[[nodiscard]] Result<void> remove_verdict(const std::filesystem::path& folder);

/// `.assay/runs/RUN/`, unless another folder is named.
[[nodiscard]] std::filesystem::path out_folder(const std::optional<std::filesystem::path>& named,
                                               const std::string& run);

}  // namespace assay::app
