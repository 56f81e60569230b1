#include "runner/store/run_writer.hpp"

#include "runner/store/codec.hpp"
#include "runner/store/write_queue.hpp"

#include <map>
#include <thread>

namespace assay::store {
namespace {

std::size_t size_of(const Message& message) {
  std::size_t bytes = sizeof(Message);
  for (const Part& part : message.parts) {
    bytes += sizeof(Part);
    if (const auto* text = std::get_if<Text>(&part)) bytes += text->text.size();
    if (const auto* refusal = std::get_if<Refusal>(&part)) bytes += refusal->text.size();
    if (const auto* use = std::get_if<ToolUse>(&part)) bytes += use->arguments.size();
  }
  return bytes;
}

// Estimates: what matters is that they grow with what fills the memory.
std::size_t size_of(const StepItem& item) {
  std::size_t bytes = sizeof(StepItem) + item.step.attempts.size() * sizeof(Attempt);
  if (const auto* response = std::get_if<Response>(&item.step.result)) {
    bytes += response->raw.size() + size_of(response->message) + response->timings.gaps.size() * sizeof(Duration);
  }
  return bytes;
}

std::size_t size_of(const CaseItem& item) {
  return sizeof(CaseItem) + item.vars.size() + item.messages.size() + item.tags.size() + item.digest.size();
}

std::size_t size_of(const SampleItem& item) {
  std::size_t bytes = sizeof(SampleItem);
  for (const ScoreItem& score : item.scores) bytes += sizeof(ScoreItem) + score.score.why.size();
  return bytes;
}

CaseItem case_item(const UnitId& unit, const PlannedCase& kase) {
  return {unit,
          kase.row,
          kase.id,
          kase.digest,
          kase.cluster,
          encode_tags(kase.tags),
          kase.vars.is_null() ? "{}" : dump_json(kase.vars),
          encode_messages(kase.messages)};
}

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
    in.kinds.push_back({suite, last, check.name, check.metric, check.required, check.unit, check.better});
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
           kind.unit == check.unit && kind.better == check.better;
  }
  std::vector<Suite> suites_;
};

class Writer final : public RunWriter {
 public:
  Writer(Database database, RunLock lock, WriterOptions options, boost::asio::any_io_executor loop)
      : database_(std::move(database)),
        lock_(std::move(lock)),
        run_(options.run),
        price_(options.price),
        checks_(options.suites, options.known.kinds),
        cases_(std::move(options.known.cases)),
        queue_(std::make_shared<WriteQueue>(std::move(loop), options.backlog)) {
    cases_.resize(options.suites);
  }

  ~Writer() override { join(); }

  Result<void> start() {
    auto batches = BatchWriter::make(database_, run_, price_);
    if (!batches) return batches.error();
    thread_ = std::thread([this, writer = std::move(*batches)]() mutable { work(writer); });
    return {};
  }

  void append(const UnitId& unit, const PlannedCase& kase, const Step& step) override {
    if (unit.suite >= cases_.size()) return unknown_suite(unit);
    StepItem item{unit, seqs_[unit]++, step};
    auto fresh = first_sight(unit, kase);
    queue_->add([&](Batch& batch) {
      if (fresh) add(batch, batch.cases, std::move(*fresh));
      add(batch, batch.steps, std::move(item));
    });
  }

  void finish(const Sample& sample) override {
    if (sample.unit.suite >= cases_.size()) return unknown_suite(sample.unit);
    seqs_.erase(sample.unit);
    std::vector<CheckKind> kinds;
    SampleItem item = measure(sample, price_);
    const auto& checks = sample.kase->checks;
    for (std::size_t place = 0; place < std::min(sample.scores.size(), checks.size()); ++place) {
      item.scores.push_back({checks_.number(sample.unit.suite, place, *checks[place], kinds), sample.scores[place]});
    }
    auto fresh = first_sight(sample.unit, *sample.kase);
    queue_->add([&](Batch& batch) {
      if (fresh) add(batch, batch.cases, std::move(*fresh));
      for (CheckKind& kind : kinds) batch.kinds.push_back(std::move(kind));
      add(batch, batch.samples, std::move(item));
    });
  }

  boost::asio::awaitable<Result<void>> room() override { return queue_->room(); }

  Result<void> flush() override { return queue_->drain(); }

  Result<void> close(RunStatus status, double wall_s, std::optional<std::string> stopped) override {
    auto drained = queue_->drain();
    join();
    if (!drained) {
      lock_.release();
      return drained;
    }
    auto done = end_run(status, wall_s, stopped);
    lock_.release();
    return done;
  }

 private:
  template <class Item>
  static void add(Batch& batch, std::vector<Item>& to, Item&& item) {
    batch.bytes += size_of(item);
    to.push_back(std::move(item));
  }

  std::optional<CaseItem> first_sight(const UnitId& unit, const PlannedCase& kase) {
    std::vector<bool>& seen = cases_[unit.suite];
    if (seen.size() <= unit.ordinal) seen.resize(std::max<std::size_t>(unit.ordinal + 1, seen.size() * 2));
    if (seen[unit.ordinal]) return std::nullopt;
    seen[unit.ordinal] = true;
    return case_item(unit, kase);
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
  Result<void> end_run(RunStatus status, double wall_s, const std::optional<std::string>& stopped) {
    auto full = database_.execute("PRAGMA synchronous=FULL");
    if (!full) return full;
    auto transaction = Transaction::begin(database_);
    if (!transaction) return transaction.error();
    auto update = database_.prepare(
        "UPDATE run SET status=?2, ended=?3, wall_s=wall_s+?4, stopped=?5, "
        "finished=(SELECT count(*) FROM sample WHERE run=?1 AND outcome<>?6) WHERE id=?1");
    if (!update) return update.error();
    const auto why = stopped ? std::optional<std::string_view>(*stopped) : std::nullopt;
    auto done =
        update->with(run_, name(status), wall_now().unix_ms, wall_s, why, static_cast<int>(OutcomeKind::skipped)).run();
    if (!done) return done;
    return transaction->commit();
  }

  Database database_;
  RunLock lock_;
  const std::int64_t run_;
  const std::optional<Price> price_;
  CheckTable checks_;
  std::vector<std::vector<bool>> cases_;
  std::map<UnitId, std::uint32_t> seqs_;  // of samples under way
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
