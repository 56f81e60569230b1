#include "runner/app/calibrate.hpp"
#include "runner/app/decide.hpp"
#include "runner/app/policy.hpp"
#include "runner/app/report.hpp"
#include "runner/app/run.hpp"

#include <assay/reports/terminal.hpp>

#include <fmt/format.h>

namespace assay::app {

namespace {

std::optional<gate::Policy> policy_of(const store::RunRow& row, Diagnostics& diagnostics) {
  auto policy = sealed_policy(row.header.policy);
  if (policy) return *std::move(policy);
  diagnostics.error(policy.error());
  return std::nullopt;
}

std::optional<std::vector<gate::SuiteFacts>> stored_facts(const store::RunRow& row, store::Store& store,
                                                          Diagnostics& diagnostics) {
  const auto evidence = store.evidence(row.header.id, {.metrics = std::set<std::string, std::less<>>()});
  if (evidence) return facts_of(row, *evidence);
  diagnostics.error(evidence.error());
  return std::nullopt;
}

// The policy sealed with the run, unless another one or another baseline is named.
std::optional<gate::Policy> policy_for(const GateRequest& request, const store::RunRow& row, store::Store& store,
                                       Diagnostics& diagnostics) {
  if (!request.gate && !request.baseline) return policy_of(row, diagnostics);
  const auto facts = stored_facts(row, store, diagnostics);
  if (!facts) return std::nullopt;
  const bool against = !row.header.beside.empty() && !row.header.baseline;
  if (request.gate) {
    PolicySource source{.file = std::nullopt, .baseline = request.baseline, .against = against};
    if (*request.gate != "none") source.file = *request.gate;
    return load_applied(source, *facts, diagnostics);
  }
  auto policy = policy_of(row, diagnostics);
  if (!policy) return std::nullopt;
  if (policy->built_in) policy = gate::default_policy(true);
  name_baseline(*policy, request.baseline);
  auto applied = gate::apply(*policy, *facts, diagnostics);
  if (!diagnostics.ok()) return std::nullopt;
  return applied;
}

// A run that ended by itself has its verdict, too.
std::optional<Error> cannot_be_decided(const store::RunRow& row) {
  const auto& id = row.header.id;
  if (row.header.kind == store::RunKind::calibration) return measured_a_judge(row);
  if (row.status != store::RunStatus::finished && row.status != store::RunStatus::failed) {
    return Error{ErrorKind::usage, fmt::format("run {} is not finished: it is {}", id, name(row.status)),
                 fmt::format("finish it with: assay run --resume {}", id)};
  }
  if (!row.header.shard) return std::nullopt;
  return Error{ErrorKind::usage,
               fmt::format("run {} is shard {} of {}: a shard measures and does not decide", id,
                           row.header.shard->index, row.header.shard->count),
               "put the shards together with: assay merge STORE... -o STORE"};
}

// Beside a report on standard output the summary has no place there.
void print_summary(const reports::Report& report, const std::filesystem::path& verdict_file, const ReportFiles& wanted,
                   Console& console) {
  std::vector<std::string> files{verdict_file.string()};
  for (const auto& each : wanted.files) {
    if (each.standard_output()) continue;
    files.push_back((each.format == ReportFormat::attestation ? attestation_file(each.path) : each.path).string());
  }
  const bool aside = wanted.standard_output();
  const reports::Style style{.color = console.out_color && !aside, .width = console.width};
  (aside ? console.err : console.out) << reports::terminal_summary(report, files, style);
}

}  // namespace

ExitCode end_with_verdict(store::Store& store, const store::RunHeader& run, const Verdict& verdict,
                          const Ending& ending, Console& console) {
  const auto file = ending.out / "verdict.json";
  if (const auto written = reports::write_verdict(file, verdict); !written) return fail(written.error(), console);
  if (ending.json) {
    console.out << indented_json(verdict_json(verdict));
  }
  const bool summary = !ending.json && !ending.quiet;
  bool good = true;
  if (summary || !ending.reports.files.empty()) {
    auto report = load_report(store, run, verdict, scope_of(ending.reports));
    if (!report) return fail(report.error(), console);
    report->store = ending.store == GateRequest{}.store ? "" : ending.store.string();
    good = write_reports(run, *report, ending.reports, console);
    if (summary) print_summary(*report, file, ending.reports, console);
  }
  if (ending.quiet && !ending.json && !ending.reports.standard_output()) console.out << name(verdict.kind) << '\n';
  return good ? verdict.exit : ExitCode::error;
}

ExitCode gate_again(const GateRequest& request, Console& console) {
  if (const auto prepared = prepare_reports(request.reports); !prepared) return fail(prepared.error(), console);
  auto store = store::Store::open_existing(request.store);
  if (!store) return fail(store.error(), console);
  const auto row = (*store)->find(request.run, false);
  if (!row) return fail(row.error(), console);
  if (const auto refused = cannot_be_decided(*row)) return fail(*refused, console);
  const auto out = out_folder(request.out, row->header.id);
  if (const auto removed = remove_verdict(out); !removed) return fail(removed.error(), console);
  Diagnostics diagnostics;
  const auto policy = policy_for(request, *row, **store, diagnostics);
  print(diagnostics, console);
  if (!policy) return exit_code(diagnostics.errors().front().kind);
  const auto time = request.baseline ? BaselineTime::now : BaselineTime::at_start;
  const auto verdict = decide_run(**store, *row, *policy, time);
  if (!verdict) return fail(verdict.error(), console);
  return end_with_verdict(**store, row->header, *verdict,
                          {out, request.json, request.quiet, request.reports, request.store}, console);
}

}  // namespace assay::app
