#include "runner/app/report_files.hpp"

#include <assay/reports/report.hpp>
#include <assay/text/reader.hpp>
#include <assay/text/utf8.hpp>

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <utility>

namespace assay::app {

namespace fs = std::filesystem;

namespace {

constexpr std::array kFormats{ReportFormat::junit, ReportFormat::md, ReportFormat::json, ReportFormat::attestation};
constexpr std::array<std::string_view, 3> kLater{"html", "sarif", "openmetrics"};

Error cannot_write(const fs::path& path, std::string why) {
  return {ErrorKind::usage, fmt::format("the report {} cannot be written: {}", path.string(), std::move(why)),
          "name another place, or mend that one; nothing was called"};
}

/// The nearest folder above that is there.
fs::path folder_above(const fs::path& path) {
  std::error_code ignored;
  fs::path folder = path.has_parent_path() ? path.parent_path() : ".";
  while (!fs::exists(fs::symlink_status(folder, ignored)) && folder.has_parent_path() && folder != folder.parent_path())
    folder = folder.parent_path();
  if (!fs::exists(fs::symlink_status(folder, ignored))) folder = ".";
  return folder;
}

// What the first thousand bytes of a report hold.
bool is_report(ReportFormat format, std::string_view head) {
  const auto has = [&](std::string_view part) { return head.find(part) != std::string_view::npos; };
  switch (format) {
    case ReportFormat::junit:
      return has("<testsuites name=\"assay\"");
    case ReportFormat::md:
      return head.starts_with(reports::kMarkdownMark);
    case ReportFormat::json:
      return has("\"assay.report/1\"");
    case ReportFormat::attestation:
      return has("\"https://in-toto.io/Statement/v1\"") || has("\"application/vnd.in-toto+json\"");
  }
  return false;
}

Result<void> remove_old(ReportFormat format, const fs::path& file) {
  std::string head(1000, '\0');
  std::ifstream old(file, std::ios::binary);
  old.read(head.data(), static_cast<std::streamsize>(head.size()));
  head.resize(static_cast<std::size_t>(old.gcount()));
  if (!head.empty() && !is_report(format, head)) {
    return cannot_write(file,
                        fmt::format("it is there already, and is no {} report that could be replaced", name(format)));
  }
  std::error_code why;
  fs::remove(file, why);
  return why ? cannot_write(file, why.message()) : Result<void>();
}

Result<void> prepare_file(ReportFormat format, const fs::path& path) {
  const auto file = format == ReportFormat::attestation ? attestation_file(path) : path;
  std::error_code ignored;
  const auto status = fs::status(file, ignored);
  if (fs::is_directory(status)) return cannot_write(file, "it is a folder");
  if (fs::exists(status) && !fs::is_regular_file(status)) {  // a pipe or a device
    return ::access(file.c_str(), W_OK) == 0 ? Result<void>() : cannot_write(file, "there is no permission");
  }
  const auto folder = folder_above(file);
  if (!fs::is_directory(folder, ignored)) return cannot_write(file, folder.string() + " is no folder");
  if (::access(folder.c_str(), W_OK | X_OK) != 0) {
    return cannot_write(file, fmt::format("there is no permission in {}", folder.string()));
  }
  return fs::exists(status) ? remove_old(format, file) : Result<void>();
}

}  // namespace

std::string_view name(ReportFormat format) {
  switch (format) {
    case ReportFormat::junit:
      return "junit";
    case ReportFormat::md:
      return "md";
    case ReportFormat::json:
      return "json";
    case ReportFormat::attestation:
      break;
  }
  return "attestation";
}

Result<ReportFormat> parse_format(std::string_view word) {
  std::vector<std::string> known;
  for (const auto format : kFormats) {
    if (name(format) == word) return format;
    known.emplace_back(name(format));
  }
  constexpr std::string_view kHint = "write junit, md, json or attestation";
  if (std::ranges::find(kLater, word) != kLater.end()) {
    return Error{ErrorKind::usage, fmt::format("the report format {} is not available in this version", word),
                 std::string(kHint)};
  }
  const auto near = text::nearest(word, known);
  return Error{ErrorKind::usage, fmt::format("there is no report format {}", text::in_quotes(word)),
               near.empty() ? std::string(kHint) : fmt::format("did you mean '{}'?", near)};
}

Result<ReportFile> parse_report(std::string_view word) {
  const auto equals = word.find('=');
  if (equals == std::string_view::npos || equals + 1 == word.size()) {
    return Error{ErrorKind::usage, fmt::format("{} names no format and file", text::in_quotes(word)),
                 "write FORMAT=PATH: --report junit=report.xml"};
  }
  const auto format = parse_format(word.substr(0, equals));
  if (!format) return format.error();
  return ReportFile{*format, fs::path(word.substr(equals + 1))};
}

bool ReportFiles::standard_output() const {
  return std::ranges::any_of(files, &ReportFile::standard_output);
}

Result<void> prepare_reports(const ReportFiles& reports) {
  for (std::size_t i = 0; i < reports.files.size(); ++i) {
    const auto& each = reports.files[i];
    const auto same = [&](const ReportFile& other) {
      return other.path.lexically_normal() == each.path.lexically_normal();
    };
    if (std::any_of(reports.files.begin(), reports.files.begin() + static_cast<std::ptrdiff_t>(i), same)) {
      return Error{ErrorKind::usage, fmt::format("two reports go to {}", each.path.string()),
                   "give each a place of its own"};
    }
    if (each.standard_output() || each.path == reports.step_summary) continue;
    if (auto prepared = prepare_file(each.format, each.path); !prepared) return prepared;
  }
  return {};
}

fs::path attestation_file(const fs::path& path) {
  std::error_code ignored;
  const bool folder = !path.has_filename() || fs::is_directory(path, ignored);
  return folder ? path / "attestation.json" : path;
}

}  // namespace assay::app
