#include "runner/store/totals.hpp"

#include "runner/store/codec.hpp"
#include "runner/store/runs.hpp"

#include <algorithm>
#include <set>

namespace assay::store {
namespace {

constexpr std::string_view kSteps =
    "SELECT suite, ordinal, sample, role, attempts, replayed, started, body, gap_count, served_model, input_tokens, "
    "output_tokens, usd FROM step WHERE run=? ORDER BY suite, ordinal, sample, seq";
constexpr std::string_view kScored =
    "SELECT suite, ordinal, sample, latency FROM sample WHERE run=? AND (suite, ordinal, sample)>=(?,?,?) AND "
    "outcome=0 "
    "ORDER BY suite, ordinal, sample";
constexpr int kFew = 16;  // rows that are walked over rather than sought anew
constexpr std::string_view kWarmUp =
    "SELECT warmup_calls, warmup_attempts, warmup_input_tokens, warmup_output_tokens, warmup_usd, price_input FROM run "
    "WHERE id=?";
// A step has its good attempt; the ones before it lie apart.
constexpr std::string_view kOldestFailed =
    "SELECT min(a.started) FROM attempt AS a JOIN step AS t ON t.run=a.run AND t.suite=a.suite AND "
    "t.ordinal=a.ordinal AND t.sample=a.sample AND t.seq=a.seq WHERE a.run=?1 AND t.replayed<>0 AND (t.role<>0 OR NOT "
    "?2)";
constexpr std::string_view kReplayedAnswers =
    "SELECT count(*), min(first) FROM (SELECT min(started) AS first FROM step WHERE run=? AND role=0 AND replayed<>0 "
    "GROUP BY suite, ordinal, sample)";

UnitId unit_of(const Statement& row) {
  return {static_cast<std::uint32_t>(row.integer(0)), static_cast<std::uint32_t>(row.integer(1)),
          static_cast<std::uint32_t>(row.integer(2))};
}

std::uint64_t count_at(const Statement& row, int column) {
  return static_cast<std::uint64_t>(row.integer(column));
}

/// The scored samples, walked beside the steps: both are in the order of units.
class Scored {
 public:
  Scored(Database& database, std::int64_t run) : database_(database), run_(run) {}

  /// Units must not go back.
  Result<bool> is(const UnitId& unit) {
    if (at_end_ || (at_ && *at_ >= unit)) return at_ == unit;
    for (int walked = 0; at_ && walked < kFew; ++walked) {
      auto there = next();
      if (!there) return there.error();
      if (at_end_ || *at_ >= unit) return at_ == unit;
    }
    return seek(unit);
  }

  /// Of the unit that `is` confirmed.
  [[nodiscard]] std::optional<double> latency_ms() const {
    if (query_->is_null(3)) return std::nullopt;
    return query_->real(3) * 1e-6;
  }

 private:
  Result<bool> seek(const UnitId& unit) {
    if (query_) {
      query_->reset();
    } else {
      auto query = database_.prepare(kScored);
      if (!query) return query.error();
      query_ = std::move(*query);
    }
    query_->with(run_, unit.suite, unit.ordinal, unit.sample);
    auto there = next();
    if (!there) return there.error();
    return at_ == unit;
  }

  Result<void> next() {
    auto more = query_->row();
    if (!more) return more.error();
    at_end_ = !*more;
    at_ = *more ? std::optional(unit_of(*query_)) : std::nullopt;
    return {};
  }

  Database& database_;
  const std::int64_t run_;
  std::optional<Statement> query_;  // from the first question on
  std::optional<UnitId> at_;
  bool at_end_ = false;
};

class StepScan {
 public:
  /// `scores_another`: the target's answers are those of another run, which knows whether they were replayed.
  StepScan(Database& database, std::int64_t run, bool times, bool scores_another, Totals& out)
      : database_(database),
        run_(run),
        times_(times),
        scores_another_(scores_another),
        scored_(database, run),
        out_(out) {}

  Result<void> read() {
    auto steps = database_.prepare(kSteps);
    if (!steps) return steps.error();
    steps->with(run_);
    for (;;) {
      auto more = steps->row();
      if (!more) return more.error();
      if (!*more) break;
      const bool target = static_cast<Role>(steps->integer(3)) == Role::target;
      count(*steps);
      if (target && !steps->is_null(7)) see_model(steps->text(9));
      if (!target || !times_) continue;
      auto done = take_times(*steps);
      if (!done) return done;
    }
    out_.served_models.assign(served_.begin(), served_.end());
    return finish();
  }

 private:
  void count(const Statement& step) {
    ++out_.cost.calls;
    if (step.integer(5) != 0) {
      ++out_.cost.cached;
      if (!scores_another_ || static_cast<Role>(step.integer(3)) == Role::judge) see_replay(step);
      return;
    }
    out_.cost.attempts += count_at(step, 4);
    out_.cost.input_tokens += count_at(step, 10);
    out_.cost.output_tokens += count_at(step, 11);
    usd_ += step.real(12);
    if (step.is_null(7)) return;
    answered_ = true;
    if (!step.is_null(12)) return;
    priced_ = false;
    if (step.is_null(10) && step.is_null(11)) ++out_.cost.uncounted;
  }

  void see_replay(const Statement& step) {
    if (const UnitId unit = unit_of(step); last_replayed_ != unit) {
      last_replayed_ = unit;
      ++out_.replayed;
    }
    if (!step.is_null(6)) see_moment({step.integer(6)});
  }

  void see_moment(WallTime moment) { out_.oldest_replayed = std::min(out_.oldest_replayed.value_or(moment), moment); }

  void see_model(std::string_view model) {
    if (model.empty() || model == last_model_) return;
    last_model_ = model;
    served_.emplace(model);
  }

  Result<void> take_times(const Statement& step) {
    const bool retried = step.integer(4) > 1;
    const bool streamed = step.integer(8) > 0;
    if (!retried && !streamed) return {};
    const UnitId unit = unit_of(step);
    auto scored = scored_.is(unit);
    if (!scored) return scored.error();
    if (!*scored) return {};
    if (retried && last_retried_ != unit) {
      last_retried_ = unit;
      if (const auto ms = scored_.latency_ms()) out_.retried_ms.add(*ms);
    }
    return streamed ? take_gaps(step.integer(7)) : Result<void>();
  }

  Result<void> take_gaps(std::int64_t body) {
    if (!gaps_) {
      auto query = database_.prepare("SELECT gaps FROM step_body WHERE id=?");
      if (!query) return query.error();
      gaps_ = std::move(*query);
    }
    auto more = gaps_->with(body).row();
    if (!more) return more.error();
    if (*more) {
      for (const Duration gap : decode_gaps(gaps_->bytes(0))) out_.gaps_ms.add(to_ms(gap));
    }
    gaps_->reset();
    return {};
  }

  /// Adds what was paid beside the samples, and says what all of it cost, if that is known.
  Result<void> finish() {
    auto run = database_.prepare(kWarmUp);
    if (!run) return run.error();
    auto more = run->with(run_).row();
    if (!more) return more.error();
    if (!*more) return Error{ErrorKind::not_found, "the run is not in the history"};
    CostTotals& cost = out_.cost;
    cost.calls += count_at(*run, 0);
    cost.attempts += count_at(*run, 1);
    cost.input_tokens += count_at(*run, 2);
    cost.output_tokens += count_at(*run, 3);
    cost.least_usd = usd_ + run->real(4);
    // Without a price of the target it is known only where the target was not asked, but judges were.
    const bool has_price = !run->is_null(5) || (answered_ && run->integer(0) == 0);
    if (has_price && priced_ && cost.calls > 0) cost.usd = cost.least_usd;
    return out_.replayed > 0 ? see_failed_attempts() : Result<void>();
  }

  Result<void> see_failed_attempts() {
    auto query = database_.prepare(kOldestFailed);
    if (!query) return query.error();
    auto more = query->with(run_, scores_another_).row();
    if (!more) return more.error();
    if (*more && !query->is_null(0)) see_moment({query->integer(0)});
    return {};
  }

  Database& database_;
  const std::int64_t run_;
  const bool times_;
  const bool scores_another_;
  Scored scored_;
  Totals& out_;
  std::optional<Statement> gaps_;
  std::set<std::string, std::less<>> served_;
  std::string last_model_;
  std::optional<UnitId> last_replayed_;
  std::optional<UnitId> last_retried_;
  bool answered_ = false;  // something that was paid for
  bool priced_ = true;     // every answer that was paid for has a cost
  double usd_ = 0;
};

/// The run whose target was asked for the answers that a run scores; the run itself where it asked, or where that one
/// is not in this history.
Result<std::int64_t> who_asked(Database& database, std::int64_t run) {
  auto query = database.prepare("SELECT name, origin FROM run WHERE id=?");
  if (!query) return query.error();
  auto more = query->with(run).row();
  if (!more) return more.error();
  if (!*more || query->text(1).empty()) return run;
  auto origins = load_origins(database, query->text(0));
  if (!origins) return origins.error();
  if (origins->empty()) return run;
  auto first = database.prepare("SELECT id FROM run WHERE name=?");
  if (!first) return first.error();
  auto there = first->with(std::string_view(origins->back())).row();
  if (!there) return there.error();
  return *there ? first->integer(0) : run;
}

Result<void> add_replayed_answers(Database& database, std::int64_t run, Totals& totals) {
  auto query = database.prepare(kReplayedAnswers);
  if (!query) return query.error();
  auto more = query->with(run).row();
  if (!more) return more.error();
  totals.replayed = std::max(totals.replayed, count_at(*query, 0));
  if (query->is_null(1)) return {};
  const WallTime moment{query->integer(1)};
  totals.oldest_replayed = std::min(totals.oldest_replayed.value_or(moment), moment);
  return {};
}

}  // namespace

Result<Totals> load_totals(Database& database, std::int64_t run, bool times) {
  Totals totals;
  auto asked = who_asked(database, run);
  if (!asked) return asked.error();
  auto done = StepScan(database, run, times, *asked != run, totals).read();
  if (done && *asked != run) done = add_replayed_answers(database, *asked, totals);
  if (!done) return done.error();
  return totals;
}

}  // namespace assay::store
