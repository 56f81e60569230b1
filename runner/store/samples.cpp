#include "runner/store/case_reader.hpp"
#include "runner/store/codec.hpp"
#include "runner/store/queries.hpp"
#include "runner/store/step_reader.hpp"

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
constexpr std::string_view kScores =
    "SELECT k.name, k.metric, k.required, k.unit, s.state, s.value, s.pass, s.why, s.error_kind, s.error_message, "
    "s.error_hint FROM score AS s JOIN suite_check AS k ON k.run=s.run AND k.suite=s.suite AND k.kind=s.kind "
    "WHERE s.run=? AND s.suite=? AND s.ordinal=? AND s.sample=? ORDER BY s.place";

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

/// What reads one sample, prepared once.
class SampleReader {
 public:
  static Result<SampleReader> make(Database& database, std::int64_t run) {
    auto cases = CaseReader::make(database, run);
    if (!cases) return cases.error();
    auto steps = StepReader::make(database, run);
    if (!steps) return steps.error();
    auto scores = database.prepare(kScores);
    if (!scores) return scores.error();
    return SampleReader(run, std::move(*cases), std::move(*steps), std::move(*scores));
  }

  Result<StoredSample> read(const Statement& row) {
    StoredSample sample;
    sample.unit = {static_cast<std::uint32_t>(row.integer(0)), static_cast<std::uint32_t>(row.integer(1)),
                   static_cast<std::uint32_t>(row.integer(2))};
    sample.outcome = outcome_of(row);
    auto done = read_case(sample);
    if (done) done = read_steps(sample);
    if (done) done = read_scores(sample);
    if (!done) return done.error();
    return sample;
  }

 private:
  SampleReader(std::int64_t run, CaseReader cases, StepReader steps, Statement scores)
      : run_(run), cases_(std::move(cases)), steps_(std::move(steps)), scores_(std::move(scores)) {}

  Result<void> read_case(StoredSample& sample) {
    auto kase = cases_.read(sample.unit.suite, sample.unit.ordinal);
    if (!kase) return kase.error();
    sample.suite = std::move(kase->suite);
    sample.case_id = std::move(kase->id);
    sample.case_digest = std::move(kase->digest);
    sample.tags = std::move(kase->tags);
    sample.vars = std::move(kase->vars);
    sample.messages = std::move(kase->messages);
    sample.transcript.messages = sample.messages;
    return {};
  }

  Result<void> read_steps(StoredSample& sample) {
    auto steps = steps_.read(sample.unit);
    if (!steps) return steps.error();
    for (PlacedStep& placed : *steps) {
      const auto* response = std::get_if<Response>(&placed.step.result);
      if (placed.step.role == Role::target && response != nullptr) {
        sample.transcript.messages.push_back(response->message);
      }
      sample.transcript.steps.push_back(std::move(placed.step));
    }
    return {};
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
  CaseReader cases_;
  StepReader steps_;
  Statement scores_;
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
  auto reader = SampleReader::make(database, run);
  if (!reader) return reader.error();
  for (;;) {
    auto more = units->row();
    if (!more) return more.error();
    if (!*more) return {};
    auto sample = reader->read(*units);
    if (!sample) return sample.error();
    if (!each(*sample)) return {};
  }
}

}  // namespace assay::store
