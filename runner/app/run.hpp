#pragma once
/// `assay run`: replay, score, store, decide.

#include "runner/app/console.hpp"
#include "runner/app/report_files.hpp"
#include "runner/app/request.hpp"

namespace assay::app {

/// Ends with the verdict's exit code; with 4 before anything is called or stored, where the input is at fault.
[[nodiscard]] ExitCode run(RunRequest request, const Environment& environment, Console& console);

/// What `gate` is asked.
struct GateRequest {
  std::string run;
  std::optional<std::string> gate;      ///< a file, `none`, or unset: the policy sealed with the run
  std::optional<std::string> baseline;  ///< a baseline's name, or a RUN; over the policy's
  std::filesystem::path store = ".assay/history.db";
  std::optional<std::filesystem::path> out;
  ReportFiles reports;
  bool json = false;
  bool quiet = false;
};

/// Decides again from stored samples; no call.
[[nodiscard]] ExitCode gate_again(const GateRequest& request, Console& console);

/// Writes verdict.json and the reports, and prints the verdict: the end of `run` and of `gate`. Its exit code, or 3
/// where a report could not be written; verdict.json stays.
struct Ending {
  std::filesystem::path out;
  bool json = false;
  bool quiet = false;
  ReportFiles reports;
  std::filesystem::path store;
};
[[nodiscard]] ExitCode end_with_verdict(store::Store& store, const store::RunHeader& run, const Verdict& verdict,
                                        const Ending& ending, Console& console);

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
