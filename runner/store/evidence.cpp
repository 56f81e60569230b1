#include "runner/store/codec.hpp"
#include "runner/store/histogram.hpp"
#include "runner/store/queries.hpp"
#include "runner/store/runs.hpp"

#include <array>
#include <set>
#include <unordered_map>

namespace assay::store {
namespace {

struct BuiltIn {
  std::string_view metric;
  Unit unit;
  Direction better;
};

// In the order in which the query below selects them.
constexpr std::array kBuiltIn = {
    BuiltIn{"score", Unit::share, Direction::up},
    BuiltIn{"latency", Unit::seconds, Direction::down},
    BuiltIn{"ttft", Unit::seconds, Direction::down},
    BuiltIn{"itl", Unit::seconds, Direction::down},
    BuiltIn{"cost", Unit::usd, Direction::down},
    BuiltIn{"input_tokens", Unit::tokens, Direction::down},
    BuiltIn{"output_tokens", Unit::tokens, Direction::down},
    BuiltIn{"cached_tokens", Unit::tokens, Direction::up},
    BuiltIn{"cache_hit_rate", Unit::share, Direction::up},
};
constexpr std::size_t kFirstTime = 1;  // latency, ttft and itl count where scored
constexpr std::size_t kLastTime = 3;

constexpr std::string_view kSamples =
    "SELECT ordinal, sample, outcome, pass, score, latency*1e-9, ttft*1e-9, itl, cost, input_tokens, output_tokens, "
    "cached_tokens, CAST(cached_tokens AS REAL)/nullif(input_tokens, 0) FROM sample WHERE run=? AND suite=? ORDER BY "
    "ordinal, sample";
constexpr std::string_view kCases =
    "SELECT ordinal, id, digest, cluster, tags FROM case_ WHERE run=? AND suite=? ORDER BY ordinal";
constexpr std::string_view kScores =
    "SELECT ordinal, sample, kind, value, pass, state FROM score WHERE run=? AND suite=? ORDER BY ordinal, sample";
constexpr int kFirstNumber = 4;
constexpr std::uint8_t kCouldNotTell = 2;  // of Column::known

/// Tags mostly repeat; parsing each distinct text once is what makes a million cases quick.
class TagCache {
 public:
  const Tags& get(std::string_view text) {
    if (known_.size() > kMost) known_.clear();
    auto [found, fresh] = known_.try_emplace(std::string(text));
    if (fresh) found->second = decode_tags(text);
    return found->second;
  }

 private:
  static constexpr std::size_t kMost = 4096;
  std::unordered_map<std::string, Tags> known_;
};

Result<std::int64_t> count_rows(Database& database, std::string_view table, std::int64_t run, std::size_t suite) {
  auto query = database.prepare("SELECT count(*) FROM " + std::string(table) + " WHERE run=? AND suite=?");
  if (!query) return query.error();
  auto more = query->with(run, suite).row();
  if (!more) return more.error();
  return query->integer(0);
}

/// Fills one suite's evidence from three scans that run side by side, in case order.
class SuiteReader {
 public:
  SuiteReader(Database& database, std::int64_t run, std::size_t suite, SuiteEvidence& out)
      : database_(database), run_(run), suite_(suite), out_(out) {}

  Result<void> read(const StoredSuite& stored, const std::vector<CheckKind>& kinds) {
    auto rows = count_rows(database_, "sample", run_, suite_);
    if (!rows) return rows.error();
    auto cases = count_rows(database_, "case_", run_, suite_);
    if (!cases) return cases.error();
    out_.cases.reserve(static_cast<std::size_t>(std::min(*cases, *rows)));
    make_columns(stored, kinds, static_cast<std::size_t>(*rows));
    auto done = read_samples(static_cast<std::size_t>(*rows));
    if (done) done = read_scores();
    if (!done) return done;
    count(stored.planned);
    return {};
  }

 private:
  struct Columns {
    std::size_t value = 0;
    std::size_t pass = 0;
    bool measured = false;  ///< the value is one of the run's own metrics, which cover every sample
  };

  std::size_t column(const std::string& metric, Unit unit, Direction better, std::size_t rows) {
    for (std::size_t i = 0; i < out_.columns.size(); ++i) {
      if (out_.columns[i].metric == metric) return i;
    }
    out_.columns.push_back({metric, unit, better, std::vector<double>(rows), std::vector<std::uint8_t>(rows)});
    return out_.columns.size() - 1;
  }

  Columns check_columns(const std::string& metric, Unit unit, Direction better, std::size_t rows) {
    Columns columns;
    columns.value = column(metric, unit, better, rows);
    columns.measured = columns.value < kBuiltIn.size();
    columns.pass = column(metric + ".pass", Unit::share, Direction::up, rows);
    return columns;
  }

  void make_columns(const StoredSuite& stored, const std::vector<CheckKind>& kinds, std::size_t rows) {
    for (const BuiltIn& each : kBuiltIn) column(std::string(each.metric), each.unit, each.better, rows);
    for (const auto& metric : stored.metrics) check_columns(metric.name, metric.unit, metric.better, rows);
    for (const CheckKind& kind : kinds) {
      if (kind.suite == suite_) by_kind_.push_back(check_columns(kind.metric, kind.unit, kind.better, rows));
    }
  }

  Result<void> read_samples(std::size_t rows) {
    auto samples = database_.prepare(kSamples);
    if (!samples) return samples.error();
    auto cases = database_.prepare(kCases);
    if (!cases) return cases.error();
    samples->with(run_, suite_);
    cases->with(run_, suite_);
    out_.rows.reserve(rows);
    numbers_.reserve(rows);
    for (;;) {
      auto more = samples->row();
      if (!more) return more.error();
      if (!*more) return {};
      const auto ordinal = static_cast<std::uint32_t>(samples->integer(0));
      if (out_.cases.empty() || out_.cases.back().ordinal != ordinal) {
        auto found = next_case(*cases, ordinal);
        if (!found) return found;
      }
      add_row(*samples);
    }
  }

  Result<void> next_case(Statement& cases, std::uint32_t ordinal) {
    for (;;) {
      auto more = cases.row();
      if (!more) return more.error();
      if (!*more) return Error{ErrorKind::store, "a sample has no case: the history file is damaged"};
      if (static_cast<std::uint32_t>(cases.integer(0)) == ordinal) break;
    }
    out_.cases.push_back({ordinal, cases.string(1), cases.string(2), cases.string(3), tags_.get(cases.text(4))});
    return {};
  }

  void add_row(const Statement& row) {
    const std::size_t at = out_.rows.size();
    const auto stored = static_cast<std::uint64_t>(row.integer(2));
    const auto last = static_cast<std::uint64_t>(OutcomeKind::skipped);
    const auto kind = static_cast<OutcomeKind>(std::min(stored, last));
    const bool scored = kind == OutcomeKind::scored;
    out_.rows.push_back({static_cast<std::uint32_t>(out_.cases.size() - 1), kind, scored && row.integer(3) != 0});
    numbers_.push_back(static_cast<std::uint32_t>(row.integer(1)));
    for (std::size_t i = 0; i < kBuiltIn.size(); ++i) {
      const int from = kFirstNumber + static_cast<int>(i);
      if (row.is_null(from) || (!scored && i >= kFirstTime && i <= kLastTime)) continue;
      set(out_.columns[i], at, row.real(from));
    }
  }

  static void set(Column& column, std::size_t at, double value) {
    column.values[at] = value;
    column.known[at] = 1;
  }

  Result<void> read_scores() {
    auto scores = database_.prepare(kScores);
    if (!scores) return scores.error();
    scores->with(run_, suite_);
    std::size_t at = 0;
    for (;;) {
      auto more = scores->row();
      if (!more) return more.error();
      if (!*more) return {};
      const std::pair unit(static_cast<std::uint32_t>(scores->integer(0)),
                           static_cast<std::uint32_t>(scores->integer(1)));
      while (at < out_.rows.size() && unit_at(at) < unit) ++at;
      if (at == out_.rows.size()) return scores->reset(), Result<void>();
      const auto kind = static_cast<std::size_t>(scores->integer(2));
      if (unit_at(at) != unit || kind >= by_kind_.size()) continue;
      const Columns& columns = by_kind_[kind];
      if (scores->integer(5) != 0) {
        if (!columns.measured) out_.columns[columns.value].known[at] = kCouldNotTell;
        out_.columns[columns.pass].known[at] = kCouldNotTell;
        continue;
      }
      if (!columns.measured) set(out_.columns[columns.value], at, scores->real(3));
      set(out_.columns[columns.pass], at, scores->integer(4) != 0 ? 1 : 0);
    }
  }

  [[nodiscard]] std::pair<std::uint32_t, std::uint32_t> unit_at(std::size_t at) const {
    return {out_.cases[out_.rows[at].case_index].ordinal, numbers_[at]};
  }

  void count(std::uint64_t planned) {
    Balance& balance = out_.balance;
    balance.planned = planned;
    for (const SampleRow& row : out_.rows) {
      if (row.outcome == OutcomeKind::scored) ++balance.scored;
      if (row.outcome == OutcomeKind::unscored) ++balance.unscored;
      if (row.outcome == OutcomeKind::endpoint_error || row.outcome == OutcomeKind::judge_error) ++balance.errored;
    }
    const std::uint64_t ended = balance.scored + balance.unscored + balance.errored;
    balance.skipped = planned > ended ? planned - ended : 0;  // more than planned: the balance does not hold
  }

  Database& database_;
  const std::int64_t run_;
  const std::size_t suite_;
  SuiteEvidence& out_;
  TagCache tags_;
  std::vector<std::uint32_t> numbers_;  // the sample of each row
  std::vector<Columns> by_kind_;
};

/// Calls, tokens and money over all steps, of unfinished samples too: they were paid for.
Result<void> read_totals(Database& database, std::int64_t run, RunEvidence& out) {
  auto query = database.prepare(
      "SELECT attempts, input_tokens, output_tokens, usd, body IS NOT NULL, role, served_model FROM step WHERE run=?");
  if (!query) return query.error();
  query->with(run);
  std::set<std::string, std::less<>> served;
  bool priced = true;
  double usd = 0;
  for (;;) {
    auto more = query->row();
    if (!more) return more.error();
    if (!*more) break;
    ++out.cost.calls;
    out.cost.attempts += static_cast<std::uint64_t>(query->integer(0));
    out.cost.input_tokens += static_cast<std::uint64_t>(query->integer(1));
    out.cost.output_tokens += static_cast<std::uint64_t>(query->integer(2));
    usd += query->real(3);
    const bool answered = query->integer(4) != 0;
    if (answered && query->is_null(3)) priced = false;
    if (!answered || static_cast<Role>(query->integer(5)) != Role::target) continue;
    const std::string_view model = query->text(6);
    if (!model.empty() && !served.contains(model)) served.emplace(model);
  }
  if (priced && out.cost.calls > 0) out.cost.usd = usd;
  out.served_models.assign(served.begin(), served.end());
  return {};
}

Result<void> read_gaps(Database& database, std::int64_t run, LogHistogram& gaps_ms) {
  auto query = database.prepare(
      "SELECT b.gaps FROM step AS t CROSS JOIN sample AS s CROSS JOIN step_body AS b WHERE t.run=?1 AND t.role=0 AND "
      "t.gap_count>0 AND s.run=?1 AND s.suite=t.suite AND s.ordinal=t.ordinal AND s.sample=t.sample AND s.outcome=0 "
      "AND "
      "b.id=t.body");
  if (!query) return query.error();
  query->with(run);
  for (;;) {
    auto more = query->row();
    if (!more) return more.error();
    if (!*more) return {};
    for (const float gap : decode_gaps(query->bytes(0))) gaps_ms.add(static_cast<double>(gap));
  }
}

Percentiles percentiles_ms(const std::vector<SuiteEvidence>& suites, std::string_view metric) {
  std::vector<double> ms;
  for (const SuiteEvidence& suite : suites) {
    const Column* column = suite.column(metric);
    for (std::size_t i = 0; column != nullptr && i < column->values.size(); ++i) {
      if (column->known[i] == 1) ms.push_back(column->values[i] * 1e3);
    }
  }
  return {quantile(ms, 0.50), quantile(ms, 0.95), quantile(ms, 0.99)};
}

RunEvidence evidence_of(const RunRow& row) {
  const RunHeader& header = row.header;
  RunEvidence out;
  out.run = header.id;
  out.target = header.target;
  out.model = header.model;
  out.expected_served = header.expected_served;
  out.candidate_digest = header.candidate_digest;
  out.meta = header.meta;
  out.where = header.where;
  out.limit = header.limit;
  out.stopped = row.stopped;
  out.seed = header.seed;
  out.timing.wall_s = row.wall_s;
  out.timing.concurrency = header.concurrency;
  return out;
}

}  // namespace

Result<RunEvidence> load_evidence(Database& database, std::int64_t run) {
  auto snapshot = Transaction::snapshot(database);
  if (!snapshot) return snapshot.error();
  auto row = load_run(database, run);
  if (!row) return row.error();
  auto kinds = load_kinds(database, run);
  if (!kinds) return kinds.error();
  const std::vector<StoredSuite>& suites = row->header.suites;
  RunEvidence out = evidence_of(*row);
  out.suites.reserve(suites.size());
  for (std::size_t at = 0; at < suites.size(); ++at) {
    const StoredSuite& stored = suites[at];
    SuiteEvidence& suite = out.suites.emplace_back();
    suite.id = stored.id;
    suite.kind = stored.kind;
    suite.digest = stored.digest;
    suite.prompt = stored.prompt;
    suite.params = stored.params;
    suite.floor = stored.floor;
    auto done = SuiteReader(database, run, at, suite).read(stored, *kinds);
    if (!done) return done.error();
  }
  auto totals = read_totals(database, run, out);
  if (!totals) return totals.error();
  LogHistogram gaps;
  auto read = read_gaps(database, run, gaps);
  if (!read) return read.error();
  out.timing.ttft_ms = percentiles_ms(out.suites, "ttft");
  out.timing.e2e_ms = percentiles_ms(out.suites, "latency");
  out.timing.itl_ms = {gaps.quantile(0.50), gaps.quantile(0.95), gaps.quantile(0.99)};
  return out;
}

}  // namespace assay::store
