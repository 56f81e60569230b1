#include "runner/app/calibrate.hpp"
#include "runner/app/decide.hpp"
#include "runner/app/failure.hpp"
#include "runner/app/run.hpp"

#include <assay/reports/terminal.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>

namespace assay::app {

namespace {

constexpr std::size_t kWorstCases = 5;
constexpr std::uint64_t kFailedSamplesRead = 400;

// How many blocked gates a failing sample belongs to: its case is what a reader looks for first.
std::uint32_t blocked_gates(const store::StoredSample& sample, const Verdict& verdict) {
  std::uint32_t count = 0;
  for (const auto& gate : verdict.gates) {
    if (gate.state != GateState::block || gate.suite != sample.suite) continue;
    const bool inside = std::all_of(gate.slice.begin(), gate.slice.end(), [&](const auto& tag) {
      const auto found = sample.tags.find(tag.first);
      return found != sample.tags.end() && found->second == tag.second;
    });
    if (inside) ++count;
  }
  return count;
}

struct Failing {
  reports::FailingCase shown;
  std::uint32_t blocked = 0;
};

Result<void> count_samples(store::Store& store, const std::string& run, reports::FailingCase& failing) {
  const store::SampleFilter filter{.suite = failing.suite, .case_id = failing.id};
  failing.failed = 0;
  return store.samples(run, filter, [&](const store::StoredSample& sample) {
    ++failing.samples;
    if (failed(sample)) ++failing.failed;
    return true;
  });
}

// Of the first failing samples, the cases of blocked gates, then those that failed most often.
Result<reports::FailingCases> worst_cases(store::Store& store, const Verdict& verdict) {
  std::map<std::pair<std::string, std::string>, Failing> cases;
  std::uint64_t samples = 0;
  const store::SampleFilter filter{.limit = kFailedSamplesRead};
  const auto read = store.samples(verdict.run, filter, [&](const store::StoredSample& sample) {
    if (!failed(sample)) return false;
    ++samples;
    auto& entry = cases[{sample.suite, sample.case_id}];
    if (entry.shown.failed++ == 0) {
      entry.shown.suite = sample.suite;
      entry.shown.id = sample.case_id;
      entry.shown.what = failure_text(sample);
      entry.blocked = blocked_gates(sample, verdict);
    }
    return true;
  });
  if (!read) return read.error();
  std::vector<Failing> all;
  for (auto& [key, entry] : cases) all.push_back(std::move(entry));
  std::sort(all.begin(), all.end(), [](const Failing& a, const Failing& b) {
    return std::tie(b.blocked, b.shown.failed, a.shown.suite, a.shown.id) <
           std::tie(a.blocked, a.shown.failed, b.shown.suite, b.shown.id);
  });
  reports::FailingCases failing;
  failing.others = all.size() - std::min(all.size(), kWorstCases);
  failing.at_least = samples == kFailedSamplesRead;
  all.resize(all.size() - failing.others);
  for (auto& entry : all) {
    failing.worst.push_back(std::move(entry.shown));
    if (const auto counted = count_samples(store, verdict.run, failing.worst.back()); !counted) return counted.error();
  }
  return failing;
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
  const auto evidence = store.evidence(row.header.id, {.metrics = std::set<std::string, std::less<>>()});
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
  const auto worst = worst_cases(store, verdict);
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
  if (const auto refused = cannot_be_decided(*row)) return fail(*refused, console);
  const auto out = out_folder(request.out, row->header.id);
  if (const auto removed = remove_verdict(out); !removed) return fail(removed.error(), console);
  Diagnostics diagnostics;
  const auto policy = policy_for(request, *row, **store, diagnostics);
  print(diagnostics, console);
  if (!policy) return exit_code(diagnostics.errors().front().kind);
  const auto verdict = decide_run(**store, *row, *policy);
  if (!verdict) return fail(verdict.error(), console);
  return end_with_verdict(**store, *verdict, {out, request.json, request.quiet}, console);
}

}  // namespace assay::app
