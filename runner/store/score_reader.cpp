#include "runner/store/score_reader.hpp"

#include "runner/store/codec.hpp"
#include "runner/store/step_reader.hpp"

namespace assay::store {
namespace {

constexpr std::string_view kScores =
    "SELECT k.name, k.metric, k.required, k.unit, k.weight, s.state, s.value, s.pass, s.why, s.error_kind, "
    "s.error_message, s.error_hint, d.details, k.better FROM score AS s "
    "JOIN suite_check AS k ON k.run=s.run AND k.suite=s.suite AND k.kind=s.kind "
    "LEFT JOIN score_detail AS d ON d.run=s.run AND d.suite=s.suite AND d.ordinal=s.ordinal AND d.sample=s.sample AND "
    "d.place=s.place WHERE s.run=? AND s.suite=? AND s.ordinal=? AND s.sample=? ORDER BY s.place";
constexpr std::string_view kEdits =
    "SELECT metric, pass, value, author, reason FROM score_edit WHERE run=? AND suite=? AND ordinal=? AND sample=? "
    "ORDER BY at, id";

std::optional<double> value_of(const ScoreState& state) {
  const auto* scored = std::get_if<Scored>(&state);
  return scored != nullptr ? std::optional(scored->value) : std::nullopt;
}

}  // namespace

Result<ScoreReader> ScoreReader::make(Database& database, std::int64_t run) {
  ScoreReader reader(run);
  auto query = database.prepare(kScores);
  if (!query) return query.error();
  reader.query_ = std::move(*query);
  return reader;
}

Result<std::vector<WeighedScore>> ScoreReader::read(const UnitId& unit) {
  std::vector<WeighedScore> scores;
  query_.with(run_, unit.suite, unit.ordinal, unit.sample);
  for (;;) {
    auto more = query_.row();
    if (!more) return more.error();
    if (!*more) return scores;
    scores.push_back(read_row());
  }
}

WeighedScore ScoreReader::read_row() {
  WeighedScore read;
  StoredScore& stored = read.stored;
  stored.name = query_.string(0);
  stored.metric = query_.string(1);
  stored.required = query_.integer(2) != 0;
  stored.unit = unit_of(query_.text(3));
  read.better = direction_of(query_.text(13));
  read.weight = query_.real(4);
  stored.score.why = query_.string(8);
  stored.score.details = query_.string(12);
  switch (query_.integer(5)) {
    case 0:
      stored.score.state = Scored{query_.real(6), query_.integer(7) != 0};
      break;
    case 1:
      stored.score.state = Unscored{stored.score.why};
      break;
    default:
      stored.score.state = error_at(query_, 9);
  }
  return read;
}

Result<EditReader> EditReader::make(Database& database, std::int64_t run) {
  EditReader reader(run);
  auto query = database.prepare(kEdits);
  if (!query) return query.error();
  reader.query_ = std::move(*query);
  return reader;
}

Result<Edits> EditReader::read(const UnitId& unit) {
  Edits edits;
  query_.with(run_, unit.suite, unit.ordinal, unit.sample);
  for (;;) {
    auto more = query_.row();
    if (!more) return more.error();
    if (!*more) return edits;
    edits.insert_or_assign(query_.string(0),
                           Edit{query_.integer(1) != 0, query_.maybe_real(2), query_.string(3), query_.string(4)});
  }
}

void apply_edits(const Edits& edits, std::vector<WeighedScore>& scores) {
  for (WeighedScore& each : scores) {
    const auto found = edits.find(each.stored.metric);
    if (found == edits.end()) continue;
    const Edit& edit = found->second;
    Score& score = each.stored.score;
    const double otherwise = each.stored.unit == Unit::share ? (edit.pass ? 1 : 0) : value_of(score.state).value_or(0);
    score.state = Scored{edit.value.value_or(otherwise), edit.pass};
    score.why = "changed by " + edit.by + ": " + edit.reason;
  }
}

}  // namespace assay::store
