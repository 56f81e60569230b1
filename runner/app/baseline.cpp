#include "runner/app/baseline.hpp"

#include "runner/app/calibrate.hpp"
#include "runner/app/decide.hpp"
#include "runner/app/policy.hpp"

#include <assay/reports/baselines.hpp>
#include <assay/store/store.hpp>
#include <assay/text/utf8.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace assay::app {

namespace {

Error refuse(std::string message, std::string hint) {
  return {ErrorKind::usage, std::move(message), std::move(hint), {}};
}

// A name must not read as a run: `latest`, an id, `commit=SHA`.
std::optional<Error> bad_name(const std::string& name) {
  constexpr std::size_t kLongest = 64;
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
           c == '.' || c == '/';
  };
  const bool letters = std::any_of(name.begin(), name.end(), [](char c) { return c >= 'A'; });
  const bool good = letters && name.size() <= kLongest && name != "latest" && name != "auto" &&
                    std::all_of(name.begin(), name.end(), allowed);
  if (good) return std::nullopt;
  return refuse(fmt::format("{} cannot be the name of a baseline", text::in_quotes(text::excerpt(name))),
                "letters, digits, - _ . and /, at least one letter, at most 64, and not `latest`: for example main");
}

std::optional<Error> not_whole(const store::RunRow& row) {
  const auto& header = row.header;
  const auto no = [&](std::string_view why, std::string hint) {
    return refuse(fmt::format("run {} {}, and cannot be a baseline", header.id, why), std::move(hint));
  };
  if (header.kind == store::RunKind::calibration) return measured_a_judge(row);
  if (header.shard) return no("is one shard of a run", "put the shards together with: assay merge STORE... -o STORE");
  if (row.status != store::RunStatus::finished) {
    return no(fmt::format("is {}", name(row.status)), fmt::format("finish it with: assay run --resume {}", header.id));
  }
  if (!header.where.empty() || header.limit) {
    return no("was narrowed by --where or --limit", "run the whole suite");
  }
  return std::nullopt;
}

// The verdict by the run's own policy, as if it had no baseline to miss.
Result<Verdict> sound(store::Store& store, const store::RunRow& row) {
  auto policy = sealed_policy(row.header.policy);
  if (!policy) return policy.error();
  if (policy->baseline) policy->baseline->bootstrap = true;
  return judge_run(store, row, *policy);
}

std::optional<Error> unsound(const store::RunRow& row, const Verdict& verdict, const BaselineRequest& request) {
  const auto why = verdict.reasons.empty() ? std::string() : ": " + verdict.reasons.front();
  if (verdict.kind == VerdictKind::error) {
    return refuse(fmt::format("run {} is an ERROR, and never a baseline{}", row.header.id, why), "measure again");
  }
  if (verdict.kind == VerdictKind::block && request.reason.empty()) {
    return refuse(fmt::format("run {} was blocked{}", row.header.id, why),
                  "say why it may be a baseline all the same: --reason TEXT");
  }
  const auto& missing = verdict.canary.missing;
  if (std::find(missing.begin(), missing.end(), kFreshAnswers) != missing.end()) {
    return refuse(fmt::format("{} samples of run {} come from a cassette", verdict.replayed, row.header.id),
                  "measure anew, or let young answers count: `replay: {max_age: 7d}` in the policy");
  }
  return std::nullopt;
}

Result<void> set(store::Store& store, const BaselineRequest& request, std::string& run) {
  const auto row = store.find(request.run, false);
  if (!row) return row.error();
  if (auto refused = not_whole(*row)) return *refused;
  const auto verdict = sound(store, *row);
  if (!verdict) return verdict.error();
  if (auto refused = unsound(*row, *verdict, request)) return *refused;
  run = row->header.id;
  return store.add_baseline({request.name, run, wall_now(), request.reason});
}

reports::BaselineLine line_of(const store::BaselineRow& entry, store::Store& store) {
  reports::BaselineLine line{.name = entry.name, .run = entry.run, .set = entry.at, .reason = entry.reason};
  const auto row = store.find(entry.run, false);
  if (!row) return line;
  line.started = row->header.started;
  line.target = row->header.target;
  line.verdict = row->verdict.value_or(std::string(name(row->status)));
  return line;
}

}  // namespace

ExitCode set_baseline(const BaselineRequest& request, Console& console) {
  if (const auto bad = bad_name(request.name)) return fail(*bad, console);
  auto store = store::Store::open_existing(request.store);
  if (!store) return fail(store.error(), console);
  std::string run;
  if (const auto done = set(**store, request, run); !done) return fail(done.error(), console);
  const auto rows = (*store)->baselines(request.name);
  if (!rows) return fail(rows.error(), console);
  console.out << fmt::format("baseline {}: run {}, {} in the series\n", request.name, run, rows->size());
  return ExitCode::pass;
}

ExitCode list_baselines(const BaselineRequest& request, Console& console) {
  auto store = store::Store::open_existing(request.store);
  if (!store) return fail(store.error(), console);
  const auto rows = (*store)->baselines(request.name.empty() ? std::nullopt : std::optional(request.name));
  if (!rows) return fail(rows.error(), console);
  std::vector<reports::BaselineLine> lines;
  for (const auto& row : *rows) lines.push_back(line_of(row, **store));
  if (request.json) {
    console.out << indented_json(reports::baselines_json(lines));
  } else {
    console.out << reports::baselines_table(lines, {.color = console.out_color, .width = console.width});
  }
  return ExitCode::pass;
}

ExitCode export_baseline(const BaselineRequest& request, Console& console) {
  auto store = store::Store::open_existing(request.store);
  if (!store) return fail(store.error(), console);
  const auto written = (*store)->export_baseline(request.name, request.runs, request.file);
  if (!written) return fail(written.error(), console);
  console.out << fmt::format("baseline {} is in {}\n", request.name, request.file.string());
  return ExitCode::pass;
}

ExitCode import_baseline(const BaselineRequest& request, Console& console) {
  auto store = store::Store::open(request.store);
  if (!store) return fail(store.error(), console);
  const auto read = (*store)->import_baselines(request.file);
  if (!read) return fail(read.error(), console);
  for (const auto& row : *read) console.out << fmt::format("baseline {}: run {}\n", row.name, row.run);
  return ExitCode::pass;
}

}  // namespace assay::app
