#include "runner/app/perform.hpp"

#include "runner/app/decide.hpp"
#include "runner/app/descriptors.hpp"
#include "runner/app/policy.hpp"
#include "runner/app/record.hpp"
#include "runner/app/run.hpp"
#include "runner/app/source.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <iterator>

namespace assay::app {

namespace {

std::string resume_command(const Prepared& prepared, const std::string& run) {
  const auto& store = prepared.request.store;
  return fmt::format("assay run --resume {}{}", run,
                     store == RunRequest{}.store ? "" : fmt::format(" --store '{}'", store.string()));
}

// What was spent counts when a run goes on, so the same budget would end it at once; time starts anew.
std::string_view raised_budget(std::string_view spent) {
  if (spent.starts_with("max-cost:")) return " --max-cost MORE";
  return spent.starts_with("max-tokens:") ? " --max-tokens MORE" : "";
}

std::string in_flight_text(const Settings& settings) {
  const auto& limits = settings.target.limits;
  if (limits.concurrency) return fmt::format("{} at a time", *limits.concurrency);
  if (!settings.held_for_latency) return "as many at a time as the endpoint bears";
  return fmt::format("at most {} at a time, as a gate reads a latency metric", limits.most);
}

struct Guess {
  double usd = 0;
  double tokens = 0;
};

// Of answers that the endpoint did not count nobody knows the cost. A budget errs on the careful side: half a thousand
// tokens each, which the estimates of the earlier process will mostly have been below.
Guess guess_of(const CostTotals& spent, const std::optional<Price>& price) {
  constexpr double kTokens = 256;  // in, and out
  const auto answers = static_cast<double>(spent.uncounted);
  Guess guess{.tokens = answers * 2 * kTokens};
  if (price) guess.usd = answers * kTokens * (price->input_per_mtok + price->output_per_mtok) * 1e-6;
  return guess;
}

// Why a run ended before its plan was done; nothing if it did not, or if a signal ended it.
std::optional<Error> early_end(const exec::RunSummary& summary) {
  if (summary.misses == 0) return summary.error;
  Error error = *summary.missed;
  if (summary.misses > 1) {
    error.message = fmt::format("{} calls cannot be replayed; the first: {}", summary.misses, std::move(error.message));
  }
  return error;
}

std::string looks_text(const gate::Sampling& sampling) {
  std::string text;
  for (const double look : sampling.looks) {
    text += fmt::format("{}{:g}", text.empty() ? "" : ", ", look * 100);
  }
  text = fmt::format("after {} % of the cases", text);
  if (!sampling.repeat) return text;
  return text + fmt::format(", and up to {} rounds of flaky ones", sampling.repeat->max_rounds);
}

// What cannot be written is said before the first call is paid.
Result<void> may_record(const Settings& settings) {
  const auto file = settings.record ? settings.record : settings.cassette;
  if (!file) return {};
  const auto recorder = cassette::Recorder::create(*file);
  return recorder ? Result<void>() : recorder.error();
}

store::WarmUpTotals totals_of(const exec::WarmUp& warmup) {
  return {warmup.calls, warmup.attempts, warmup.input_tokens, warmup.output_tokens, warmup.usd};
}

store::Ending ending_of(const Execution& execution, std::size_t side, std::size_t sides, bool whole) {
  store::Ending ending;
  const auto& summary = execution.summary;
  ending.wall_s = execution.wall_s;
  ending.load = static_cast<std::uint32_t>(summary.mean_in_flight / static_cast<double>(sides) + 0.5);
  if (side < summary.warmup.size()) ending.warmup = totals_of(summary.warmup[side]);
  const auto early = early_end(summary);
  if (execution.signal != 0 && !whole) {
    ending.status = store::RunStatus::interrupted;
  } else if (early && (!whole || summary.misses > 0)) {
    ending.status = store::RunStatus::failed;
    (early->kind == ErrorKind::budget ? ending.spent : ending.stopped) = early->message;
  }
  return ending;
}

}  // namespace

Performance::Performance(std::vector<Part> parts, const Environment& environment, Console& console)
    : environment_(environment),
      console_(console),
      out_(out_folder(parts.front().prepared.request.out, parts.front().header.id)) {
  for (auto& part : parts) sides_.emplace_back().part = std::move(part);
}

Result<void> Performance::connect() {
  fit_to_system();
  if (const auto opened = open_cassette(); !opened) return opened.error();
  if (const auto may = may_record(candidate().settings); !may) return may.error();
  for (auto& side : sides_) {
    if (const auto made = connect_side(side); !made) return made.error();
  }
  return connect_judges();
}

// A limit that the system cannot serve is lowered, and said, before it is hit.
void Performance::fit_to_system() {
  const auto files = raise_descriptor_limit();
  const auto& prepared = candidate();
  auto ends = static_cast<std::uint32_t>(prepared.plan.programs.size()) * kFilesOfProgram;
  for (const auto& judge : prepared.settings.judges) ends += files_of_call(judge);
  for (const auto& side : sides_) ends += files_of_call(side.part.prepared.settings.target);
  const auto most = std::max(1U, connections_within(files) / ends);
  for (auto& judge : sides_.front().part.prepared.settings.judges) hold_at(most, judge.limits);
  for (auto& side : sides_) {
    auto& target = side.part.prepared.settings.target;
    target.limits.most = std::min(target.limits.most, most);
    if (!target.limits.concurrency || *target.limits.concurrency <= most) continue;
    console_.err << fmt::format(
        "note: the system lets this process open {} files, so {} gets {} calls in flight instead of {} (ulimit -n)\n",
        files, target.name, most, *target.limits.concurrency);
    target.limits.concurrency = most;
    side.part.header.concurrency = most;
  }
}

Result<void> Performance::open_cassette() {
  const auto& settings = candidate().settings;
  const auto file = settings.replay ? settings.replay : settings.cassette;
  if (!file || (settings.cassette && !holds_anything(*file))) return {};
  auto opened = cassette::Cassette::open(*file);
  if (!opened) return opened.error();
  cassette_ = *std::move(opened);
  return {};
}

Result<void> Performance::connect_side(Side& side) {
  const auto& prepared = side.part.prepared;
  const auto& settings = prepared.settings;
  const auto& target = settings.target;
  side.recall = std::move(side.part.answers);
  if (side.recall) return {};
  if (cassette_) {
    side.recall = cassette_->recall(peer_of(target.api, target.shown_url, target.model), suite_ids(prepared.plan),
                                    settings.replay ? cassette::Missing::is_an_error : cassette::Missing::is_sent);
  }
  if (settings.replay) return {};
  auto made = app::connect(target, wiring_of(prepared), target.limits.concurrency.value_or(target.limits.most));
  if (!made) return made.error();
  side.connection = *std::move(made);
  return {};
}

// The sides' suites and configuration are one, and so are those whom their checks ask.
Result<void> Performance::connect_judges() {
  auto asked = connect_asked(candidate().plan, wiring_of(candidate()), cassette_.get());
  if (!asked) return asked.error();
  asked_ = *std::move(asked);
  return {};
}

Wiring Performance::wiring_of(const Prepared& prepared) {
  auto note = [this, quiet = prepared.request.quiet](std::string_view learned) {
    if (!quiet) console_.err << fmt::format("note: {}\n", learned);
  };
  return {prepared.settings, environment_, prepared.request.seed, loop_.get_executor(), std::move(note)};
}

Result<ExitCode> Performance::run(store::Store& store) {
  for (auto& side : sides_) {
    if (const auto begun = begin(side, store); !begun) return begun.error();
  }
  return perform(store);
}

Result<void> Performance::begin(Side& side, store::Store& store) {
  const auto& header = side.part.header;
  auto writer =
      side.part.taken_up ? store.resume(header.id, loop_.get_executor()) : store.start(header, loop_.get_executor());
  if (!writer) return writer.error();
  side.writer = *std::move(writer);
  if (!side.part.taken_up) return {};
  auto done = store.finished_units(header.id);
  if (!done) return done.error();
  side.done = *std::move(done);
  return {};
}

std::uint64_t Performance::planned() const {
  std::uint64_t sum = 0;
  for (const auto& side : sides_) sum += side.part.prepared.plan.units;
  return sum;
}

void Performance::announce() const {
  const auto& prepared = candidate();
  if (prepared.request.quiet) return;
  const auto& header = sides_.front().part.header;
  const auto shard = header.shard ? fmt::format(" (shard {} of {})", header.shard->index, header.shard->count) : "";
  const auto how = prepared.settings.replay ? std::string("replayed") : in_flight_text(prepared.settings);
  console_.err << fmt::format("run {}{}: {} samples of {} cases, model {}, {}\n", header.id, shard, prepared.plan.units,
                              prepared.plan.cases, header.model, how);
  if (const auto& sampling = prepared.policy.sampling) {
    console_.err << fmt::format("looks: {}; the run ends at the first one that decides every blocking gate\n",
                                looks_text(*sampling));
  }
  if (prepared.settings.warmup > 0) {
    console_.err << fmt::format("warm-up first: {} calls to each target, one after the other\n",
                                prepared.settings.warmup);
  }
  for (std::size_t i = 1; i < sides_.size(); ++i) {
    const auto& beside = sides_[i].part.header;
    console_.err << fmt::format("run {}: the baseline {} beside it, model {}\n", beside.id, beside.target,
                                beside.model);
  }
}

Result<ExitCode> Performance::perform(store::Store& store) {
  if (const auto removed = remove_verdict(out_); !removed) return removed.error();
  announce();
  const auto& settings = candidate().settings;
  ExecuteOptions options{.seed = candidate().request.seed.value_or(0),
                         .planned = planned(),
                         .progress = !candidate().request.quiet,
                         .budget = settings.budget,
                         .max_time = settings.max_time};
  std::vector<ExecuteSide> executed;
  for (std::uint32_t i = 0; auto& side : sides_) {
    const auto& prepared = side.part.prepared;
    const auto& candidate = prepared.settings.candidate;
    const auto& selection = prepared.settings.selection;
    const auto spent = store.cost(side.part.header.id);
    if (!spent) return fail(spent.error(), console_);
    const auto guessed = guess_of(*spent, prepared.settings.target.price);
    options.spent_usd += spent->least_usd + guessed.usd;
    options.spent_tokens += static_cast<double>(spent->input_tokens + spent->output_tokens) + guessed.tokens;
    options.finished += side.done.size();
    if (settings.warmup > 0 && side.done.size() < prepared.plan.units) {
      auto units = warmup_units(prepared.plan, candidate, selection, settings.warmup, i);
      if (!units) return fail(units.error(), console_);
      std::move(units->begin(), units->end(), std::back_inserter(options.warmup));
    }
    executed.push_back({&prepared.settings.target, &side.connection, side.writer.get(), side.recall.get()});
    ++i;
  }
  const auto before = options.finished;
  const auto source = make_units(store);
  if (looks_ != nullptr) options.standing = [this] { return looks_->standing(); };
  auto execution = execute(executed, asked_, std::move(options), *source, loop_, console_);
  if (execution) return conclude(store, *execution, before);
  for (auto& side : sides_) {
    (void)side.writer->close({.status = store::RunStatus::failed, .stopped = execution.error().message});
  }
  return fail(execution.error(), console_);
}

std::unique_ptr<exec::UnitSource> Performance::make_units(store::Store& store) {
  if (candidate().policy.sampling || sides_.front().part.answers_stop) {
    std::vector<LookSide> sides;
    for (auto& side : sides_) {
      sides.push_back({&side.part.prepared, &side.part.header, side.writer.get(), std::move(side.done)});
    }
    const auto& of_answers = sides_.front().part.answers_stop;
    auto looks = of_answers ? std::make_unique<LookSource>(store, std::move(sides), *of_answers)
                            : std::make_unique<LookSource>(store, std::move(sides));
    looks_ = looks.get();
    return looks;
  }
  std::vector<std::unique_ptr<exec::UnitSource>> sources;
  for (auto& side : sides_) {
    const auto& settings = side.part.prepared.settings;
    sources.push_back(
        make_source(side.part.prepared.plan, settings.candidate, settings.selection, std::move(side.done)));
  }
  return sources.size() == 1 ? std::move(sources[0]) : make_pair_source(std::move(sources[0]), std::move(sources[1]));
}

// A budget may end a run with the last sample before a look, a signal too: then the look is taken all the same.
Result<void> Performance::look_a_last_time(const exec::RunSummary& summary) {
  if (looks_ == nullptr || looks_->ended() || !looks_->stage_is_out()) return {};
  if (summary.finished < looks_->handed_out() || summary.stopped == exec::StopReason::store) return {};
  const auto more = looks_->more();
  return more ? Result<void>() : more.error();
}

ExitCode Performance::conclude(store::Store& store, const Execution& execution, std::uint64_t before) {
  const auto finished = before + execution.summary.finished;
  if (const auto looked = look_a_last_time(execution.summary); !looked) return fail(looked.error(), console_);
  const bool whole = looks_ != nullptr ? looks_->ended() : finished >= planned();
  // The candidate's last: where it is closed, the pair is.
  for (std::size_t i = sides_.size(); i-- > 0;) {
    auto ending = ending_of(execution, i, sides_.size(), whole);
    if (looks_ != nullptr) ending.stop = looks_->stop(i);
    const auto closed = sides_[i].writer->close(ending);
    if (!closed) return fail(closed.error(), console_);
  }
  if (execution.summary.stopped == exec::StopReason::store) {
    return fail(execution.summary.error.value_or(Error{ErrorKind::store, "the history cannot be written"}), console_);
  }
  const auto& id = sides_.front().part.header.id;
  if (execution.signal != 0 && !whole) {
    console_.err << fmt::format("stopped by {}: {} of {} samples are stored in run {}\n",
                                execution.signal == SIGTERM ? "SIGTERM" : "SIGINT", finished, planned(), id);
    console_.err << fmt::format("go on with: {}\n", resume_command(candidate(), id));
    return execution.signal == SIGTERM ? ExitCode::terminated : ExitCode::interrupted;
  }
  if (execution.summary.misses > 0 && !candidate().request.quiet) (void)fail(*execution.summary.missed, console_);
  return decide(store);
}

ExitCode Performance::decide(store::Store& store) {
  const auto& settings = candidate().settings;
  std::vector<store::RunHeader> headers;
  for (const auto& side : sides_) headers.push_back(side.part.header);
  if (const auto file = settings.record ? settings.record : settings.cassette) {
    const auto written = record(store, headers, *file, settings.cassette.has_value());
    if (!written) return fail(written.error(), console_);
  }
  const auto& request = candidate().request;
  if (headers.front().shard) return shard_stored(store, headers.front().id, request, console_);
  for (std::size_t i = sides_.size(); i-- > 0;) {
    auto row = store.find(headers[i].id, false);
    if (!row) return fail(row.error(), console_);
    const auto& policy = sides_[i].part.prepared.policy;
    if (i > 0 && !alone(policy, ids_of(row->header))) continue;  // its policy has comparisons only
    const auto verdict = decide_run(store, *row, policy);
    if (!verdict) return fail(verdict.error(), console_);
    if (i == 0 && row->status == store::RunStatus::failed && !request.quiet) {
      console_.err << fmt::format("go on with: {}{}\n", resume_command(candidate(), headers.front().id),
                                  raised_budget(row->spent.value_or("")));
    }
    if (i == 0) {
      const Ending ending{out_, request.json, request.quiet, request.reports, request.store};
      return end_with_verdict(store, row->header, *verdict, ending, console_);
    }
    if (!request.quiet) {
      console_.err << fmt::format("baseline {}: run {}, {} by the same policy\n", row->header.target, row->header.id,
                                  name(verdict->kind));
    }
  }
  return ExitCode::error;  // not reached: there is a candidate
}

}  // namespace assay::app
