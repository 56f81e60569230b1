#include "runner/store/case_reader.hpp"
#include "runner/store/queries.hpp"
#include "runner/store/score_reader.hpp"
#include "runner/store/step_reader.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <span>

namespace assay::store {
namespace {

// What people changed comes before what the run came to by itself.
constexpr std::string_view kEditedUnits =
    "(SELECT s.run, s.suite, s.ordinal, s.sample, iif(e.run IS NULL, s.outcome, e.outcome) AS outcome, "
    "iif(e.run IS NULL, s.pass, e.pass) AS pass, iif(e.run IS NULL, s.score, e.score) AS score, "
    "iif(e.run IS NULL, s.why, e.why) AS why, iif(e.run IS NULL, s.error_kind, e.error_kind) AS error_kind, "
    "iif(e.run IS NULL, s.error_hint, e.error_hint) AS error_hint, e.run IS NOT NULL AS edited FROM sample AS s "
    "LEFT JOIN edited_sample AS e ON e.run=s.run AND e.suite=s.suite AND e.ordinal=s.ordinal AND e.sample=s.sample)";
constexpr std::string_view kUnits = "(SELECT *, 0 AS edited FROM sample)";

/// Rows that are listed together. Each is found in the order of the table, so that a million passing samples are walked
/// over and not sorted.
struct Tier {
  std::string_view rows;
  std::string_view order;
};
constexpr std::string_view kPlanOrder = "suite, ordinal, sample";
constexpr Tier kFailuresFirst[] = {{"outcome=0 AND pass IS NOT TRUE", kPlanOrder},
                                   {"outcome<>0", "outcome, suite, ordinal, sample"},
                                   {"outcome=0 AND pass IS TRUE", kPlanOrder}};
constexpr Tier kAll[] = {{"TRUE", kPlanOrder}};

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

/// Numbers of the suites that are asked for.
Result<std::vector<std::uint32_t>> find_suites(Database& database, std::int64_t run, const std::string& id) {
  auto query = database.prepare("SELECT suite FROM suite WHERE run=? AND id=? ORDER BY suite");
  if (!query) return query.error();
  query->with(run, std::string_view(id));
  std::vector<std::uint32_t> suites;
  for (;;) {
    auto more = query->row();
    if (!more) return more.error();
    if (!*more) return suites;
    suites.push_back(static_cast<std::uint32_t>(query->integer(0)));
  }
}

/// Which samples a filter leaves, as SQL; nothing where it leaves none.
Result<std::optional<std::string>> scope_of(Database& database, std::int64_t run, const SampleFilter& filter,
                                            const CaseIndex* index) {
  std::vector<std::string> parts;
  std::vector<std::uint32_t> suites;
  if (filter.suite) {
    auto found = find_suites(database, run, *filter.suite);
    if (!found) return found.error();
    suites = std::move(*found);
    for (const auto suite : suites) parts.push_back(fmt::format("suite={}", suite));
  }
  if (index != nullptr) {
    parts.clear();
    auto places = index->find(database, *filter.case_id);
    if (!places) return places.error();
    for (const CasePlace& place : *places) {
      const bool wanted = !filter.suite || std::find(suites.begin(), suites.end(), place.suite) != suites.end();
      if (wanted) parts.push_back(fmt::format("suite={} AND ordinal={}", place.suite, place.ordinal));
    }
  }
  if (!filter.suite && index == nullptr) return "TRUE";
  if (parts.empty()) return std::nullopt;
  return fmt::format("({})", fmt::join(parts, " OR "));
}

Result<bool> has_edits(Database& database, std::int64_t run) {
  auto query = database.prepare("SELECT 1 FROM edited_sample WHERE run=? LIMIT 1");
  if (!query) return query.error();
  return query->with(run).row();
}

}  // namespace

Result<void> each_sample(Database& database, std::int64_t run, const SampleFilter& filter, const CaseIndex* index,
                         const std::function<bool(const StoredSample&)>& each) {
  auto scope = scope_of(database, run, filter, index);
  if (!scope) return scope.error();
  if (!*scope) return {};
  auto edited = has_edits(database, run);
  if (!edited) return edited.error();
  auto reader = SampleReader::make(database, run);
  if (!reader) return reader.error();
  std::uint64_t left = filter.limit.value_or(UINT64_MAX);
  for (const Tier& tier : filter.failures_first ? std::span<const Tier>(kFailuresFirst) : kAll) {
    auto units = database.prepare(
        fmt::format("SELECT suite, ordinal, sample, outcome, pass, score, why, error_kind, error_hint, edited FROM {} "
                    "WHERE run=? AND {} AND {} ORDER BY {} LIMIT ?",
                    *edited ? kEditedUnits : kUnits, **scope, tier.rows, tier.order));
    if (!units) return units.error();
    units->with(run, std::min<std::uint64_t>(left, INT64_MAX));
    for (;;) {
      auto more = units->row();
      if (!more) return more.error();
      if (!*more) break;
      auto sample = reader->read(*units);
      if (!sample) return sample.error();
      if (!each(*sample)) return {};
      --left;
    }
  }
  return {};
}

}  // namespace assay::store
