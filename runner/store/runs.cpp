#include "runner/store/runs.hpp"

#include "runner/store/codec.hpp"

#include <algorithm>

namespace assay::store {
namespace {

std::optional<std::string_view> view(const std::optional<std::string>& text) {
  return text ? std::optional<std::string_view>(*text) : std::nullopt;
}

std::string_view word_of(RunKind kind) {
  switch (kind) {
    case RunKind::measured:
      return "measured";
    case RunKind::scored:
      return "scored";
    case RunKind::calibration:
      return kCalibration;
  }
  return "measured";
}

Result<void> insert_header(Database& database, const RunHeader& header) {
  auto insert = database.prepare(
      "INSERT INTO run (name, started, status, target, api, model, url, expected_served, candidate_digest, "
      "narrowed_where, narrowed_limit, seed, concurrency, shard, shards, beside, baseline, price_input, price_output, "
      "price_cached, kind, origin, policy, policy_digest, sealed, options, version) "
      "VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)");
  if (!insert) return insert.error();
  const std::string where = encode_pairs(header.where);
  const auto& price = header.price;
  const auto& shard = header.shard;
  using View = std::string_view;
  return insert
      ->with(View(header.id), header.started.unix_ms, name(RunStatus::running), View(header.target), View(header.api),
             View(header.model), View(header.url), view(header.expected_served), View(header.candidate_digest),
             View(where), header.limit, header.seed, header.concurrency,
             shard ? std::optional(shard->index) : std::nullopt, shard ? std::optional(shard->count) : std::nullopt,
             View(header.beside), header.baseline, price ? std::optional(price->input_per_mtok) : std::nullopt,
             price ? std::optional(price->output_per_mtok) : std::nullopt,
             price ? price->cached_per_mtok : std::nullopt, word_of(header.kind), View(header.origin),
             View(header.policy), View(header.policy_digest), header.sealed.unix_ms, View(header.options),
             View(header.version))
      .run();
}

Result<void> insert_meta(Database& database, std::int64_t run, const Pairs& meta) {
  auto insert = database.prepare("INSERT INTO run_meta VALUES (?,?,?,?)");
  if (!insert) return insert.error();
  for (std::size_t place = 0; place < meta.size(); ++place) {
    auto done =
        insert->with(run, place, std::string_view(meta[place].first), std::string_view(meta[place].second)).run();
    if (!done) return done;
  }
  return {};
}

Result<void> insert_judges(Database& database, std::int64_t run, const std::vector<StoredJudge>& judges) {
  auto insert = database.prepare("INSERT INTO run_judge VALUES (?,?,?,?,?,?,?,?,?,?,?)");
  if (!insert) return insert.error();
  using View = std::string_view;
  for (std::size_t place = 0; place < judges.size(); ++place) {
    const StoredJudge& judge = judges[place];
    const auto& price = judge.price;
    auto done =
        insert
            ->with(run, place, View(judge.name), View(judge.digest), View(judge.api), View(judge.model),
                   View(judge.url), View(judge.params), price ? std::optional(price->input_per_mtok) : std::nullopt,
                   price ? std::optional(price->output_per_mtok) : std::nullopt,
                   price ? price->cached_per_mtok : std::nullopt)
            .run();
    if (!done) return done;
  }
  return {};
}

Result<void> insert_judged(Database& database, std::int64_t run, std::size_t suite,
                           const std::vector<JudgedMetric>& judged) {
  auto insert = database.prepare("INSERT INTO suite_judged VALUES (?,?,?,?,?,?,?,?,?)");
  if (!insert) return insert.error();
  using View = std::string_view;
  for (std::size_t place = 0; place < judged.size(); ++place) {
    const JudgedMetric& each = judged[place];
    auto done = insert
                    ->with(run, suite, place, View(each.metric), each.required, View(each.use.judge),
                           View(each.use.digest), View(each.use.prompt), View(each.model))
                    .run();
    if (!done) return done;
  }
  return {};
}

Result<void> insert_metrics(Database& database, std::int64_t run, std::size_t suite,
                            const std::vector<StoredSuite::Metric>& metrics) {
  auto insert = database.prepare("INSERT INTO suite_metric VALUES (?,?,?,?,?,?)");
  if (!insert) return insert.error();
  for (std::size_t place = 0; place < metrics.size(); ++place) {
    const auto& metric = metrics[place];
    auto done =
        insert->with(run, suite, place, std::string_view(metric.name), name(metric.unit), name_of(metric.better)).run();
    if (!done) return done;
  }
  return {};
}

Result<void> insert_suites(Database& database, std::int64_t run, const std::vector<StoredSuite>& suites) {
  auto insert = database.prepare(
      "INSERT INTO suite (run, suite, id, kind, file, digest, prompt, params, dataset, params_text, floor, planned, "
      "whole, owners) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?)");
  if (!insert) return insert.error();
  using View = std::string_view;
  for (std::size_t at = 0; at < suites.size(); ++at) {
    const StoredSuite& suite = suites[at];
    const std::string owners = encode_tags({suite.owners.begin(), suite.owners.end()});
    auto done = insert
                    ->with(run, at, View(suite.id), View(suite.kind), View(suite.file), View(suite.digest),
                           View(suite.prompt), View(suite.params), View(suite.dataset), View(suite.params_text),
                           suite.floor, suite.planned, suite.whole, View(owners))
                    .run();
    if (!done) return done;
    done = insert_metrics(database, run, at, suite.metrics);
    if (done) done = insert_judged(database, run, at, suite.judged);
    if (!done) return done;
  }
  return {};
}

RunStatus status_of(std::string_view text) {
  for (const RunStatus each : {RunStatus::running, RunStatus::finished, RunStatus::interrupted, RunStatus::failed}) {
    if (name(each) == text) return each;
  }
  return RunStatus::failed;
}

RunKind kind_of(std::string_view text) {
  if (text == word_of(RunKind::scored)) return RunKind::scored;
  return text == kCalibration ? RunKind::calibration : RunKind::measured;
}

constexpr std::string_view kRunColumns =
    "SELECT name, started, status, ended, wall_s, stopped, spent, load, finished, target, api, model, url, "
    "expected_served, candidate_digest, narrowed_where, narrowed_limit, seed, concurrency, shard, shards, beside, "
    "baseline, price_input, price_output, price_cached, kind, origin, policy, policy_digest, sealed, options, version, "
    "stop_look, stop_round, stop_fraction, stop_saved FROM run WHERE id=?";

RunRow run_row(const Statement& row) {
  RunRow run;
  RunHeader& header = run.header;
  header.id = row.string(0);
  header.started = {row.integer(1)};
  run.status = status_of(row.text(2));
  if (const auto ended = row.maybe_integer(3)) run.ended = WallTime{*ended};
  run.wall_s = row.real(4);
  run.stopped = row.maybe_string(5);
  run.spent = row.maybe_string(6);
  run.load = static_cast<std::uint32_t>(row.integer(7));
  run.finished = static_cast<std::uint64_t>(row.integer(8));
  header.target = row.string(9);
  header.api = row.string(10);
  header.model = row.string(11);
  header.url = row.string(12);
  header.expected_served = row.maybe_string(13);
  header.candidate_digest = row.string(14);
  header.where = decode_pairs(row.text(15));
  if (const auto limit = row.maybe_integer(16)) header.limit = static_cast<std::uint64_t>(*limit);
  header.seed = static_cast<std::uint64_t>(row.integer(17));
  header.concurrency = static_cast<std::uint32_t>(row.integer(18));
  if (!row.is_null(19)) {
    header.shard = Shard{static_cast<std::uint32_t>(row.integer(19)), static_cast<std::uint32_t>(row.integer(20))};
  }
  header.beside = row.string(21);
  header.baseline = row.integer(22) != 0;
  if (!row.is_null(23)) header.price = Price{row.real(23), row.real(24), row.maybe_real(25)};
  header.kind = kind_of(row.text(26));
  header.origin = row.string(27);
  header.policy = row.string(28);
  header.policy_digest = row.string(29);
  header.sealed = {row.integer(30)};
  header.options = row.string(31);
  header.version = row.string(32);
  if (!row.is_null(33)) {
    run.stop = StopPoint{static_cast<std::uint32_t>(row.integer(33)), static_cast<std::uint32_t>(row.integer(34)),
                         row.real(35), static_cast<std::uint64_t>(row.integer(36))};
  }
  return run;
}

Result<void> load_meta(Database& database, std::int64_t run, RunHeader& header) {
  auto query = database.prepare("SELECT key, value FROM run_meta WHERE run=? ORDER BY place");
  if (!query) return query.error();
  query->with(run);
  for (;;) {
    auto more = query->row();
    if (!more) return more.error();
    if (!*more) return {};
    header.meta.emplace_back(query->string(0), query->string(1));
  }
}

Result<void> load_suites(Database& database, std::int64_t run, RunHeader& header) {
  auto query = database.prepare(
      "SELECT id, kind, file, digest, prompt, params, dataset, params_text, floor, planned, whole, owners FROM suite "
      "WHERE run=? ORDER BY suite");
  if (!query) return query.error();
  query->with(run);
  for (;;) {
    auto more = query->row();
    if (!more) return more.error();
    if (!*more) return {};
    const Tags owners = decode_tags(query->text(11));
    header.suites.push_back({.id = query->string(0),
                             .kind = query->string(1),
                             .file = query->string(2),
                             .digest = query->string(3),
                             .prompt = query->string(4),
                             .params = query->string(5),
                             .dataset = query->string(6),
                             .params_text = query->string(7),
                             .floor = query->maybe_real(8),
                             .owners = {owners.begin(), owners.end()},
                             .planned = static_cast<std::uint64_t>(query->integer(9)),
                             .whole = static_cast<std::uint64_t>(query->integer(10)),
                             .metrics = {},
                             .judged = {}});
  }
}

Result<void> load_metrics(Database& database, std::int64_t run, RunHeader& header) {
  auto query =
      database.prepare("SELECT suite, metric, unit, better FROM suite_metric WHERE run=? ORDER BY suite, place");
  if (!query) return query.error();
  query->with(run);
  for (;;) {
    auto more = query->row();
    if (!more) return more.error();
    if (!*more) return {};
    const auto suite = static_cast<std::size_t>(query->integer(0));
    if (suite >= header.suites.size()) continue;
    header.suites[suite].metrics.push_back({query->string(1), unit_of(query->text(2)), direction_of(query->text(3))});
  }
}

Result<void> load_judged(Database& database, std::int64_t run, RunHeader& header) {
  auto query = database.prepare(
      "SELECT suite, metric, required, judge, digest, prompt, model FROM suite_judged WHERE run=? ORDER BY suite, "
      "place");
  if (!query) return query.error();
  query->with(run);
  for (;;) {
    auto more = query->row();
    if (!more) return more.error();
    if (!*more) return {};
    const auto suite = static_cast<std::size_t>(query->integer(0));
    if (suite >= header.suites.size()) continue;
    header.suites[suite].judged.push_back({query->string(1),
                                           query->integer(2) != 0,
                                           {query->string(3), query->string(4), query->string(5)},
                                           query->string(6)});
  }
}

Result<void> load_judges(Database& database, std::int64_t run, RunHeader& header) {
  auto query = database.prepare(
      "SELECT name, digest, api, model, url, params, price_input, price_output, price_cached FROM run_judge WHERE "
      "run=? ORDER BY place");
  if (!query) return query.error();
  query->with(run);
  for (;;) {
    auto more = query->row();
    if (!more) return more.error();
    if (!*more) return {};
    std::optional<Price> price;
    if (!query->is_null(6)) price = Price{query->real(6), query->real(7), query->maybe_real(8)};
    header.judges.push_back({query->string(0), query->string(1), query->string(2), query->string(3), query->string(4),
                             query->string(5), price});
  }
}

Result<void> load_newest_verdict(Database& database, std::int64_t run, RunRow& row) {
  auto query = database.prepare("SELECT verdict, decision FROM verdict WHERE run=? ORDER BY id DESC LIMIT 1");
  if (!query) return query.error();
  auto more = query->with(run).row();
  if (!more) return more.error();
  if (!*more) return {};
  row.verdict = query->string(0);
  row.decision = query->string(1);
  return {};
}

// A run that is closed knows how much it finished; one that is not is counted.
Result<void> count_finished(Database& database, std::int64_t run, RunRow& row) {
  if (row.status != RunStatus::running) return {};
  auto query = database.prepare("SELECT count(*) FROM sample WHERE run=? AND outcome<>?");
  if (!query) return query.error();
  auto more = query->with(run, static_cast<int>(OutcomeKind::skipped)).row();
  if (!more) return more.error();
  row.finished = static_cast<std::uint64_t>(query->integer(0));
  return {};
}

}  // namespace

const StoredSuite* RunHeader::suite(std::string_view wanted) const {
  const auto found =
      std::find_if(suites.begin(), suites.end(), [&](const StoredSuite& each) { return each.id == wanted; });
  return found == suites.end() ? nullptr : &*found;
}

Result<std::int64_t> insert_run(Database& database, const RunHeader& header) {
  auto done = insert_header(database, header);
  if (!done) return done.error();
  const std::int64_t run = database.last_rowid();
  done = insert_meta(database, run, header.meta);
  if (done) done = insert_judges(database, run, header.judges);
  if (done) done = insert_suites(database, run, header.suites);
  if (!done) return done.error();
  return run;
}

Result<RunRow> load_run(Database& database, std::int64_t run) {
  auto query = database.prepare(kRunColumns);
  if (!query) return query.error();
  auto more = query->with(run).row();
  if (!more) return more.error();
  if (!*more) return Error{ErrorKind::not_found, "the run is not in the history"};
  RunRow row = run_row(*query);
  query->reset();
  auto done = load_meta(database, run, row.header);
  if (done) done = load_suites(database, run, row.header);
  if (done) done = load_metrics(database, run, row.header);
  if (done) done = load_judged(database, run, row.header);
  if (done) done = load_judges(database, run, row.header);
  if (done) done = load_newest_verdict(database, run, row);
  if (done) done = count_finished(database, run, row);
  if (!done) return done.error();
  return row;
}

Result<std::vector<RunRow>> list_runs(Database& database, const std::optional<std::string>& suite,
                                      std::uint64_t limit) {
  auto query = database.prepare(
      "SELECT id FROM run WHERE kind<>?3 AND (?1 IS NULL OR EXISTS (SELECT 1 FROM suite WHERE suite.run=run.id AND "
      "suite.id=?1)) ORDER BY started DESC, id DESC LIMIT ?2");
  if (!query) return query.error();
  query->with(view(suite), static_cast<std::int64_t>(std::min<std::uint64_t>(limit, INT64_MAX)), kCalibration);
  std::vector<RunRow> runs;
  for (;;) {
    auto more = query->row();
    if (!more) return more.error();
    if (!*more) return runs;
    auto run = load_run(database, query->integer(0));
    if (!run) return run.error();
    runs.push_back(std::move(*run));
  }
}

Result<std::vector<std::string>> load_origins(Database& database, std::string_view run) {
  auto query = database.prepare("SELECT kind, origin FROM run WHERE name=?");
  if (!query) return query.error();
  std::vector<std::string> origins;
  std::string at(run);
  for (;;) {
    auto there = query->with(std::string_view(at)).row();
    if (!there) return there.error();
    if (!*there) return origins;
    const bool calibrates = query->text(0) == kCalibration;
    std::string origin = query->string(1);
    query->reset();
    if (calibrates && !origins.empty()) origins.pop_back();
    const bool known = origin == run || std::find(origins.begin(), origins.end(), origin) != origins.end();
    if (calibrates || origin.empty() || known) return origins;
    at = origins.emplace_back(std::move(origin));
  }
}

Result<std::vector<CheckKind>> load_kinds(Database& database, std::int64_t run) {
  auto query = database.prepare(
      "SELECT suite, kind, name, metric, required, unit, better, weight FROM suite_check WHERE run=? ORDER BY suite, "
      "kind");
  if (!query) return query.error();
  query->with(run);
  std::vector<CheckKind> kinds;
  for (;;) {
    auto more = query->row();
    if (!more) return more.error();
    if (!*more) return kinds;
    kinds.push_back({static_cast<std::uint32_t>(query->integer(0)), static_cast<std::uint32_t>(query->integer(1)),
                     query->string(2), query->string(3), query->integer(4) != 0, unit_of(query->text(5)),
                     direction_of(query->text(6)), query->real(7)});
  }
}

Result<std::vector<LimitRow>> load_limits(Database& database, std::int64_t run) {
  auto query = database.prepare("SELECT target, at, most, in_flight, cause FROM run_limit WHERE run=? ORDER BY place");
  if (!query) return query.error();
  query->with(run);
  std::vector<LimitRow> limits;
  for (;;) {
    auto more = query->row();
    if (!more) return more.error();
    if (!*more) return limits;
    limits.push_back({query->string(0),
                      {query->integer(1)},
                      static_cast<std::uint32_t>(query->integer(2)),
                      static_cast<std::uint32_t>(query->integer(3)),
                      query->string(4)});
  }
}

Result<Known> load_known(Database& database, std::int64_t run, std::size_t suites) {
  Known known;
  auto kinds = load_kinds(database, run);
  if (!kinds) return kinds.error();
  known.kinds = std::move(*kinds);
  auto open = load_open_steps(database, run);
  if (!open) return open.error();
  known.open = std::move(*open);
  auto limits = load_limits(database, run);
  if (!limits) return limits.error();
  known.limits = limits->size();
  known.cases.resize(suites);
  auto query = database.prepare("SELECT suite, ordinal FROM case_ WHERE run=? ORDER BY suite, ordinal DESC");
  if (!query) return query.error();
  query->with(run);
  for (;;) {
    auto more = query->row();
    if (!more) return more.error();
    if (!*more) return known;
    const auto suite = static_cast<std::size_t>(query->integer(0));
    const auto ordinal = static_cast<std::size_t>(query->integer(1));
    if (suite >= suites) continue;
    std::vector<bool>& seen = known.cases[suite];
    if (seen.size() <= ordinal) seen.resize(ordinal + 1);  // the first of a suite is its greatest
    seen[ordinal] = true;
  }
}

}  // namespace assay::store
