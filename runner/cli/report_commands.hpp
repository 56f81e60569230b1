#pragma once
/// `assay report`, `assay verify`, and the option `--report` of `run` and `gate`.

#include "runner/app/config.hpp"
#include "runner/app/report.hpp"
#include "runner/app/verify.hpp"

#include <assay/core/diagnostics.hpp>

#include <string>
#include <vector>

namespace CLI {
class App;
}  // namespace CLI

namespace assay::cli {

struct ReportWords {
  app::ReportRequest report;
  app::VerifyRequest verify;
};

void add_report(CLI::App& app, ReportWords& words);
void add_verify(CLI::App& app, ReportWords& words);

/// `--report FORMAT=PATH`, repeatable.
void add_report_option(CLI::App& command, std::vector<std::string>& words);

/// What the words of `--report` mean. Reports every fault; `json` says that standard output is taken.
[[nodiscard]] app::ReportFiles read_reports(const std::vector<std::string>& words, bool json,
                                            const app::Environment& environment, Diagnostics& diagnostics);

}  // namespace assay::cli
