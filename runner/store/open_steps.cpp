#include "runner/store/open_steps.hpp"

#include "runner/store/step_reader.hpp"

#include <assay/core/evidence.hpp>

#include <algorithm>

namespace assay::store {
namespace {

constexpr int kSkipped = static_cast<int>(OutcomeKind::skipped);
constexpr int kEndpointError = static_cast<int>(OutcomeKind::endpoint_error);
constexpr int kJudgeError = static_cast<int>(OutcomeKind::judge_error);
constexpr int kAgain = -1;  // an outcome that lasts no longer than the transaction

// Where an endpoint was down, be it the target's or a judge's, what failed says nothing of the candidate, and the
// circuit breaker stopped the run for it. Asking those calls again selects on no answer, since there was none. Their
// attempts were made, and count. A call that a cassette lacks is asked again however the run ended: only the process
// that meets it can say ERROR for it. A sample whose score a person changed is done.
constexpr std::string_view kMark =
    "UPDATE sample SET outcome=?2 WHERE run=?1 AND outcome IN (?3, ?4) AND (?5 OR EXISTS (SELECT 1 FROM step AS t "
    "WHERE "
    "t.run=?1 AND t.suite=sample.suite AND t.ordinal=sample.ordinal AND t.sample=sample.sample AND "
    "t.error_kind='replay_miss')) AND NOT EXISTS (SELECT 1 FROM edited_sample AS e WHERE e.run=?1 AND "
    "e.suite=sample.suite AND e.ordinal=sample.ordinal AND e.sample=sample.sample)";
constexpr std::string_view kAskAgain =
    "UPDATE step SET error_kind='cancelled', error_message='the run stopped because its endpoint failed', "
    "error_hint='' WHERE run=?1 AND error_kind IS NOT NULL AND EXISTS (SELECT 1 FROM sample AS s WHERE s.run=?1 AND "
    "s.suite=step.suite AND s.ordinal=step.ordinal AND s.sample=step.sample AND s.outcome=?2)";
constexpr std::string_view kForgetScores =
    "DELETE FROM score WHERE run=?1 AND EXISTS (SELECT 1 FROM sample AS s WHERE s.run=?1 AND s.suite=score.suite AND "
    "s.ordinal=score.ordinal AND s.sample=score.sample AND s.outcome IN (?2, ?3))";
constexpr std::string_view kForgetDetails =
    "DELETE FROM score_detail WHERE run=?1 AND EXISTS (SELECT 1 FROM sample AS s WHERE s.run=?1 AND "
    "s.suite=score_detail.suite AND s.ordinal=score_detail.ordinal AND s.sample=score_detail.sample AND "
    "s.outcome IN (?2, ?3))";
constexpr std::string_view kForgetSamples = "DELETE FROM sample WHERE run=?1 AND outcome IN (?2, ?3)";
constexpr std::string_view kReopen =
    "UPDATE run SET status='running', ended=NULL, stopped=NULL, spent=NULL, stop_look=NULL, stop_round=NULL, "
    "stop_fraction=NULL, stop_saved=NULL WHERE id=?1";
constexpr std::string_view kOpenUnits =
    "SELECT DISTINCT t.suite, t.ordinal, t.sample FROM step AS t WHERE t.run=?1 AND NOT EXISTS (SELECT 1 FROM sample "
    "AS s WHERE s.run=?1 AND s.suite=t.suite AND s.ordinal=t.ordinal AND s.sample=t.sample)";

template <class... Values>
Result<void> run(Database& database, std::string_view sql, const Values&... values) {
  auto statement = database.prepare(sql);
  if (!statement) return statement.error();
  return statement->with(values...).run();
}

}  // namespace

std::size_t OpenSteps::Hash::operator()(const UnitId& unit) const {
  const auto mixed =
      (std::uint64_t{unit.suite} << 40 ^ std::uint64_t{unit.sample} << 32 ^ unit.ordinal) * 0x9E3779B97F4A7C15ULL;
  return static_cast<std::size_t>(mixed ^ mixed >> 32);
}

void OpenSteps::add(const UnitId& unit, std::uint32_t seq, Step step) {
  Unit& to = units_[unit];
  to.next = std::max(to.next, seq + 1);
  std::string call = step.name;
  to.earlier.push_back({std::move(call), seq, std::move(step)});
}

const Step* OpenSteps::find(const UnitId& unit, std::string_view call) const {
  const auto found = units_.find(unit);
  if (found == units_.end()) return nullptr;
  for (const Earlier& each : found->second.earlier) {
    if (each.call == call && each.step) return &*each.step;
  }
  return nullptr;
}

OpenSteps::Place OpenSteps::place(const UnitId& unit, std::string_view call) {
  Unit& in = units_[unit];
  for (Earlier& each : in.earlier) {
    if (each.call != call) continue;
    each.step.reset();
    return {each.seq, true};
  }
  return {in.next++, false};
}

Result<void> reopen_run(Database& database, std::int64_t number, bool failed) {
  auto done = run(database, kMark, number, kAgain, kEndpointError, kJudgeError, failed);
  if (done) done = run(database, kAskAgain, number, kAgain);
  for (const auto forget : {kForgetScores, kForgetDetails, kForgetSamples}) {
    if (done) done = run(database, forget, number, kAgain, kSkipped);
  }
  if (done) done = run(database, kReopen, number);
  return done;
}

Result<OpenSteps> load_open_steps(Database& database, std::int64_t number) {
  OpenSteps open;
  auto reader = StepReader::make(database, number);
  if (!reader) return reader.error();
  auto units = database.prepare(kOpenUnits);
  if (!units) return units.error();
  units->with(number);
  for (;;) {
    auto more = units->row();
    if (!more) return more.error();
    if (!*more) return open;
    const UnitId unit{static_cast<std::uint32_t>(units->integer(0)), static_cast<std::uint32_t>(units->integer(1)),
                      static_cast<std::uint32_t>(units->integer(2))};
    auto steps = reader->read(unit);
    if (!steps) return steps.error();
    for (PlacedStep& each : *steps) open.add(unit, each.seq, std::move(each.step));
  }
}

}  // namespace assay::store
