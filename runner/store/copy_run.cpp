#include "runner/store/copy_run.hpp"

#include "runner/store/bodies.hpp"
#include "runner/store/codec.hpp"
#include "runner/store/runs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <tuple>

namespace assay::store {
namespace {

enum class Edit { none, body, bodies, id, kind, place };

}  // namespace

/// What is copied as it is, but for the run's number in the first column (the body's own, where there is no run), the
/// number in the last column that `last` speaks of (the last two: `question` and `body`), and `coding`.
struct RunCopy::Table {
  std::string_view name;
  std::string_view columns;
  std::string_view rows;
  Edit last = Edit::none;
};

namespace {

constexpr std::string_view kCaseBodies = "id IN (SELECT body FROM case_ WHERE run=?) ORDER BY id";
constexpr std::string_view kStepBodies = "id IN (SELECT body FROM step WHERE run=?) ORDER BY id";
constexpr std::string_view kQuestionBodies = "id IN (SELECT question FROM step WHERE run=?) ORDER BY id";
constexpr std::string_view kCases = "run=? ORDER BY suite, ordinal";
constexpr std::string_view kSteps = "run=? ORDER BY suite, ordinal, sample, seq";

int count_columns(std::string_view columns) {
  return static_cast<int>(std::count(columns.begin(), columns.end(), ',')) + 1;
}

bool same(const CheckKind& a, const CheckKind& b) {
  return std::tie(a.suite, a.name, a.metric, a.required, a.unit, a.better, a.weight) ==
         std::tie(b.suite, b.name, b.metric, b.required, b.unit, b.better, b.weight);
}

std::string insert_sql(std::string_view table, std::string_view columns) {
  std::string values = "?";
  for (int i = 1; i < count_columns(columns); ++i) values += ",?";
  return fmt::format("INSERT INTO {} ({}) VALUES ({})", table, columns, values);
}

}  // namespace

/// Where rows come from, and what is added to their numbers.
struct RunCopy::Source {
  Database& database;
  std::int64_t run = 0;
  std::int64_t case_bodies = 0;
  std::int64_t step_bodies = 0;
  std::int64_t question_bodies = 0;
  std::int64_t places = 0;
  std::vector<std::vector<std::int64_t>> kinds = {};  ///< [suite][kind]: its number here
};

Result<void> RunCopy::add(Database& from, std::int64_t run) {
  static constexpr std::array kTables = {
      Table{"run_limit", "run, target, at, most, in_flight, cause, place", "run=? ORDER BY place", Edit::place},
      Table{"case_body", "id, coding, vars, messages", kCaseBodies, Edit::id},
      Table{"case_", "run, suite, ordinal, id, digest, cluster, tags, row, body", kCases, Edit::body},
      Table{"step_body", "id, coding, gaps, answer, raw", kStepBodies, Edit::id},
      Table{"question_body", "id, coding, bytes", kQuestionBodies, Edit::id},
      Table{"step",
            "run, suite, ordinal, sample, seq, name, role, context, attempts, started, waited, duration, status, "
            "request_id, finish, finish_text, served_model, input_tokens, output_tokens, cached_tokens, "
            "reasoning_tokens, usd, connect, ttft, total, gap_count, error_kind, error_message, error_hint, replayed, "
            "question, body",
            kSteps, Edit::bodies},
      Table{"attempt",
            "run, suite, ordinal, sample, seq, attempt, started, waited, duration, status, request_id, error_kind, "
            "error_message, error_hint",
            kSteps},
      Table{"sample",
            "run, suite, ordinal, sample, outcome, pass, score, latency, ttft, itl, cost, input_tokens, output_tokens, "
            "cached_tokens, why, error_kind, error_hint",
            kCases},
      Table{"score",
            "run, suite, ordinal, sample, place, state, value, pass, why, error_kind, error_message, error_hint, kind",
            kCases, Edit::kind},
      Table{"score_detail", "run, suite, ordinal, sample, place, details", kCases},
      Table{"score_edit", "run, suite, ordinal, sample, metric, pass, value, reason, author, at", "run=? ORDER BY id"},
      Table{"edited_sample", "run, suite, ordinal, sample, outcome, pass, score, why, error_kind, error_hint", kCases},
  };
  Source source{from, run};
  const std::pair<std::int64_t*, std::string> offsets[] = {
      {&source.case_bodies, "SELECT max(id) FROM case_body"},
      {&source.step_bodies, "SELECT max(id) FROM step_body"},
      {&source.question_bodies, "SELECT max(id) FROM question_body"},
      {&source.places, fmt::format("SELECT max(place)+1 FROM run_limit WHERE run={}", run_)}};
  for (const auto& [offset, sql] : offsets) {
    auto greatest = into_.integer(sql);
    if (!greatest) return greatest.error();
    *offset = *greatest;
  }
  auto done = copy_checks(source);
  for (const Table& table : kTables) {
    if (done) done = copy(source, table);
  }
  return done;
}

/// Shards meet checks in different orders, so each numbers them in its own way.
Result<void> RunCopy::copy_checks(Source& source) {
  auto kinds = load_kinds(source.database, source.run);
  if (!kinds) return kinds.error();
  auto insert =
      into_.prepare(insert_sql("suite_check", "run, suite, kind, name, metric, required, unit, better, weight"));
  if (!insert) return insert.error();
  for (CheckKind& kind : *kinds) {
    if (source.kinds.size() <= kind.suite) source.kinds.resize(kind.suite + 1);
    auto& numbers = source.kinds[kind.suite];
    if (numbers.size() <= kind.kind) numbers.resize(kind.kind + 1, -1);
    const auto known = std::find_if(kinds_.begin(), kinds_.end(), [&](const auto& each) { return same(each, kind); });
    if (known != kinds_.end()) {
      numbers[kind.kind] = known->kind;
      continue;
    }
    const auto of_suite = [&](const CheckKind& each) { return each.suite == kind.suite; };
    const auto number = static_cast<std::uint32_t>(std::count_if(kinds_.begin(), kinds_.end(), of_suite));
    numbers[kind.kind] = number;
    kind.kind = number;
    auto done = insert
                    ->with(run_, kind.suite, kind.kind, std::string_view(kind.name), std::string_view(kind.metric),
                           kind.required, name(kind.unit), name_of(kind.better), kind.weight)
                    .run();
    if (!done) return done;
    kinds_.push_back(kind);
  }
  return {};
}

Result<void> RunCopy::copy(const Source& source, const Table& table) {
  auto select =
      source.database.prepare(fmt::format("SELECT {} FROM {} WHERE {}", table.columns, table.name, table.rows));
  if (!select) return select.error();
  auto insert = into_.prepare(insert_sql(table.name, table.columns));
  if (!insert) return insert.error();
  const int columns = count_columns(table.columns);
  select->with(source.run);
  for (;;) {
    auto more = select->row();
    if (!more) return more.error();
    if (!*more) return {};
    insert->copy_row(*select, columns);
    auto done = edit(source, table, *select, *insert);
    if (!done) return done;
    done = insert->run();
    if (!done) return why_refused(done.error(), table, *select);
  }
}

Result<void> RunCopy::edit(const Source& source, const Table& table, const Statement& row, Statement& insert) {
  const std::int64_t bodies = table.name.starts_with("case")       ? source.case_bodies
                              : table.name.starts_with("question") ? source.question_bodies
                                                                   : source.step_bodies;
  const int last = count_columns(table.columns) - 1;
  if (table.last == Edit::id) {
    insert.set(1, row.integer(0) + bodies);
    auto number = coding(source, row.integer(1));
    if (!number) return number.error();
    insert.set(2, *number);
    return {};
  }
  insert.set(1, run_);
  const bool has_body = table.last == Edit::body || table.last == Edit::bodies;
  if (has_body && !row.is_null(last)) insert.set(last + 1, row.integer(last) + bodies);
  if (table.last == Edit::bodies && !row.is_null(last - 1)) {
    insert.set(last, row.integer(last - 1) + source.question_bodies);
  }
  if (table.last == Edit::place) insert.set(last + 1, row.integer(last) + source.places);
  if (table.last == Edit::kind) {
    const auto suite = static_cast<std::size_t>(row.integer(1));
    const auto kind = static_cast<std::size_t>(row.integer(last));
    if (suite >= source.kinds.size() || kind >= source.kinds[suite].size() || source.kinds[suite][kind] < 0) {
      return Error{ErrorKind::store, fmt::format("a score of {} has no check: the history file is damaged",
                                                 source.database.file().string())};
    }
    insert.set(last + 1, source.kinds[suite][kind]);
  }
  return {};
}

/// Brings the dictionary over, once.
Result<std::int64_t> RunCopy::coding(const Source& source, std::int64_t coding) {
  if (coding <= kZstd) return coding;
  const auto [known, fresh] = dictionaries_.try_emplace({&source.database, coding}, 0);
  if (!fresh) return known->second;
  auto read = source.database.prepare("SELECT bytes, suite, kind FROM dictionary WHERE id=?");
  if (!read) return read.error();
  auto more = read->with(coding).row();
  if (!more) return more.error();
  if (!*more) {
    return Error{ErrorKind::store, fmt::format("{} lacks dictionary {}: the history file is damaged",
                                               source.database.file().string(), coding)};
  }
  auto equal = into_.prepare("SELECT id FROM dictionary WHERE run=? AND bytes=?");
  if (!equal) return equal.error();
  auto there = equal->with(run_, Blob{read->bytes(0)}).row();
  if (!there) return there.error();
  if (*there) return known->second = equal->integer(0);
  auto next = into_.integer("SELECT max(id)+1 FROM dictionary");
  if (!next) return next.error();
  known->second = std::max(*next, kZstd + 1);
  auto insert = into_.prepare("INSERT INTO dictionary (id, run, suite, kind, bytes) VALUES (?,?,?,?,?)");
  if (!insert) return insert.error();
  auto done = insert->with(known->second, run_, read->integer(1), read->integer(2), Blob{read->bytes(0)}).run();
  if (!done) return done.error();
  return known->second;
}

Error RunCopy::why_refused(const Error& error, const Table& table, const Statement& row) {
  if (table.name != "case_") return error;
  auto there = into_.prepare("SELECT id FROM case_ WHERE run=? AND suite=? AND ordinal=?");
  if (!there) return error;
  auto found = there->with(run_, row.integer(1), row.integer(2)).row();
  if (!found || !*found) return error;
  return {ErrorKind::usage, fmt::format("two shards hold case '{}'", there->text(0)),
          "merge shards of one and the same plan; each case belongs to one of them"};
}

}  // namespace assay::store
