#pragma once
/// What a person reads in the terminal at the end of a run, and verdict.json. Text of models and users is hostile:
/// control characters become visible, and no line is a command to a CI runner (`::error::`, `##[…]`).

#include <assay/reports/format.hpp>
#include <assay/reports/report.hpp>

#include <filesystem>
#include <string>
#include <vector>

namespace assay::reports {

/// Verdict, reasons, gates with intervals, what they are compared with, the worst failing cases, how far the judges may
/// be believed, cost and latency, where the reports are. No line is wider than the style's width, but for the names of
/// files.
[[nodiscard]] std::string terminal_summary(const Report& report, const std::vector<std::string>& files,
                                           const Style& style);

/// Writes verdict.json whole or not at all: temporary file, fsync, rename, fsync of the directory. Errors: `store`.
[[nodiscard]] Result<void> write_verdict(const std::filesystem::path& path, const Verdict& verdict);

}  // namespace assay::reports
