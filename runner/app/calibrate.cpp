#include "runner/app/calibrate.hpp"

#include "runner/app/calibration.hpp"
#include "runner/app/descriptors.hpp"
#include "runner/app/execute.hpp"
#include "runner/app/prepare.hpp"
#include "runner/app/record.hpp"
#include "runner/app/target.hpp"
#include "runner/app/worth.hpp"
#include "version.hpp"

#include <assay/cassette/cassette.hpp>
#include <assay/reports/trust.hpp>
#include <assay/text/file.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <csignal>

namespace assay::app {

namespace {

constexpr std::size_t kLongestLabels = 1u << 30;

/// Everything that is known before the first call.
struct Calibration {
  Settings settings;
  Plan plan;
  std::vector<LabelledAnswer> answers;
  std::vector<CalibrationItem> items;
  store::RunHeader header;
  std::uint64_t units = 0;
};

std::optional<Settings> settings_of(const CalibrateRequest& request, const Environment& environment,
                                    Diagnostics& diagnostics) {
  const auto config = find_config(request.config, diagnostics);
  if (!config) {
    if (diagnostics.ok()) {
      diagnostics.error({}, "no judge is configured",
                        "make an assay.yaml with `judges:`, or name one with --config FILE", ErrorKind::usage);
    }
    return std::nullopt;
  }
  Settings settings;
  settings.judges = config->judges;
  settings.redact = config->redact;
  settings.record = request.record;
  settings.replay = request.replay;
  settings.cassette = request.cassette;
  settings.budget.usd = request.max_cost;
  settings.max_time = request.max_time;
  settings.candidate.known = false;
  settings.candidate.judges = judge_refs(settings.judges, environment);
  // The answers are given: nobody is asked for them, and they cost nothing.
  settings.target.name = "labels";
  settings.target.model = "labels";
  settings.target.limits.concurrency = 1;
  return settings;
}

// What a resumed calibration must agree in.
Result<Json> options_of(const CalibrateRequest& request) {
  const auto labels = text::read_bytes(request.labels, kLongestLabels);
  if (!labels) return labels.error();
  return Json{{"calibrate", std::filesystem::absolute(request.suite).lexically_normal().string()},
              {"labels", to_string(sha256(*labels))},
              {"check", request.check ? Json(*request.check) : Json()},
              {"limit", request.limit ? Json(*request.limit) : Json()},
              {"repeats", request.repeats},
              {"injection", request.injection}};
}

store::RunHeader header_of(const Calibration& calibration, const CalibrateRequest& request, const Json& options) {
  const auto& planned = calibration.plan.suites.front();
  store::RunHeader header;
  header.started = wall_now();
  header.id = new_run_id(header.started);
  header.sealed = header.started;
  header.target = calibration.settings.target.name;
  header.model = calibration.settings.target.model;
  header.seed = request.seed;
  header.kind = store::RunKind::calibration;
  header.judges = stored_judges(calibration.settings);
  header.policy = "{}";
  header.options = dump_json(options);
  header.version = std::string(kVersion);
  header.suites.push_back(stored_suite(planned));
  header.suites.front().planned = calibration.units;
  header.suites.front().whole = calibration.units;
  return header;
}

std::optional<Calibration> prepare_calibration(const CalibrateRequest& request, const Environment& environment,
                                               store::Store* history, Diagnostics& diagnostics) {
  auto settings = settings_of(request, environment, diagnostics);
  if (!settings) return std::nullopt;
  Calibration all{.settings = *std::move(settings)};
  auto plan = make_plan({request.suite}, all.settings.candidate, {}, diagnostics);
  if (!plan) return std::nullopt;
  all.plan = *std::move(plan);
  if (all.plan.judges.empty()) {
    diagnostics.error(all.plan.suites.front().suite.at, "no check of this suite asks a judge",
                      "calibrate a suite with a check such as `rubric`");
    return std::nullopt;
  }
  expand_judges(all.settings, all.plan.judges, environment, diagnostics);
  if (request.max_cost) refuse_free_judges(all.settings, diagnostics);
  const auto labels = read_labels(request.labels, "", wall_now(), diagnostics);
  const auto options = options_of(request);
  if (!options) diagnostics.error(options.error());
  if (!diagnostics.ok()) return std::nullopt;
  all.answers = group(labels);
  const CalibrationScope scope{request.check, request.limit, request.repeats, request.injection};
  all.items = make_items(all.plan, all.settings.candidate, all.answers, scope, history, diagnostics);
  if (diagnostics.ok() && all.items.empty()) {
    diagnostics.error({}, "no label is for a check that asks a judge", "name the check's metric in `check`",
                      ErrorKind::selection);
  }
  if (!diagnostics.ok()) return std::nullopt;
  for (const auto& item : all.items) all.units += item.attack ? 1 : request.repeats;
  all.header = header_of(all, request, *options);
  return all;
}

Result<std::unique_ptr<cassette::Cassette>> open_cassette(const Settings& settings) {
  const auto file = settings.replay ? settings.replay : settings.cassette;
  if (!file || (settings.cassette && !holds_anything(*file))) return std::unique_ptr<cassette::Cassette>();
  return cassette::Cassette::open(*file);
}

// The stored calibration to go on with: it must be what would start now.
Result<void> take_up(Calibration& calibration, const std::string& run, store::Store& store) {
  auto row = store.find(run, true);
  if (!row) return row.error();
  if (row->header.kind == store::RunKind::calibration && row->status == store::RunStatus::finished) {
    return Error{ErrorKind::usage,
                 fmt::format("calibration {} is finished", row->header.id),
                 "what it measured is read when a run is decided; to measure again, leave out --resume",
                 {}};
  }
  if (row->header.options != calibration.header.options ||
      row->header.suites.front().digest != calibration.header.suites.front().digest ||
      changed_judge(row->header, calibration.header)) {
    return Error{ErrorKind::usage,
                 fmt::format("calibration {} cannot be resumed: suite, judges, labels or options changed", run),
                 "start a new one: what a cassette holds is not asked again",
                 {}};
  }
  calibration.header.id = row->header.id;
  calibration.header.started = row->header.started;
  return {};
}

/// One calibration from its first call to what was measured.
class CalibrationRun {
 public:
  CalibrationRun(Calibration calibration, const CalibrateRequest& request, const Environment& environment,
                 Console& console)
      : all_(std::move(calibration)), request_(request), environment_(environment), console_(console) {}

  Result<void> connect() {
    const auto files = raise_descriptor_limit();
    auto& judges = all_.settings.judges;
    auto ends = static_cast<std::uint32_t>(all_.plan.programs.size()) * kFilesOfProgram;
    for (const auto& judge : judges) ends += files_of_call(judge);
    const auto most = connections_within(files) / std::max(1U, ends);
    for (auto& judge : judges) hold_at(std::max(1U, most), judge.limits);
    auto cassette = open_cassette(all_.settings);
    if (!cassette) return cassette.error();
    cassette_ = *std::move(cassette);
    auto asked = connect_asked(all_.plan, {all_.settings, environment_, request_.seed, loop_.get_executor(), {}},
                               cassette_.get());
    if (!asked) return asked.error();
    asked_ = *std::move(asked);
    return {};
  }

  ExitCode run(store::Store& store) {
    if (request_.resume) {
      if (const auto taken = take_up(all_, *request_.resume, store); !taken) return fail(taken.error(), console_);
    }
    auto writer = request_.resume ? store.resume(all_.header.id, loop_.get_executor())
                                  : store.start(all_.header, loop_.get_executor());
    if (!writer) return fail(writer.error(), console_);
    auto done =
        request_.resume ? store.finished_units(all_.header.id) : Result<std::vector<UnitId>>(std::vector<UnitId>());
    if (!done) return fail(done.error(), console_);
    announce();
    const auto execution = perform(store, **writer, *std::move(done));
    if (!execution) return fail(execution.error(), console_);
    return conclude(store, **writer, *execution);
  }

 private:
  void announce() const {
    if (request_.quiet) return;
    console_.err << fmt::format("calibration {}: {} answers to judge, {} of them with planted verdicts\n",
                                all_.header.id, all_.units,
                                std::count_if(all_.items.begin(), all_.items.end(),
                                              [](const CalibrationItem& item) { return item.attack.has_value(); }));
  }

  Result<Execution> perform(store::Store& store, store::RunWriter& writer, std::vector<UnitId> done) {
    const auto finished = done.size();
    const auto spent = store.cost(all_.header.id);  // by the process before, where it goes on
    if (!spent) return spent.error();
    const auto source = make_item_source(all_.items, request_.repeats, std::move(done));
    const auto answers = make_item_recall(all_.items);
    const Connection nobody;
    const ExecuteSide side{&all_.settings.target, &nobody, &writer, answers.get()};
    return execute({&side, 1}, asked_,
                   {.seed = request_.seed,
                    .planned = all_.units,
                    .finished = finished,
                    .progress = !request_.quiet,
                    .budget = all_.settings.budget,
                    .spent_usd = spent->least_usd,
                    .max_time = all_.settings.max_time},
                   *source, loop_, console_);
  }

  ExitCode conclude(store::Store& store, store::RunWriter& writer, const Execution& execution) {
    const auto& summary = execution.summary;
    const bool stopped = execution.signal != 0 && summary.stopped == exec::StopReason::signal;
    const auto error = summary.misses > 0 ? summary.missed : summary.error;
    store::Ending ending{.wall_s = execution.wall_s};
    if (stopped) ending.status = store::RunStatus::interrupted;
    if (!stopped && error) {
      ending.status = store::RunStatus::failed;
      ending.stopped = error->message;
    }
    if (const auto closed = writer.close(ending); !closed) return fail(closed.error(), console_);
    if (const auto recorded = record_calls(store); !recorded) return fail(recorded.error(), console_);
    if (stopped || error) {
      console_.err << fmt::format("go on with: assay calibrate {} --labels {} --resume {}\n", request_.suite,
                                  request_.labels.string(), all_.header.id);
    }
    if (stopped) return execution.signal == SIGTERM ? ExitCode::terminated : ExitCode::interrupted;
    if (error) return fail(*error, console_);
    return report(store);
  }

  Result<void> record_calls(store::Store& store) const {
    const auto file = all_.settings.record ? all_.settings.record : all_.settings.cassette;
    if (!file) return {};
    return record(store, {&all_.header, 1}, *file, all_.settings.cassette.has_value());
  }

  ExitCode report(store::Store& store) {
    const auto views = measure_worth(store, all_.header, all_.items, all_.answers);
    if (!views) return fail(views.error(), console_);
    for (const auto& view : *views) {
      if (const auto added = store.add_trust(view.trust); !added) return fail(added.error(), console_);
    }
    if (request_.json) {
      auto list = OrderedJson::array();
      for (const auto& view : *views) list.push_back(reports::trust_json(view));
      console_.out << indented_json(list);
    } else {
      console_.out << reports::trust_report(*views, {.color = console_.out_color, .width = console_.width});
    }
    return ExitCode::pass;
  }

  Calibration all_;
  const CalibrateRequest& request_;
  const Environment& environment_;
  Console& console_;
  std::unique_ptr<cassette::Cassette> cassette_;
  boost::asio::io_context loop_{1};
  std::deque<Asked> asked_;
};

}  // namespace

Error measured_a_judge(const store::RunRow& row) {
  const auto& id = row.header.id;
  return {ErrorKind::usage,
          fmt::format("run {} measured a judge: it has no answers of a target, and decides nothing", id),
          row.status == store::RunStatus::finished
              ? "name a run of `assay history`"
              : fmt::format("go on with it: assay calibrate SUITE --labels FILE --resume {}", id),
          {}};
}

ExitCode calibrate(const CalibrateRequest& request, const Environment& environment, Console& console) {
  Diagnostics diagnostics;
  auto history = store::Store::open_existing(request.store);  // answers that labels name by run
  auto prepared = prepare_calibration(request, environment, history ? history->get() : nullptr, diagnostics);
  print(diagnostics, console);
  if (!prepared) return ExitCode::usage;
  CalibrationRun run(*std::move(prepared), request, environment, console);
  if (const auto connected = run.connect(); !connected) return fail(connected.error(), console);
  auto store = store::Store::open(request.store);
  if (!store) return fail(store.error(), console);
  return run.run(**store);
}

}  // namespace assay::app
