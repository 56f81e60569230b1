#include "runner/app/decide.hpp"
#include "runner/app/run.hpp"

#include <assay/reports/terminal.hpp>

#include <algorithm>
#include <map>
#include <tuple>

namespace assay::app {

namespace {

constexpr std::uint64_t kWorstCases = 5;
constexpr std::uint64_t kFailedSamplesRead = 400;

std::string reason_of(const store::StoredSample& sample) {
  if (const auto* error = std::get_if<outcome::EndpointError>(&sample.outcome)) return error->error.message;
  if (const auto* error = std::get_if<outcome::JudgeError>(&sample.outcome)) return error->error.message;
  if (const auto* unscored = std::get_if<outcome::Unscored>(&sample.outcome)) return unscored->why;
  for (const auto& score : sample.scores) {
    const auto* scored = std::get_if<Scored>(&score.score.state);
    if (score.required && scored != nullptr && !scored->pass) return score.name + ": " + score.score.why;
  }
  return {};
}

bool failed(const store::StoredSample& sample) {
  const auto* scored = std::get_if<outcome::Scored>(&sample.outcome);
  return scored == nullptr || !scored->pass;
}

// The cases that failed most often among the first failing samples.
Result<std::vector<reports::FailingCase>> worst_cases(store::Store& store, const std::string& run) {
  std::map<std::pair<std::string, std::string>, reports::FailingCase> cases;
  const store::SampleFilter filter{.limit = kFailedSamplesRead};
  const auto read = store.samples(run, filter, [&](const store::StoredSample& sample) {
    if (!failed(sample)) return false;
    auto& entry = cases[{sample.suite, sample.case_id}];
    if (entry.failed++ == 0) {
      entry.suite = sample.suite;
      entry.id = sample.case_id;
      entry.what = reason_of(sample);
    }
    return true;
  });
  if (!read) return read.error();
  std::vector<reports::FailingCase> worst;
  for (auto& [key, entry] : cases) worst.push_back(std::move(entry));
  std::sort(worst.begin(), worst.end(), [](const auto& a, const auto& b) {
    return std::tie(b.failed, a.suite, a.id) < std::tie(a.failed, b.suite, b.id);
  });
  if (worst.size() > kWorstCases) worst.resize(kWorstCases);
  return worst;
}

std::optional<gate::Policy> policy_for(const GateRequest& request, const store::RunRow& row, store::Store& store,
                                       Diagnostics& diagnostics) {
  if (!request.gate) {
    const auto json = parse_json(row.header.policy);
    auto policy = json ? gate::policy_from_json(*json) : Result<gate::Policy>(json.error());
    if (policy) return *std::move(policy);
    diagnostics.error(policy.error());
    return std::nullopt;
  }
  const auto evidence = store.evidence(row.header.id);
  if (!evidence) {
    diagnostics.error(evidence.error());
    return std::nullopt;
  }
  auto policy = *request.gate == "none" ? gate::default_policy() : gate::load_policy(*request.gate, diagnostics);
  if (!policy) return std::nullopt;
  auto applied = gate::apply(*policy, facts_of(row, *evidence), diagnostics);
  if (!diagnostics.ok()) return std::nullopt;
  return applied;
}

}  // namespace

ExitCode end_with_verdict(store::Store& store, const Verdict& verdict, const Ending& ending, Console& console) {
  const auto file = ending.out / "verdict.json";
  if (const auto written = reports::write_verdict(file, verdict); !written) return fail(written.error(), console);
  if (ending.json) {
    console.out << verdict_json(verdict).dump(2, ' ', false, OrderedJson::error_handler_t::replace) << '\n';
    return verdict.exit;
  }
  if (ending.quiet) {
    console.out << name(verdict.kind) << '\n';
    return verdict.exit;
  }
  const auto worst = worst_cases(store, verdict.run);
  if (!worst) return fail(worst.error(), console);
  const reports::Style style{.color = console.out_color, .width = console.width};
  console.out << reports::terminal_summary(verdict, *worst, {file.string()}, style);
  return verdict.exit;
}

ExitCode gate_again(const GateRequest& request, Console& console) {
  auto store = store::Store::open_existing(request.store);
  if (!store) return fail(store.error(), console);
  const auto row = (*store)->find(request.run, false);
  if (!row) return fail(row.error(), console);
  Diagnostics diagnostics;
  const auto policy = policy_for(request, *row, **store, diagnostics);
  print(diagnostics, console);
  if (!policy) return exit_code(diagnostics.errors().front().kind);
  const auto out = out_folder(request.out, row->header.id);
  std::error_code ignored;
  std::filesystem::remove(out / "verdict.json", ignored);
  const auto verdict = decide_run(**store, *row, *policy);
  if (!verdict) return fail(verdict.error(), console);
  return end_with_verdict(**store, *verdict, {out, request.json, request.quiet}, console);
}

}  // namespace assay::app
