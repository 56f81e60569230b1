#include "runner/app/run.hpp"

#include "runner/app/decide.hpp"
#include "runner/app/execute.hpp"
#include "runner/app/plan.hpp"
#include "runner/app/prepare.hpp"
#include "runner/app/wiring.hpp"

#include <boost/asio/io_context.hpp>
#include <fmt/format.h>

#include <csignal>

namespace assay::app {

namespace {

constexpr std::uint64_t kAutoLooksAt = 1000;  // of the newest runs

std::string resume_command(const Prepared& prepared, const std::string& run) {
  const auto& store = prepared.request.store;
  return fmt::format("assay run --resume {}{}", run,
                     store == RunRequest{}.store ? "" : fmt::format(" --store '{}'", store.string()));
}

ExitCode interrupted(const Prepared& prepared, const std::string& run, const Execution& execution,
                     std::uint64_t finished, Console& console) {
  console.err << fmt::format("stopped by {}: {} of {} samples are stored in run {}\n",
                             execution.signal == SIGTERM ? "SIGTERM" : "SIGINT", finished, prepared.plan.units, run);
  console.err << fmt::format("go on with: {}\n", resume_command(prepared, run));
  return execution.signal == SIGTERM ? ExitCode::terminated : ExitCode::interrupted;
}

// One run from its first call to its verdict. `done` holds what an earlier process finished.
class Execute {
 public:
  Execute(Prepared prepared, store::RunHeader header, const Environment& environment, Console& console)
      : prepared_(std::move(prepared)),
        header_(std::move(header)),
        environment_(environment),
        console_(console),
        out_(out_folder(prepared_.request.out, header_.id)) {}

  /// Makes the adapters. Nothing is sent, nothing is stored: a target that cannot be used leaves no trace.
  Result<void> connect() {
    auto made = app::connect(prepared_.settings, environment_, prepared_.request.seed, loop_.get_executor());
    if (!made) return made.error();
    connection_ = *std::move(made);
    return {};
  }

  ExitCode start(store::Store& store) {
    auto writer = store.start(header_, loop_.get_executor());
    if (!writer) return fail(writer.error(), console_);
    return go(store, **writer, {});
  }

  /// Errors: of taking the run up, nothing having been done; `usage` where a live process executes it.
  Result<ExitCode> resume(store::Store& store) {
    auto writer = store.resume(header_.id, loop_.get_executor());
    if (!writer) return writer.error();
    auto done = store.finished_units(header_.id);
    if (!done) return fail(done.error(), console_);
    return go(store, **writer, *std::move(done));
  }

 private:
  ExitCode go(store::Store& store, store::RunWriter& writer, std::set<UnitId> done) {
    remove_verdict(out_);
    if (!prepared_.request.quiet) {
      console_.err << fmt::format("run {}: {} samples of {} cases, model {}, {} at a time\n", header_.id,
                                  prepared_.plan.units, prepared_.plan.cases, header_.model,
                                  prepared_.settings.concurrency);
    }
    const auto before = done.size();
    auto source =
        make_source(prepared_.plan, prepared_.settings.candidate, prepared_.settings.selection, std::move(done));
    const ExecuteOptions options{.seed = prepared_.request.seed,
                                 .planned = prepared_.plan.units,
                                 .finished = before,
                                 .progress = !prepared_.request.quiet};
    auto execution = execute(prepared_.settings, connection_, options, *source, writer, loop_, console_);
    if (!execution) {
      (void)writer.close(store::RunStatus::failed, 0, execution.error().message);
      return fail(execution.error(), console_);
    }
    return finish(store, writer, *execution, before);
  }

  ExitCode finish(store::Store& store, store::RunWriter& writer, const Execution& execution, std::uint64_t before) {
    const bool stopped = execution.signal != 0 && before + execution.summary.finished < prepared_.plan.units;
    const auto status = stopped ? store::RunStatus::interrupted : store::RunStatus::finished;
    std::optional<std::string> why;
    if (!stopped && execution.summary.error) why = execution.summary.error->message;
    if (const auto closed = writer.close(status, execution.wall_s, why); !closed) return fail(closed.error(), console_);
    if (execution.summary.stopped == exec::StopReason::store) {
      return fail(execution.summary.error.value_or(Error{ErrorKind::store, "the history cannot be written"}), console_);
    }
    if (stopped) {
      return interrupted(prepared_, header_.id, execution, before + execution.summary.finished, console_);
    }
    auto row = store.find(header_.id, false);
    if (!row) return fail(row.error(), console_);
    const auto verdict = decide_run(store, *row, prepared_.policy);
    if (!verdict) return fail(verdict.error(), console_);
    return end_with_verdict(store, *verdict, {out_, prepared_.request.json, prepared_.request.quiet}, console_);
  }

  Prepared prepared_;
  store::RunHeader header_;
  const Environment& environment_;
  Console& console_;
  std::filesystem::path out_;
  boost::asio::io_context loop_{1};
  Connection connection_;
};

ExitCode run_new(RunRequest request, const Environment& environment, Console& console) {
  Diagnostics diagnostics;
  auto prepared = prepare(std::move(request), environment, diagnostics);
  print(diagnostics, console);
  if (!prepared) return ExitCode::usage;
  const auto file = prepared->request.store;
  auto header = header_of(*prepared);
  Execute execute(*std::move(prepared), std::move(header), environment, console);
  if (const auto connected = execute.connect(); !connected) return fail(connected.error(), console);
  auto store = store::Store::open(file);
  if (!store) return fail(store.error(), console);
  return execute.start(**store);
}

ExitCode decide_again(const store::RunRow& row, const RunRequest& request, Console& console) {
  return gate_again({.run = row.header.id,
                     .gate = std::nullopt,
                     .store = request.store,
                     .out = request.out,
                     .json = request.json,
                     .quiet = request.quiet},
                    console);
}

// Errors: only those of taking the run up; all others are said here.
Result<ExitCode> resume_run(const store::RunRow& row, store::Store& store, const RunRequest& given,
                            const Environment& environment, Console& console) {
  const auto stored = parse_json(row.header.options);
  if (!stored)
    return fail({ErrorKind::store, "the stored options of the run cannot be read", "start a new run", {}}, console);
  auto request = resumed_request(*stored, given);
  if (!request) return fail(request.error(), console);
  request->meta = row.header.meta;
  Diagnostics diagnostics;
  auto prepared = prepare(*std::move(request), environment, diagnostics);
  print(diagnostics, console);
  if (!prepared) return ExitCode::usage;
  auto header = header_of(*prepared);
  if (const auto change = what_changed(row.header, header)) return fail(*change, console);
  header.id = row.header.id;
  header.started = row.header.started;
  header.sealed = row.header.sealed;
  Execute execute(*std::move(prepared), std::move(header), environment, console);
  if (const auto connected = execute.connect(); !connected) return fail(connected.error(), console);
  return execute.resume(store);
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
  auto prepared = prepare(request, environment, diagnostics);
  if (!prepared) {
    print(diagnostics, console);
    return ExitCode::usage;
  }
  const auto header = header_of(*prepared);
  for (const auto& row : *rows) {
    if (row.status == store::RunStatus::finished || row.header.options != header.options) continue;
    if (what_changed(row.header, header)) continue;
    const auto ended = resume_run(row, **store, request, environment, console);
    if (ended) return *ended;
    if (ended.error().kind != ErrorKind::usage) return fail(ended.error(), console);
  }
  return run_new(std::move(request), environment, console);
}

}  // namespace

void remove_verdict(const std::filesystem::path& folder) {
  std::error_code ignored;
  std::filesystem::remove(folder / "verdict.json", ignored);
}

std::filesystem::path out_folder(const std::optional<std::filesystem::path>& named, const std::string& run) {
  return named.value_or(std::filesystem::path(".assay/runs") / run);
}

ExitCode run(RunRequest request, const Environment& environment, Console& console) {
  if (request.out) remove_verdict(*request.out);
  if (!request.resume) return run_new(std::move(request), environment, console);
  if (*request.resume == "auto") return resume_auto(std::move(request), environment, console);
  auto store = store::Store::open_existing(request.store);
  if (!store) return fail(store.error(), console);
  auto row = (*store)->find(*request.resume, true);
  if (!row) row = (*store)->find(*request.resume, false);
  if (!row) return fail(row.error(), console);
  if (row->status == store::RunStatus::finished) return decide_again(*row, request, console);
  const auto ended = resume_run(*row, **store, request, environment, console);
  return ended ? *ended : fail(ended.error(), console);
}

}  // namespace assay::app
