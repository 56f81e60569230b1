#include "runner/store/people.hpp"
#include "runner/store/runs.hpp"

namespace assay::store {
namespace {

// Equal in all fields: kept once.
constexpr std::string_view kInsert =
    "INSERT INTO label (run, suite, case_id, sample, answer, question, metric, pass, score, author, at) "
    "SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11 WHERE NOT EXISTS (SELECT 1 FROM label WHERE run=?1 AND "
    "suite=?2 AND case_id=?3 AND sample=?4 AND answer IS ?5 AND question IS ?6 AND metric=?7 AND pass IS ?8 AND "
    "score IS ?9 AND author=?10 AND at=?11)";
constexpr std::string_view kOfRuns =
    "SELECT suite, case_id, run, sample, answer, question, metric, pass, score, author, at FROM label WHERE "
    "run IN (SELECT value FROM json_each(?)) "
    "ORDER BY at, id";

using View = std::string_view;

std::optional<View> view(const std::optional<std::string>& text) {
  return text ? std::optional<View>(*text) : std::nullopt;
}

Label label_of(const Statement& row) {
  Label label;
  label.suite = row.string(0);
  label.case_id = row.string(1);
  label.run = row.string(2);
  label.sample = static_cast<std::uint32_t>(row.integer(3));
  label.answer = row.maybe_string(4);
  label.question = row.maybe_string(5);
  label.check = row.string(6);
  if (const auto pass = row.maybe_integer(7)) label.pass = *pass != 0;
  label.score = row.maybe_real(8);
  label.by = row.string(9);
  label.at = {row.integer(10)};
  return label;
}

Result<void> insert_labels(Database& database, std::span<const Label> labels) {
  auto insert = database.prepare(kInsert);
  if (!insert) return insert.error();
  for (const Label& label : labels) {
    auto done =
        insert
            ->with(View(label.run), View(label.suite), View(label.case_id), label.sample, view(label.answer),
                   view(label.question), View(label.check), label.pass, label.score, View(label.by), label.at.unix_ms)
            .run();
    if (!done) return done;
  }
  return {};
}

Result<std::vector<Label>> labels_of(Database& database, const std::vector<std::string>& runs) {
  auto query = database.prepare(kOfRuns);
  if (!query) return query.error();
  const std::string list = dump_json(Json(runs));
  query->with(View(list));
  std::vector<Label> labels;
  for (;;) {
    auto more = query->row();
    if (!more) return more.error();
    if (!*more) return labels;
    labels.push_back(label_of(*query));
  }
}

}  // namespace

Result<void> append_labels(Database& database, std::span<const Label> labels) {
  auto transaction = Transaction::begin(database);
  if (!transaction) return transaction.error();
  auto done = insert_labels(database, labels);
  if (!done) return done;
  return transaction->commit();
}

Result<std::vector<Label>> load_labels(Database& database, const std::string& run) {
  auto runs = load_origins(database, run);
  if (!runs) return runs.error();
  runs->push_back(run);
  return labels_of(database, *runs);
}

Result<void> copy_labels(Database& from, const std::string& run, Database& to, const std::string& as) {
  auto labels = labels_of(from, {run});
  if (!labels) return labels.error();
  for (Label& label : *labels) label.run = as;
  return insert_labels(to, *labels);
}

}  // namespace assay::store
