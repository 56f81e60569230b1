#pragma once
/// `assay report`, and the reports at the end of `run` and `gate`.

#include "runner/app/console.hpp"
#include "runner/app/report_files.hpp"

#include <assay/reports/report.hpp>
#include <assay/store/store.hpp>

#include <filesystem>
#include <optional>
#include <string>

namespace assay::app {

/// How much of a run a reader wants to see.
struct ReportScope {
  std::uint64_t failing = 5;  ///< cases, at most
  bool all_cases = false;     ///< counts and latency of every case, too
};

/// What is wanted for the summary in the terminal and the files beside it.
[[nodiscard]] ReportScope scope_of(const ReportFiles& files);

/// The read model of a run with its verdict. Errors: `store`.
[[nodiscard]] Result<reports::Report> load_report(store::Store& store, const store::RunHeader& run,
                                                  const Verdict& verdict, const ReportScope& scope);

/// Writes every report, and says of each that fails why. False if one did; a step summary that cannot be written is
/// said and does not count.
[[nodiscard]] bool write_reports(const store::RunHeader& run, const reports::Report& report, const ReportFiles& files,
                                 Console& console);

struct ReportRequest {
  std::string run;
  std::string format;
  std::filesystem::path out = "-";
  std::optional<std::filesystem::path> sign_key;
  std::filesystem::path store = ".assay/history.db";
};

/// Shows the newest verdict of a run; decides nothing. 0 whatever it shows.
[[nodiscard]] ExitCode report(const ReportRequest& request, Console& console);

}  // namespace assay::app
