#pragma once
/// `--report FORMAT=PATH`: where reports go, said and checked before anything is called.

#include <assay/core/error.hpp>

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace assay::app {

enum class ReportFormat { junit, md, json, attestation };

[[nodiscard]] std::string_view name(ReportFormat format);

/// Errors: `usage` for a format that is unknown, or of a later version.
[[nodiscard]] Result<ReportFormat> parse_format(std::string_view word);

/// One report. `path` is a file, or `-` for standard output; of an attestation also a folder.
struct ReportFile {
  ReportFormat format = ReportFormat::json;
  std::filesystem::path path;

  [[nodiscard]] bool standard_output() const { return path == "-"; }
};

/// `junit=report.xml`. Errors: `usage`.
[[nodiscard]] Result<ReportFile> parse_report(std::string_view word);

/// All that were asked for.
struct ReportFiles {
  std::vector<ReportFile> files;
  std::optional<std::filesystem::path> step_summary;  ///< `GITHUB_STEP_SUMMARY`: each `md` is appended to it, too

  [[nodiscard]] bool standard_output() const;
};

/// Says what could not be written, before the first call, and removes what an earlier run left: a report must never be
/// taken for this run's. Errors: `usage` for two reports of one place, for a place that cannot be written, and for a
/// file that is no report of that format.
[[nodiscard]] Result<void> prepare_reports(const ReportFiles& reports);

/// The statement of an attestation at `path`; what goes with it lies in its folder.
[[nodiscard]] std::filesystem::path attestation_file(const std::filesystem::path& path);

}  // namespace assay::app
