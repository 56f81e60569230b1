#include "runner/store/codec.hpp"
#include "runner/store/queries.hpp"
#include "runner/store/runs.hpp"

namespace assay::store {
namespace {

constexpr std::string_view kUnits =
    "SELECT s.suite, s.ordinal, s.sample, s.outcome, s.pass, s.score, s.why, s.error_kind, s.error_hint "
    "FROM sample AS s JOIN suite AS u ON u.run=s.run AND u.suite=s.suite "
    "JOIN case_ AS c ON c.run=s.run AND c.suite=s.suite AND c.ordinal=s.ordinal "
    "WHERE s.run=?1 AND (?2 IS NULL OR u.id=?2) AND (?3 IS NULL OR c.id=?3) ";
constexpr std::string_view kFailuresFirst =
    "ORDER BY CASE WHEN s.outcome=0 THEN CASE WHEN s.pass THEN 5 ELSE 0 END ELSE s.outcome END, "
    "s.suite, s.ordinal, s.sample LIMIT ?4";
constexpr std::string_view kPlanOrder = "ORDER BY s.suite, s.ordinal, s.sample LIMIT ?4";
constexpr std::string_view kCase =
    "SELECT u.id, c.id, c.digest, c.tags, b.vars, b.messages FROM case_ AS c "
    "JOIN suite AS u ON u.run=c.run AND u.suite=c.suite JOIN case_body AS b ON b.id=c.body "
    "WHERE c.run=? AND c.suite=? AND c.ordinal=?";
constexpr std::string_view kSteps =
    "SELECT t.seq, t.name, t.role, t.context, t.body, t.finish, t.finish_text, t.served_model, t.input_tokens, "
    "t.output_tokens, t.cached_tokens, t.reasoning_tokens, t.connect, t.ttft, t.total, t.error_kind, t.error_message, "
    "t.error_hint, b.gaps, t.request_id, b.answer, b.raw, t.started, t.waited, t.duration, t.status FROM step AS t "
    "LEFT JOIN step_body AS b ON b.id=t.body "
    "WHERE t.run=? AND t.suite=? AND t.ordinal=? AND t.sample=? ORDER BY t.seq";
constexpr std::string_view kAttempts =
    "SELECT seq, started, waited, duration, status, request_id, error_kind, error_message, error_hint, attempt FROM "
    "attempt "
    "WHERE run=? AND suite=? AND ordinal=? AND sample=? ORDER BY seq, attempt";
constexpr std::string_view kScores =
    "SELECT k.name, k.metric, k.required, k.unit, s.state, s.value, s.pass, s.why, s.error_kind, s.error_message, "
    "s.error_hint FROM score AS s JOIN suite_check AS k ON k.run=s.run AND k.suite=s.suite AND k.kind=s.kind "
    "WHERE s.run=? AND s.suite=? AND s.ordinal=? AND s.sample=? ORDER BY s.place";

std::optional<Duration> duration_at(const Statement& row, int column) {
  if (row.is_null(column)) return std::nullopt;
  return Duration(row.integer(column));
}

/// Kind, message and hint in three columns from `first`.
Error error_at(const Statement& row, int first) {
  return {error_kind(row.text(first)), row.string(first + 1), row.string(first + 2)};
}

Outcome outcome_of(const Statement& row) {
  const std::string why = row.string(6);
  const Error error{error_kind(row.text(7)), why, row.string(8)};
  switch (static_cast<OutcomeKind>(row.integer(3))) {
    case OutcomeKind::scored:
      return outcome::Scored{row.integer(4) != 0, row.real(5)};
    case OutcomeKind::unscored:
      return outcome::Unscored{why};
    case OutcomeKind::endpoint_error:
      return outcome::EndpointError{error};
    case OutcomeKind::judge_error:
      return outcome::JudgeError{error};
    case OutcomeKind::skipped:
      break;
  }
  return outcome::Skipped{why};
}

Result<Response> response_of(const Statement& row) {
  Response response;
  auto message = decode_message(row.text(20));
  if (!message) return message.error();
  response.message = std::move(*message);
  response.finish = static_cast<Finish>(row.integer(5));
  response.finish_text = row.string(6);
  response.served_model = row.string(7);
  response.usage = {row.maybe_integer(8), row.maybe_integer(9), row.maybe_integer(10), row.maybe_integer(11)};
  response.timings.connect = duration_at(row, 12);
  response.timings.ttft = duration_at(row, 13);
  response.timings.total = Duration(row.integer(14));
  for (const float ms : decode_gaps(row.bytes(18))) {
    response.timings.gaps.push_back(from_seconds(static_cast<double>(ms) / 1e3));
  }
  response.request_id = row.string(19);
  response.raw = std::string(row.bytes(21));
  return response;
}

/// The statements that read one sample, prepared once.
class SampleReader {
 public:
  SampleReader(Database& database, std::int64_t run) : run_(run) {
    const std::pair<Statement*, std::string_view> statements[] = {
        {&case_, kCase}, {&steps_, kSteps}, {&attempts_, kAttempts}, {&scores_, kScores}};
    for (const auto& [statement, sql] : statements) {
      auto prepared = database.prepare(sql);
      if (!prepared) {
        ready_ = prepared.error();
        return;
      }
      *statement = std::move(*prepared);
    }
  }

  Result<StoredSample> read(const Statement& row) {
    if (!ready_) return ready_.error();
    StoredSample sample;
    sample.unit = {static_cast<std::uint32_t>(row.integer(0)), static_cast<std::uint32_t>(row.integer(1)),
                   static_cast<std::uint32_t>(row.integer(2))};
    sample.outcome = outcome_of(row);
    auto done = read_case(sample);
    if (done) done = read_steps(sample);
    if (done) done = read_attempts(sample);
    if (done) done = read_scores(sample);
    if (!done) return done.error();
    return sample;
  }

 private:
  Result<void> read_case(StoredSample& sample) {
    auto more = case_.with(run_, sample.unit.suite, sample.unit.ordinal).row();
    if (!more) return more.error();
    if (!*more) return Error{ErrorKind::store, "a sample has no case: the history file is damaged"};
    sample.suite = case_.string(0);
    sample.case_id = case_.string(1);
    sample.case_digest = case_.string(2);
    sample.tags = decode_tags(case_.text(3));
    auto vars = parse_json(case_.text(4));
    if (vars) sample.vars = std::move(*vars);
    auto messages = decode_messages(case_.text(5));
    case_.reset();
    if (!messages) return messages.error();
    sample.messages = std::move(*messages);
    sample.transcript.messages = sample.messages;
    return {};
  }

  Result<void> read_steps(StoredSample& sample) {
    const UnitId& unit = sample.unit;
    steps_.with(run_, unit.suite, unit.ordinal, unit.sample);
    for (;;) {
      auto more = steps_.row();
      if (!more) return more.error();
      if (!*more) return {};
      auto done = add_step(sample.transcript);
      if (!done) return done;
    }
  }

  Result<void> add_step(Transcript& transcript) {
    Step step;
    step.name = steps_.string(1);
    step.role = static_cast<Role>(steps_.integer(2));
    step.context = static_cast<std::uint32_t>(steps_.integer(3));
    if (steps_.is_null(4)) {
      step.result = error_at(steps_, 15);
    } else {
      auto response = response_of(steps_);
      if (!response) return response.error();
      if (step.role == Role::target) transcript.messages.push_back(response->message);
      add_good_attempt(step, *response);
      step.result = std::move(*response);
    }
    transcript.steps.push_back(std::move(step));
    return {};
  }

  void add_good_attempt(Step& step, const Response& response) {
    if (steps_.is_null(22)) return;
    Attempt attempt;
    attempt.started = {steps_.integer(22)};
    attempt.waited = Duration(steps_.integer(23));
    attempt.duration = Duration(steps_.integer(24));
    attempt.status = static_cast<int>(steps_.integer(25));
    attempt.request_id = response.request_id;
    step.attempts.push_back(std::move(attempt));
  }

  // The others came before the good one that the step has already.
  Result<void> read_attempts(StoredSample& sample) {
    const UnitId& unit = sample.unit;
    attempts_.with(run_, unit.suite, unit.ordinal, unit.sample);
    for (;;) {
      auto more = attempts_.row();
      if (!more) return more.error();
      if (!*more) return {};
      const auto seq = static_cast<std::size_t>(attempts_.integer(0));
      if (seq >= sample.transcript.steps.size()) continue;
      Attempt attempt;
      attempt.started = {attempts_.integer(1)};
      attempt.waited = Duration(attempts_.integer(2));
      attempt.duration = Duration(attempts_.integer(3));
      attempt.status = static_cast<int>(attempts_.integer(4));
      attempt.request_id = attempts_.string(5);
      if (!attempts_.is_null(6)) attempt.error = error_at(attempts_, 6);
      auto& attempts = sample.transcript.steps[seq].attempts;
      const auto place = std::min(static_cast<std::size_t>(attempts_.integer(9)), attempts.size());
      attempts.insert(attempts.begin() + static_cast<std::ptrdiff_t>(place), std::move(attempt));
    }
  }

  Result<void> read_scores(StoredSample& sample) {
    const UnitId& unit = sample.unit;
    scores_.with(run_, unit.suite, unit.ordinal, unit.sample);
    for (;;) {
      auto more = scores_.row();
      if (!more) return more.error();
      if (!*more) return {};
      StoredScore stored{scores_.string(0), scores_.string(1), scores_.integer(2) != 0, unit_of(scores_.text(3)), {}};
      stored.score.why = scores_.string(7);
      switch (scores_.integer(4)) {
        case 0:
          stored.score.state = Scored{scores_.real(5), scores_.integer(6) != 0};
          break;
        case 1:
          stored.score.state = Unscored{stored.score.why};
          break;
        default:
          stored.score.state = error_at(scores_, 8);
      }
      sample.scores.push_back(std::move(stored));
    }
  }

  std::int64_t run_;
  Statement case_;
  Statement steps_;
  Statement attempts_;
  Statement scores_;
  Result<void> ready_;
};

}  // namespace

Result<void> each_sample(Database& database, std::int64_t run, const SampleFilter& filter,
                         const std::function<bool(const StoredSample&)>& each) {
  auto units = database.prepare(std::string(kUnits) + std::string(filter.failures_first ? kFailuresFirst : kPlanOrder));
  if (!units) return units.error();
  const auto view = [](const std::optional<std::string>& text) {
    return text ? std::optional<std::string_view>(*text) : std::nullopt;
  };
  const auto limit = filter.limit ? static_cast<std::int64_t>(std::min<std::uint64_t>(*filter.limit, INT64_MAX)) : -1;
  units->with(run, view(filter.suite), view(filter.case_id), limit);
  SampleReader reader(database, run);
  for (;;) {
    auto more = units->row();
    if (!more) return more.error();
    if (!*more) return {};
    auto sample = reader.read(*units);
    if (!sample) return sample.error();
    if (!each(*sample)) return {};
  }
}

}  // namespace assay::store
