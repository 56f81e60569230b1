#include "runner/store/people.hpp"
#include "runner/store/runs.hpp"
#include "runner/store/score_reader.hpp"

#include <assay/core/fold.hpp>
#include <assay/text/utf8.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cmath>
#include <set>

namespace assay::store {
namespace {

constexpr std::string_view kInsert =
    "INSERT INTO score_edit (run, suite, ordinal, sample, metric, pass, value, reason, author, at) VALUES "
    "(?,?,?,?,?,?,?,?,?,?)";
constexpr std::string_view kRefold = "INSERT OR REPLACE INTO edited_sample VALUES (?,?,?,?,?,?,?,?,?,?)";

using View = std::string_view;

Error refuse(const ScoreEdit& edit, std::string_view what, std::string hint) {
  return {ErrorKind::usage,
          fmt::format("the score '{}' of {}/{}, sample {}, cannot be changed: {}", text::excerpt(edit.metric),
                      text::excerpt(edit.suite), text::excerpt(edit.case_id), edit.sample, what),
          std::move(hint)};
}

/// Finds the samples that edits speak of.
class Samples {
 public:
  Samples(Database& database, std::int64_t run) : database_(database), run_(run) {}

  Result<void> load(std::span<const ScoreEdit> edits) {
    auto row = load_run(database_, run_);
    if (!row) return row.error();
    const auto& suites = row->header.suites;
    for (std::uint32_t at = 0; at < suites.size(); ++at) {
      std::set<View> wanted;
      for (const ScoreEdit& edit : edits) {
        if (edit.suite == suites[at].id) wanted.insert(edit.case_id);
      }
      numbers_.emplace(suites[at].id, at);
      auto done = wanted.empty() ? Result<void>() : load_cases(at, wanted);
      if (!done) return done;
    }
    return {};
  }

  [[nodiscard]] Result<UnitId> find(const ScoreEdit& edit) const {
    const auto suite = numbers_.find(edit.suite);
    if (suite == numbers_.end()) return refuse(edit, "the run has no such suite", "write the suite's id");
    const auto ordinal = ordinals_.find({suite->second, edit.case_id});
    if (ordinal == ordinals_.end()) return refuse(edit, "the run has no such case", "`assay show RUN` lists its cases");
    return UnitId{suite->second, ordinal->second, edit.sample};
  }

 private:
  Result<void> load_cases(std::uint32_t suite, const std::set<View>& wanted) {
    auto query = database_.prepare("SELECT id, ordinal FROM case_ WHERE run=? AND suite=?");
    if (!query) return query.error();
    query->with(run_, suite);
    for (;;) {
      auto more = query->row();
      if (!more) return more.error();
      if (!*more) return {};
      if (!wanted.contains(query->text(0))) continue;
      ordinals_.emplace(std::pair(suite, query->string(0)), static_cast<std::uint32_t>(query->integer(1)));
    }
  }

  Database& database_;
  const std::int64_t run_;
  std::map<std::string, std::uint32_t> numbers_;
  std::map<std::pair<std::uint32_t, std::string>, std::uint32_t> ordinals_;
};

Result<void> check_score(const ScoreEdit& edit, const std::vector<WeighedScore>& scores) {
  std::vector<View> metrics;
  for (const WeighedScore& each : scores) {
    const StoredScore& stored = each.stored;
    metrics.push_back(stored.metric);
    if (stored.metric != edit.metric) continue;
    if (edit.value && !std::isfinite(*edit.value)) return refuse(edit, "its value is no number", "write a number");
    if (stored.unit == Unit::share && (edit.value.value_or(0) < 0 || edit.value.value_or(0) > 1)) {
      return refuse(edit, fmt::format("{} is no share", *edit.value), "write a value from 0 to 1");
    }
    if (stored.unit != Unit::share && !edit.value && !std::holds_alternative<Scored>(stored.score.state)) {
      return refuse(edit, "it has no value that could stay", fmt::format("give one, in {}", name(stored.unit)));
    }
    return {};
  }
  if (scores.empty())
    return refuse(edit, "the sample has no scores", "`assay show RUN` lists the samples and their scores");
  return refuse(edit, "the sample has no such score", fmt::format("it has {}", fmt::join(metrics, ", ")));
}

/// Writes edits of one run, and what the checks of their samples come to with them.
class EditWriter {
 public:
  static Result<EditWriter> make(Database& database, std::int64_t run) {
    EditWriter writer(run);
    const std::pair<Statement*, View> statements[] = {{&writer.insert_, kInsert}, {&writer.refold_, kRefold}};
    for (const auto& [statement, sql] : statements) {
      auto prepared = database.prepare(sql);
      if (!prepared) return prepared.error();
      *statement = std::move(*prepared);
    }
    auto scores = ScoreReader::make(database, run);
    if (!scores) return scores.error();
    writer.scores_ = std::move(*scores);
    auto edits = EditReader::make(database, run);
    if (!edits) return edits.error();
    writer.edits_ = std::move(*edits);
    return writer;
  }

  Result<void> write(const UnitId& unit, const ScoreEdit& edit) {
    auto scores = scores_->read(unit);
    if (!scores) return scores.error();
    auto done = check_score(edit, *scores);
    if (done) done = insert(unit, edit);
    if (!done) return done;
    auto edits = edits_->read(unit);
    if (!edits) return edits.error();
    apply_edits(*edits, *scores);
    return refold(unit, *scores);
  }

 private:
  explicit EditWriter(std::int64_t run) : run_(run) {}

  Result<void> insert(const UnitId& unit, const ScoreEdit& edit) {
    return insert_
        .with(run_, unit.suite, unit.ordinal, unit.sample, View(edit.metric), edit.pass, edit.value, View(edit.reason),
              View(edit.by), edit.at.unix_ms)
        .run();
  }

  Result<void> refold(const UnitId& unit, const std::vector<WeighedScore>& scores) {
    std::vector<CheckScore> checks;
    for (const WeighedScore& each : scores) {
      checks.push_back({each.stored.required, each.stored.unit, each.better, each.weight, &each.stored.score.state});
    }
    const Outcome outcome = fold(checks);
    refold_.with(run_, unit.suite, unit.ordinal, unit.sample, static_cast<int>(kind_of(outcome)));
    const std::optional<View> nothing;
    if (const auto* scored = std::get_if<outcome::Scored>(&outcome)) {
      return refold_.also(scored->pass, scored->score, nothing, nothing, nothing).run();
    }
    if (const auto* unscored = std::get_if<outcome::Unscored>(&outcome)) {
      return refold_.also(nothing, nothing, View(unscored->why), nothing, nothing).run();
    }
    const Error& error = std::get<outcome::JudgeError>(outcome).error;
    return refold_.also(nothing, nothing, View(error.message), name(error.kind), View(error.hint)).run();
  }

  std::int64_t run_;
  Statement insert_;
  Statement refold_;
  std::optional<ScoreReader> scores_;
  std::optional<EditReader> edits_;
};

}  // namespace

Result<void> append_edits(Database& database, std::int64_t run, std::span<const ScoreEdit> edits) {
  auto transaction = Transaction::begin(database);
  if (!transaction) return transaction.error();
  Samples samples(database, run);
  auto done = samples.load(edits);
  if (!done) return done;
  auto writer = EditWriter::make(database, run);
  if (!writer) return writer.error();
  for (const ScoreEdit& edit : edits) {
    auto unit = samples.find(edit);
    if (!unit) return unit.error();
    done = writer->write(*unit, edit);
    if (!done) return done;
  }
  return transaction->commit();
}

Result<std::vector<ScoreEdit>> load_edits(Database& database, std::int64_t run) {
  auto query = database.prepare(
      "SELECT u.id, c.id, e.sample, e.metric, e.pass, e.value, e.reason, e.author, e.at FROM score_edit AS e "
      "JOIN suite AS u ON u.run=e.run AND u.suite=e.suite "
      "JOIN case_ AS c ON c.run=e.run AND c.suite=e.suite AND c.ordinal=e.ordinal WHERE e.run=? ORDER BY e.at, e.id");
  if (!query) return query.error();
  query->with(run);
  std::vector<ScoreEdit> edits;
  for (;;) {
    auto more = query->row();
    if (!more) return more.error();
    if (!*more) return edits;
    edits.push_back({query->string(0),
                     query->string(1),
                     static_cast<std::uint32_t>(query->integer(2)),
                     query->string(3),
                     query->integer(4) != 0,
                     query->maybe_real(5),
                     query->string(6),
                     query->string(7),
                     {query->integer(8)}});
  }
}

}  // namespace assay::store
