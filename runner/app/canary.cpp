#include "runner/app/canary.hpp"

#include "runner/app/canary_data.hpp"

#include <assay/core/verdict.hpp>
#include <assay/reports/canary.hpp>
#include <assay/store/store.hpp>
#include <assay/text/file.hpp>
#include <assay/text/utf8.hpp>

#include <fmt/format.h>

#include <fstream>
#include <iostream>

namespace assay::app {

namespace {

constexpr std::size_t kLongestVerdict = 256u << 20;  // a thousand slices and a million removed cases

Result<std::string> verdict_of_run(const CanaryRequest& request) {
  auto store = store::Store::open_existing(request.store);
  if (!store) return store.error();
  const auto row = (*store)->find(request.plan, false);
  if (!row) return row.error();
  auto text = (*store)->verdict_text(row->header.id);
  if (!text) return text.error();
  if (text->empty()) {
    return Error{ErrorKind::usage, fmt::format("run {} has no verdict", row->header.id),
                 fmt::format("decide it with: assay gate {}", row->header.id)};
  }
  return text;
}

/// A file of that name, else a run.
Result<Verdict> find_verdict(const CanaryRequest& request) {
  std::error_code ignored;
  const bool file = std::filesystem::is_regular_file(request.plan, ignored);
  const bool named_so = request.plan.ends_with(".json") || request.plan.find('/') != std::string::npos;
  const auto text = file || named_so ? text::read_text(request.plan, kLongestVerdict) : verdict_of_run(request);
  if (!text) return text.error();
  const auto json = parse_json(*text);
  auto verdict = json ? verdict_from_json(*json) : Result<Verdict>(json.error());
  if (verdict) return verdict;
  auto error = verdict.error();
  error.kind = ErrorKind::invalid;
  error.at.file = request.plan;
  if (error.hint.empty()) error.hint = "name the verdict.json that `assay run` or `assay gate` wrote, or a RUN";
  return error;
}

/// Exit code 3 whatever is wrong with it: the plan stands, and the traffic is not measured.
ExitCode unreadable(const Error& error, Console& console) {
  (void)fail(error, console);
  return ExitCode::error;
}

ExitCode exit_of(LiveAction action) {
  if (action == LiveAction::promote) return ExitCode::pass;
  return action == LiveAction::abort ? ExitCode::block : ExitCode::inconclusive;
}

/// Opens the file, or takes standard input. Nothing and a sentence where neither can be read.
std::optional<Error> open_data(const std::string& data, std::ifstream& file) {
  if (data == "-") return std::nullopt;
  std::error_code ignored;
  if (std::filesystem::is_directory(data, ignored)) {
    return Error{ErrorKind::invalid, "this is a folder", "name a file of records, or - for standard input", {data}};
  }
  file.open(data, std::ios::binary);
  if (file) return std::nullopt;
  return Error{
      ErrorKind::invalid, "the file cannot be opened", "name a file of records, or - for standard input", {data}};
}

}  // namespace

ExitCode canary(const CanaryRequest& request, Console& console) {
  const auto verdict = find_verdict(request);
  if (!verdict) return fail(verdict.error(), console);
  auto plan = gate::live_plan(*verdict, request.stage);
  if (!plan) return fail(plan.error(), console);

  std::ifstream file;
  if (const auto error = open_data(request.data, file)) return unreadable(*error, console);
  CanaryStages stages{.shares = {}, .otherwise = plan->stage};
  for (const auto& stage : plan->stages) stages.shares.push_back(stage.share);
  gate::LiveJudge judge(*std::move(plan));
  Diagnostics diagnostics;
  std::istream& in = request.data == "-" ? std::cin : file;
  read_live_data(in, request.data == "-" ? "standard input" : request.data, stages, diagnostics,
                 [&](const gate::LiveRecord& record) { judge.add(record); });
  print(diagnostics, console);
  if (!diagnostics.ok()) return ExitCode::error;

  auto live = judge.verdict();
  if (!live) {
    live.error().at.file = request.data == "-" ? "standard input" : request.data;
    return unreadable(live.error(), console);
  }
  if (request.json) {
    console.out << indented_json(reports::canary_json(*live));
  } else {
    console.out << reports::canary_report(*live, {.color = console.out_color, .width = console.width});
  }
  return exit_of(live->action);
}

}  // namespace assay::app
