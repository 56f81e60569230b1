#include "runner/store/case_reader.hpp"
#include "runner/store/queries.hpp"
#include "runner/store/score_reader.hpp"
#include "runner/store/step_reader.hpp"

namespace assay::store {
namespace {

// What people changed comes before what the run came to by itself.
constexpr std::string_view kUnits =
    "WITH seen AS (SELECT s.suite, s.ordinal, s.sample, iif(e.run IS NULL, s.outcome, e.outcome) AS outcome, "
    "iif(e.run IS NULL, s.pass, e.pass) AS pass, iif(e.run IS NULL, s.score, e.score) AS score, "
    "iif(e.run IS NULL, s.why, e.why) AS why, iif(e.run IS NULL, s.error_kind, e.error_kind) AS error_kind, "
    "iif(e.run IS NULL, s.error_hint, e.error_hint) AS error_hint, e.run IS NOT NULL AS edited FROM sample AS s "
    "JOIN suite AS u ON u.run=s.run AND u.suite=s.suite "
    "JOIN case_ AS c ON c.run=s.run AND c.suite=s.suite AND c.ordinal=s.ordinal "
    "LEFT JOIN edited_sample AS e ON e.run=s.run AND e.suite=s.suite AND e.ordinal=s.ordinal AND e.sample=s.sample "
    "WHERE s.run=?1 AND (?2 IS NULL OR u.id=?2) AND (?3 IS NULL OR c.id=?3)) SELECT * FROM seen ";
constexpr std::string_view kFailuresFirst =
    "ORDER BY CASE WHEN outcome=0 THEN CASE WHEN pass THEN 5 ELSE 0 END ELSE outcome END, "
    "suite, ordinal, sample LIMIT ?4";
constexpr std::string_view kPlanOrder = "ORDER BY suite, ordinal, sample LIMIT ?4";

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
    auto scores = ScoreReader::make(database, run);
    if (!scores) return scores.error();
    auto edits = EditReader::make(database, run);
    if (!edits) return edits.error();
    return SampleReader(std::move(*cases), std::move(*steps), std::move(*scores), std::move(*edits));
  }

  Result<StoredSample> read(const Statement& row) {
    StoredSample sample;
    sample.unit = {static_cast<std::uint32_t>(row.integer(0)), static_cast<std::uint32_t>(row.integer(1)),
                   static_cast<std::uint32_t>(row.integer(2))};
    sample.outcome = outcome_of(row);
    auto done = read_case(sample);
    if (done) done = read_steps(sample);
    if (done) done = read_scores(sample, row.integer(9) != 0);
    if (!done) return done.error();
    return sample;
  }

 private:
  SampleReader(CaseReader cases, StepReader steps, ScoreReader scores, EditReader edits)
      : cases_(std::move(cases)), steps_(std::move(steps)), scores_(std::move(scores)), edits_(std::move(edits)) {}

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

  Result<void> read_scores(StoredSample& sample, bool edited) {
    auto scores = scores_.read(sample.unit);
    if (!scores) return scores.error();
    auto edits = edited ? edits_.read(sample.unit) : Result<Edits>(Edits{});
    if (!edits) return edits.error();
    apply_edits(*edits, *scores);
    for (WeighedScore& each : *scores) sample.scores.push_back(std::move(each.stored));
    return {};
  }

  CaseReader cases_;
  StepReader steps_;
  ScoreReader scores_;
  EditReader edits_;
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
