#include "runner/app/report.hpp"

#include "runner/app/evidence_bundle.hpp"
#include "runner/app/failing_cases.hpp"

#include <assay/reports/file.hpp>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace assay::app {

namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t kCasesListed = 2000;  // in a file
constexpr std::size_t kLeastSummary = 2000;   // bytes: less tells a reader nothing

// As a person in this folder would name it.
std::string shown_file(const std::string& file) {
  std::error_code ignored;
  const fs::path path(file);
  const auto relative = path.is_absolute() ? path.lexically_relative(fs::current_path(ignored)) : path;
  const bool below = !relative.empty() && *relative.begin() != "..";
  return below ? relative.string() : path.string();
}

Result<void> put(const ReportFile& file, const std::string& text, Console& console) {
  if (!file.standard_output()) return reports::write_whole(file.path, text);
  console.out << text;
  return {};
}

Result<void> put_attestation(const store::RunHeader& run, const Verdict& verdict, const ReportFile& file,
                             const std::optional<fs::path>& sign_key, Console& console) {
  const auto bundle = make_bundle(run, verdict, sign_key);
  if (!bundle) return bundle.error();
  if (!file.standard_output()) return write_bundle(file.path, *bundle);
  console.out << bundle->attestation;
  return {};
}

// GitHub drops a summary that is too long as a whole, so what stands there counts.
Result<void> append_summary(const fs::path& path, const reports::Report& report) {
  std::error_code none;
  const auto there = fs::file_size(path, none);
  const std::size_t used = none ? 0 : std::min<std::uintmax_t>(there, reports::kMostMarkdown);
  if (reports::kMostMarkdown - used < kLeastSummary) {
    return Error{ErrorKind::store, fmt::format("the step summary {} is full", path.string()),
                 "write the report in a step of its own"};
  }
  const auto text = reports::markdown(report, reports::kMostMarkdown - used - 1) + "\n";
  const int descriptor = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
  const bool opened = descriptor >= 0;
  const bool written = opened && ::write(descriptor, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  const auto why = errno;
  if (opened) ::close(descriptor);
  if (written) return {};
  return Error{
      ErrorKind::store,
      fmt::format("the step summary {} cannot be written ({})", path.string(), std::generic_category().message(why)),
      "GITHUB_STEP_SUMMARY names it"};
}

Result<void> write_report(const store::RunHeader& run, const reports::Report& report, const ReportFile& file,
                          Console& console) {
  switch (file.format) {
    case ReportFormat::junit:
      return put(file, reports::junit(report, reports::kMostJunit), console);
    case ReportFormat::md:
      return put(file, reports::markdown(report, reports::kMostMarkdown), console);
    case ReportFormat::json:
      return put(file, indented_json(reports::report_json(report)), console);
    case ReportFormat::attestation:
      break;
  }
  return put_attestation(run, report.verdict, file, std::nullopt, console);
}

Result<ReportFile> file_of(const ReportRequest& request) {
  const auto format = parse_format(request.format);
  if (!format) return format.error();
  if (request.sign_key && *format != ReportFormat::attestation) {
    return Error{ErrorKind::usage, "--sign-key signs an attestation, and no other format",
                 "write --format attestation, or leave it out"};
  }
  return ReportFile{*format, request.out};
}

Result<Verdict> stored_verdict(store::Store& store, const store::RunRow& row) {
  const auto& id = row.header.id;
  const auto text = store.verdict_text(id);
  if (!text) return text.error();
  if (text->empty()) {
    return Error{ErrorKind::usage, fmt::format("run {} has no verdict: it is {}", id, name(row.status)),
                 fmt::format("decide it with: assay gate {}", id)};
  }
  const auto json = parse_json(*text);
  auto verdict = json ? verdict_from_json(*json) : Result<Verdict>(json.error());
  if (verdict) return verdict;
  return Error{ErrorKind::store, fmt::format("the stored verdict of run {} cannot be read", id),
               fmt::format("decide it again with: assay gate {}", id)};
}

/// What somebody changed in the history must not be attested, and signed at that.
Result<void> check_history(store::Store& store) {
  const auto faults = store.check_chain();
  if (!faults) return faults.error();
  if (faults->empty()) return {};
  const auto& first = faults->front();
  return Error{ErrorKind::store,
               fmt::format("the history's chain of verdicts does not hold, so nothing of it is attested: {}{}",
                           first.run.empty() ? "" : fmt::format("run {}: ", first.run), first.what),
               "restore the history from a copy, or measure again into another one"};
}

}  // namespace

ReportScope scope_of(const ReportFiles& files) {
  ReportScope scope;
  for (const auto& each : files.files) {
    if (each.format == ReportFormat::attestation) continue;  // it lists no case
    scope.failing = kCasesListed;
    scope.all_cases = true;
  }
  return scope;
}

Result<reports::Report> load_report(store::Store& store, const store::RunHeader& run, const Verdict& verdict,
                                    const ReportScope& scope) {
  reports::Report report;
  report.verdict = verdict;
  for (const auto& suite : run.suites) report.files[suite.id] = shown_file(suite.file);
  auto failing = worst_cases(store, verdict, scope.failing);
  if (!failing) return failing.error();
  report.failing = *std::move(failing);
  if (!scope.all_cases) {
    if (const auto counted = count_each(store, verdict.run, report.failing); !counted) return counted.error();
    return report;
  }
  auto evidence = store.evidence(verdict.run, {.metrics = std::set<std::string, std::less<>>{"latency"}});
  if (!evidence) return evidence.error();
  report.suites = std::move(evidence->suites);
  count_all(report.suites, report.failing);
  return report;
}

bool write_reports(const store::RunHeader& run, const reports::Report& report, const ReportFiles& files,
                   Console& console) {
  bool good = true;
  for (const auto& file : files.files) {
    const bool summary = file.format == ReportFormat::md && files.step_summary;
    if (!summary || file.path != *files.step_summary) {
      const auto written = write_report(run, report, file, console);
      if (!written) (void)fail(written.error(), console);
      good = good && written;
    }
    if (!summary) continue;
    if (const auto added = append_summary(*files.step_summary, report); !added) (void)fail(added.error(), console);
  }
  return good;
}

ExitCode report(const ReportRequest& request, Console& console) {
  const auto file = file_of(request);
  if (!file) return fail(file.error(), console);
  // First: the report of an earlier run must not stand for one that cannot be written.
  if (const auto prepared = prepare_reports({{*file}, std::nullopt}); !prepared) return fail(prepared.error(), console);
  auto store = store::Store::open_existing(request.store);
  if (!store) return fail(store.error(), console);
  const auto row = (*store)->find(request.run, false);
  if (!row) return fail(row.error(), console);
  const auto verdict = stored_verdict(**store, *row);
  if (!verdict) return fail(verdict.error(), console);
  if (file->format == ReportFormat::attestation) {
    if (const auto sound = check_history(**store); !sound) return fail(sound.error(), console);
    const auto written = put_attestation(row->header, *verdict, *file, request.sign_key, console);
    return written ? ExitCode::pass : fail(written.error(), console);
  }
  auto loaded = load_report(**store, row->header, *verdict, scope_of({{*file}, std::nullopt}));
  if (!loaded) return fail(loaded.error(), console);
  if (request.store != ReportRequest{}.store) loaded->store = request.store.string();
  const auto written = write_report(row->header, *loaded, *file, console);
  return written ? ExitCode::pass : fail(written.error(), console);
}

}  // namespace assay::app
