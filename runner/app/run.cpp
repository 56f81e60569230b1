#include "runner/app/run.hpp"

#include "runner/app/calibrate.hpp"
#include "runner/app/perform.hpp"
#include "runner/app/score.hpp"

#include <fmt/format.h>

namespace assay::app {

namespace {

constexpr std::uint64_t kAutoLooksAt = 1000;  // of the newest runs

// The run itself, and the one beside it where a baseline is named. Nothing if a fault was reported.
std::optional<std::vector<Part>> prepare_parts(RunRequest request, const Environment& environment,
                                               Diagnostics& diagnostics) {
  std::vector<Part> parts;
  auto prepared = prepare(std::move(request), environment, diagnostics);
  if (!prepared) return std::nullopt;
  auto header = header_of(*prepared);
  parts.push_back({*std::move(prepared), std::move(header)});
  if (!parts.front().prepared.request.against) return parts;
  auto baseline = prepare_baseline(parts.front().prepared, environment, diagnostics);
  if (!baseline) return std::nullopt;
  header = header_of(*baseline);
  parts.push_back({*std::move(baseline), std::move(header)});
  link(parts[0].header, parts[1].header);
  return parts;
}

ExitCode run_new(RunRequest request, const Environment& environment, Console& console) {
  Diagnostics diagnostics;
  auto parts = prepare_parts(std::move(request), environment, diagnostics);
  print(diagnostics, console);
  if (!parts) return ExitCode::usage;
  const auto file = parts->front().prepared.request.store;
  std::unique_ptr<store::Store> store;
  const auto open = [&]() -> Result<void> {
    if (store != nullptr) return {};
    auto opened = store::Store::open(file);
    if (!opened) return opened.error();
    store = *std::move(opened);
    return {};
  };
  if (parts->front().prepared.request.score) {
    if (const auto opened = open(); !opened) return fail(opened.error(), console);
    if (const auto given = give_answers(parts->front(), *store); !given) return fail(given.error(), console);
  }
  Performance performance(*std::move(parts), environment, console);
  if (const auto connected = performance.connect(); !connected) return fail(connected.error(), console);
  if (const auto opened = open(); !opened) return fail(opened.error(), console);
  const auto ended = performance.run(*store);
  return ended ? *ended : fail(ended.error(), console);
}

// A run of any status; an unfinished one before others where the name fits several.
Result<store::RunRow> find_any(store::Store& store, const std::string& run) {
  auto row = store.find(run, true);
  return row ? row : store.find(run, false);
}

ExitCode decide_again(const store::RunRow& row, const RunRequest& request, Console& console) {
  return gate_again({.run = row.header.id,
                     .gate = std::nullopt,
                     .store = request.store,
                     .out = request.out,
                     .reports = request.reports,
                     .json = request.json,
                     .quiet = request.quiet},
                    console);
}

// The stored run that a part takes up: it must be what would start now.
std::optional<Error> take_up(Part& part, const store::RunRow& row) {
  if (auto change = what_changed(row.header, part.header)) return change;
  part.taken_up = true;
  part.header.id = row.header.id;
  part.header.started = row.header.started;
  part.header.sealed = row.header.sealed;
  part.header.beside = row.header.beside;
  return std::nullopt;
}

// Errors: only those of taking the run up; all others are said here.
Result<ExitCode> resume_parts(std::vector<Part> parts, const store::RunRow& row, store::Store& store,
                              const Environment& environment, Console& console) {
  if (const auto given = give_answers(parts.front(), store); !given) return fail(given.error(), console);
  if (const auto refused = take_up(parts.front(), row)) return fail(*refused, console);
  if (parts.size() > 1) {
    const auto beside = find_any(store, row.header.beside);
    if (!beside) return fail(beside.error(), console);
    if (const auto refused = take_up(parts.back(), *beside)) return fail(*refused, console);
    if (beside->status == store::RunStatus::finished) parts.pop_back();  // it has all it needs
  }
  Performance performance(std::move(parts), environment, console);
  if (const auto connected = performance.connect(); !connected) return fail(connected.error(), console);
  return performance.run(store);
}

ExitCode resume_run(const store::RunRow& row, store::Store& store, const RunRequest& given,
                    const Environment& environment, Console& console) {
  const auto stored = parse_json(row.header.options);
  if (!stored) {
    return fail({ErrorKind::store, "the stored options of the run cannot be read", "start a new run", {}}, console);
  }
  auto request = resumed_request(*stored, given);
  if (!request) return fail(request.error(), console);
  request->meta = row.header.meta;
  Diagnostics diagnostics;
  auto parts = prepare_parts(*std::move(request), environment, diagnostics);
  print(diagnostics, console);
  if (!parts) return ExitCode::usage;
  const auto ended = resume_parts(*std::move(parts), row, store, environment, console);
  return ended ? *ended : fail(ended.error(), console);
}

bool may_go_on(const store::RunRow& row, const std::vector<Part>& parts, store::Store& store) {
  if (row.status == store::RunStatus::finished || row.header.baseline) return false;
  const auto stored = parse_json(row.header.options);
  if (!stored || !same_run(*stored, parts.front().prepared.request)) return false;
  if (what_changed(row.header, parts.front().header)) return false;
  if (parts.size() == 1) return true;
  const auto beside = find_any(store, row.header.beside);
  return beside && !what_changed(beside->header, parts.back().header);
}

// `auto`: the newest unfinished run of the same suites, options and digests that no live process executes, else a new
// one.
ExitCode resume_auto(RunRequest request, const Environment& environment, Console& console) {
  auto store = store::Store::open_existing(request.store);
  request.resume.reset();
  if (!store) return run_new(std::move(request), environment, console);
  const auto rows = (*store)->history(std::nullopt, kAutoLooksAt);
  if (!rows) return fail(rows.error(), console);
  Diagnostics diagnostics;
  auto parts = prepare_parts(request, environment, diagnostics);
  print(diagnostics, console);
  if (!parts) return ExitCode::usage;
  for (const auto& row : *rows) {
    if (!may_go_on(row, *parts, **store)) continue;
    const auto ended = resume_parts(*parts, row, **store, environment, console);
    if (ended) return *ended;
    if (ended.error().kind != ErrorKind::usage) return fail(ended.error(), console);
  }
  return run_new(std::move(request), environment, console);
}

}  // namespace

Result<void> remove_verdict(const std::filesystem::path& folder) {
  const auto file = folder / "verdict.json";
  std::error_code why;
  std::error_code ignored;
  std::filesystem::remove(file, why);
  if (!why || !std::filesystem::exists(std::filesystem::symlink_status(file, ignored))) return {};
  return Error{ErrorKind::store,
               fmt::format("{} is there already and cannot be removed ({})", file.string(), why.message()),
               "it would be taken for this run's: remove it, or name another folder with --out",
               {}};
}

std::filesystem::path out_folder(const std::optional<std::filesystem::path>& named, const std::string& run) {
  return named.value_or(std::filesystem::path(".assay/runs") / run);
}

ExitCode shard_stored(store::Store& store, const std::string& run, const RunRequest& request, Console& console) {
  const auto row = store.find(run, false);
  if (!row) return fail(row.error(), console);
  const auto& shard = *row->header.shard;
  if (row->stopped) {
    return fail(
        {ErrorKind::internal, fmt::format("shard {} of {} ended early: {}", shard.index, shard.count, *row->stopped),
         "mend the cause, and resume the shard: its run is " + run},
        console);
  }
  if (!request.quiet) {
    console.err << fmt::format("shard {} of {}: {} samples are stored in {}{}\n", shard.index, shard.count,
                               row->finished, request.store.string(), row->spent ? "; " + *row->spent : "");
    console.err << "put the shards together with: assay merge STORE... -o STORE\n";
  }
  console.out << run << '\n';
  return row->spent ? ExitCode::inconclusive : ExitCode::pass;
}

ExitCode run(RunRequest request, const Environment& environment, Console& console) {
  if (const auto prepared = prepare_reports(request.reports); !prepared) return fail(prepared.error(), console);
  if (!request.resume) return run_new(std::move(request), environment, console);
  if (*request.resume == "auto") return resume_auto(std::move(request), environment, console);
  auto store = store::Store::open_existing(request.store);
  if (!store) return fail(store.error(), console);
  auto row = find_any(**store, *request.resume);
  if (row && row->header.baseline) row = find_any(**store, row->header.beside);  // the pair goes by its candidate
  if (!row) return fail(row.error(), console);
  if (row->header.kind == store::RunKind::calibration) return fail(measured_a_judge(*row), console);
  const bool finished = row->status == store::RunStatus::finished;
  if (finished && row->header.shard) return shard_stored(**store, row->header.id, request, console);
  if (finished) return decide_again(*row, request, console);
  return resume_run(*row, **store, request, environment, console);
}

}  // namespace assay::app
