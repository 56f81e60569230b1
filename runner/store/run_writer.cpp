#include "runner/store/run_writer.hpp"

#include "runner/store/write_queue.hpp"

#include <thread>

namespace assay::store {
namespace {

/// Numbers the distinct checks of a run's suites.
class CheckTable {
 public:
  CheckTable(std::size_t suites, const std::vector<CheckKind>& known) : suites_(suites) {
    for (const CheckKind& kind : known) {
      if (kind.suite < suites_.size()) suites_[kind.suite].kinds.push_back(kind);
    }
  }

  /// The check's number; a new one is added to `fresh`. Cases of a suite mostly have the same checks in the same
  /// places, so that the one found last at this place is tried first.
  std::uint32_t number(std::uint32_t suite, std::size_t place, const CompiledCheck& check,
                       std::vector<CheckKind>& fresh) {
    Suite& in = suites_[suite];
    if (in.last.size() <= place) in.last.resize(place + 1, 0);
    std::uint32_t& last = in.last[place];
    if (last < in.kinds.size() && same(in.kinds[last], check)) return last;
    for (last = 0; last < in.kinds.size(); ++last) {
      if (same(in.kinds[last], check)) return last;
    }
    in.kinds.push_back({suite, last, check.name, check.metric, check.required, check.unit, check.better, check.weight});
    fresh.push_back(in.kinds.back());
    return last;
  }

 private:
  struct Suite {
    std::vector<CheckKind> kinds;
    std::vector<std::uint32_t> last;
  };
  static bool same(const CheckKind& kind, const CompiledCheck& check) {
    return kind.metric == check.metric && kind.name == check.name && kind.required == check.required &&
           kind.unit == check.unit && kind.better == check.better && kind.weight == check.weight;
  }
  std::vector<Suite> suites_;
};

class Writer final : public RunWriter {
 public:
  Writer(Database database, RunLock lock, WriterOptions options, boost::asio::any_io_executor loop)
      : database_(std::move(database)),
        lock_(std::move(lock)),
        run_(options.run),
        prices_(std::move(options.prices)),
        checks_(options.suites, options.known.kinds),
        cases_(std::move(options.known.cases)),
        open_(std::move(options.known.open)),
        limits_(options.known.limits),
        queue_(std::make_shared<WriteQueue>(std::move(loop), options.backlog)) {
    cases_.resize(options.suites);
  }

  ~Writer() override { join(); }

  Result<void> start() {
    auto batches = BatchWriter::make(database_, run_, prices_);
    if (!batches) return batches.error();
    thread_ = std::thread([this, writer = std::move(*batches)]() mutable { work(writer); });
    return {};
  }

  const Step* find(const UnitId& unit, std::string_view call) const override { return open_.find(unit, call); }

  void append(const UnitId& unit, const PlannedCase& kase, const Step& step) override {
    if (unit.suite >= cases_.size()) return unknown_suite(unit);
    const OpenSteps::Place place = open_.place(unit, step.name);
    const bool fresh = first_sight(unit);
    queue_->add([&](Batch& batch) {
      if (fresh) add_case(batch, unit, kase);
      add_step(batch, unit, place.seq, place.replaces, step);
    });
  }

  void finish(const Sample& sample) override {
    const UnitId& unit = sample.unit;
    if (unit.suite >= cases_.size()) return unknown_suite(unit);
    open_.close(unit);
    const bool fresh = first_sight(unit);
    const auto& checks = sample.kase->checks;
    const std::size_t scores = std::min(sample.scores.size(), checks.size());
    queue_->add([&](Batch& batch) {
      if (fresh) add_case(batch, unit, *sample.kase);
      add_sample(batch, sample, prices_.target);
      for (std::size_t place = 0; place < scores; ++place) {
        add_score(batch, checks_.number(unit.suite, place, *checks[place], batch.kinds), sample.scores[place]);
      }
    });
  }

  void limited(const LimitRow& change) override {
    queue_->add([&](Batch& batch) { add_limit(batch, limits_++, change); });
  }

  boost::asio::awaitable<Result<void>> room() override { return queue_->room(); }

  Result<void> flush() override { return queue_->drain(); }

  Result<void> close(const Ending& ending) override {
    auto drained = queue_->drain();
    join();
    if (!drained) {
      lock_.release();
      return drained;
    }
    auto done = end_run(ending);
    lock_.release();
    return done;
  }

 private:
  bool first_sight(const UnitId& unit) {
    std::vector<bool>& seen = cases_[unit.suite];
    if (seen.size() <= unit.ordinal) seen.resize(std::max<std::size_t>(unit.ordinal + 1, seen.size() * 2));
    const bool fresh = !seen[unit.ordinal];
    seen[unit.ordinal] = true;
    return fresh;
  }

  void unknown_suite(const UnitId& unit) {
    queue_->fail({ErrorKind::internal, "a sample of suite number " + std::to_string(unit.suite) +
                                           " was given to a run that has fewer suites"});
  }

  void work(BatchWriter& writer) {
    Batch batch;
    while (queue_->take(batch)) {
      auto done = writer.write(batch);
      if (!done) return queue_->fail(done.error());
      queue_->written(batch.bytes);
    }
  }

  void join() {
    queue_->end();
    if (thread_.joinable()) thread_.join();
  }

  // The log is one file, synced in order: with this row everything before it is safe from a power cut.
  Result<void> end_run(const Ending& ending) {
    auto full = database_.execute("PRAGMA synchronous=FULL");
    if (!full) return full;
    auto transaction = Transaction::begin(database_);
    if (!transaction) return transaction.error();
    auto update = database_.prepare(
        "UPDATE run SET status=?2, ended=?3, wall_s=wall_s+?4, stopped=?5, spent=?6, "
        "finished=(SELECT count(*) FROM sample WHERE run=?1 AND outcome<>?7), "
        "load=CAST(round((load*wall_s+?8*?4)/max(wall_s+?4, 1e-9)) AS INTEGER), "
        "warmup_calls=warmup_calls+?9, warmup_attempts=warmup_attempts+?10, "
        "warmup_input_tokens=warmup_input_tokens+?11, warmup_output_tokens=warmup_output_tokens+?12, "
        "warmup_usd=warmup_usd+?13, stop_look=?14, stop_round=?15, stop_fraction=?16, stop_saved=?17 WHERE id=?1");
    if (!update) return update.error();
    const WarmUpTotals& warmup = ending.warmup;
    const auto& stop = ending.stop;
    auto done =
        update
            ->with(run_, name(ending.status), wall_now().unix_ms, ending.wall_s, view(ending.stopped),
                   view(ending.spent), static_cast<int>(OutcomeKind::skipped), ending.load, warmup.calls,
                   warmup.attempts, warmup.input_tokens, warmup.output_tokens, warmup.usd)
            .also(stop ? std::optional(stop->look) : std::nullopt, stop ? std::optional(stop->round) : std::nullopt,
                  stop ? std::optional(stop->fraction) : std::nullopt, stop ? std::optional(stop->saved) : std::nullopt)
            .run();
    if (!done) return done;
    return transaction->commit();
  }

  static std::optional<std::string_view> view(const std::optional<std::string>& text) {
    return text ? std::optional<std::string_view>(*text) : std::nullopt;
  }

  Database database_;
  RunLock lock_;
  const std::int64_t run_;
  const Prices prices_;
  CheckTable checks_;
  std::vector<std::vector<bool>> cases_;
  OpenSteps open_;
  std::uint64_t limits_;
  std::shared_ptr<WriteQueue> queue_;
  std::thread thread_;
};

}  // namespace

Result<std::unique_ptr<RunWriter>> make_run_writer(Database database, RunLock lock, WriterOptions options,
                                                   boost::asio::any_io_executor loop) {
  auto writer = std::make_unique<Writer>(std::move(database), std::move(lock), std::move(options), std::move(loop));
  auto started = writer->start();
  if (!started) return started.error();
  return std::unique_ptr<RunWriter>(std::move(writer));
}

}  // namespace assay::store
