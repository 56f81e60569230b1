#include "runner/store/codec.hpp"
#include "runner/store/histogram.hpp"
#include "runner/store/queries.hpp"
#include "runner/store/runs.hpp"
#include "runner/store/totals.hpp"

#include <algorithm>
#include <array>
#include <unordered_map>

namespace assay::store {
namespace {

struct BuiltIn {
  std::string_view metric;
  Unit unit;
  Direction better;
  std::string_view sql;    ///< its value, from the table `sample`
  bool of_scored = false;  ///< a time: counts where scored
};

constexpr std::array kBuiltIn = {
    BuiltIn{"score", Unit::share, Direction::up, "score"},
    BuiltIn{"latency", Unit::seconds, Direction::down, "latency*1e-9", true},
    BuiltIn{"ttft", Unit::seconds, Direction::down, "ttft*1e-9", true},
    BuiltIn{"itl", Unit::seconds, Direction::down, "itl", true},
    BuiltIn{"cost", Unit::usd, Direction::down, "cost"},
    BuiltIn{"input_tokens", Unit::tokens, Direction::down, "input_tokens"},
    BuiltIn{"output_tokens", Unit::tokens, Direction::down, "output_tokens"},
    BuiltIn{"cached_tokens", Unit::tokens, Direction::up, "cached_tokens"},
    BuiltIn{"cache_hit_rate", Unit::share, Direction::up, "CAST(cached_tokens AS REAL)/nullif(input_tokens, 0)"},
};

constexpr std::string_view kScores =
    "SELECT ordinal, sample, kind, value, pass, state FROM score WHERE run=? AND suite=? ORDER BY ordinal, sample";
constexpr std::string_view kEditedSamples =
    "SELECT ordinal, sample, outcome, pass, score FROM edited_sample WHERE run=? AND suite=? ORDER BY ordinal, sample";
constexpr std::string_view kEdits =
    "SELECT ordinal, sample, metric, pass, value FROM score_edit WHERE run=? AND suite=? ORDER BY ordinal, sample, "
    "at, id";
constexpr std::uint8_t kCouldNotTell = 2;  // of Column::known

bool is_built_in(std::string_view metric) {
  return std::any_of(kBuiltIn.begin(), kBuiltIn.end(), [&](const BuiltIn& each) { return each.metric == metric; });
}

/// Tags mostly repeat; parsing each distinct text once is what makes a million cases quick.
class TagCache {
 public:
  explicit TagCache(CaseTable& cases) : cases_(cases) {}

  std::uint32_t number(std::string_view text) {
    if (text == last_text_) return last_;
    last_text_ = text;
    if (known_.size() > kMost) known_.clear();
    auto [found, fresh] = known_.try_emplace(last_text_);
    if (fresh) found->second = cases_.number_of(decode_tags(text));
    return last_ = found->second;
  }

 private:
  static constexpr std::size_t kMost = 4096;
  CaseTable& cases_;
  std::unordered_map<std::string, std::uint32_t> known_;
  std::string last_text_ = " ";  // no JSON
  std::uint32_t last_ = 0;
};

/// What a sample comes to with the scores that a person changed.
struct EditedSample {
  std::pair<std::uint32_t, std::uint32_t> unit;  // ordinal, sample
  OutcomeKind outcome = OutcomeKind::skipped;
  bool pass = false;
  double score = 0;
};

OutcomeKind outcome_kind(std::int64_t stored) {
  const auto last = static_cast<std::uint64_t>(OutcomeKind::skipped);
  return static_cast<OutcomeKind>(std::min(static_cast<std::uint64_t>(stored), last));
}

/// Latencies of scored samples, over all suites.
struct Times {
  LogHistogram latency_ms;
  LogHistogram ttft_ms;
};

Percentiles percentiles(const LogHistogram& ms) {
  return {ms.quantile(0.50), ms.quantile(0.95), ms.quantile(0.99)};
}

/// Fills one suite's evidence from scans that run side by side, in case order.
class SuiteReader {
 public:
  SuiteReader(Database& database, std::int64_t run, std::size_t suite, const EvidenceQuery& query, SuiteEvidence& out)
      : database_(database), run_(run), suite_(suite), query_(query), out_(out), tags_(out.cases) {}

  Result<void> read(const StoredSuite& stored, const std::vector<CheckKind>& kinds, Times& times) {
    make_columns(stored, kinds);
    auto done = read_edited_samples();
    if (done) done = read_samples(times);
    if (done && reads_scores_) done = read_scores();
    if (done && reads_scores_ && !edited_.empty()) done = read_edits();
    return done;
  }

 private:
  using Place = std::optional<std::size_t>;  // of a column; none where it is not wanted

  /// Where the scores of a check go.
  struct Columns {
    Place value;
    Place pass;
    bool computed = false;  ///< required, and no judge feeds it
  };

  /// A column that comes from the table `sample`.
  struct Direct {
    std::size_t column = 0;
    bool of_scored = false;
  };

  Place column(const std::string& metric, Unit unit, Direction better) {
    if (query_.metrics && !query_.metrics->contains(metric)) return std::nullopt;
    if (const Place known = find_column(metric)) return known;
    out_.columns.push_back({metric, unit, better, {}, {}});
    return out_.columns.size() - 1;
  }

  /// One of the run's own metrics covers every sample already: a check adds nothing to it.
  Columns check_columns(const std::string& metric, Unit unit, Direction better) {
    const Place value = is_built_in(metric) ? std::nullopt : column(metric, unit, better);
    return {.value = value, .pass = column(metric + ".pass", Unit::share, Direction::up)};
  }

  void make_columns(const StoredSuite& stored, const std::vector<CheckKind>& kinds) {
    for (const BuiltIn& each : kBuiltIn) {
      const Place place = column(std::string(each.metric), each.unit, each.better);
      if (!place) continue;
      direct_.push_back({*place, each.of_scored});
      direct_sql_ += ", " + std::string(each.sql);
    }
    for (const auto& metric : stored.metrics) check_columns(metric.name, metric.unit, metric.better);
    for (const CheckKind& kind : kinds) {
      if (kind.suite != suite_) continue;
      by_kind_.push_back(check_columns(kind.metric, kind.unit, kind.better));
      by_kind_.back().computed = kind.required && !is_judged(kind.metric);
      reads_scores_ = reads_scores_ || by_kind_.back().value || by_kind_.back().pass;
    }
  }

  Result<void> read_edited_samples() {
    auto query = database_.prepare(kEditedSamples);
    if (!query) return query.error();
    query->with(run_, suite_);
    for (;;) {
      auto more = query->row();
      if (!more) return more.error();
      if (!*more) return {};
      edited_.push_back({{static_cast<std::uint32_t>(query->integer(0)), static_cast<std::uint32_t>(query->integer(1))},
                         outcome_kind(query->integer(2)),
                         query->integer(3) != 0,
                         query->real(4)});
    }
  }

  Result<void> read_samples(Times& times) {
    auto samples = database_.prepare("SELECT ordinal, sample, outcome, pass, latency, ttft" + direct_sql_ +
                                     " FROM sample WHERE run=? AND suite=? ORDER BY ordinal, sample");
    if (!samples) return samples.error();
    auto cases = database_.prepare("SELECT ordinal, id, cluster, tags" + std::string(query_.digests ? ", digest" : "") +
                                   " FROM case_ WHERE run=? AND suite=? ORDER BY ordinal");
    if (!cases) return cases.error();
    samples->with(run_, suite_);
    cases->with(run_, suite_);
    for (;;) {
      auto more = samples->row();
      if (!more) return more.error();
      if (!*more) return {};
      const auto ordinal = static_cast<std::uint32_t>(samples->integer(0));
      if (out_.cases.empty() || out_.cases.ordinal(out_.cases.size() - 1) != ordinal) {
        auto found = next_case(*cases, ordinal);
        if (!found) return found;
      }
      add_row(*samples, times);
    }
  }

  Result<void> next_case(Statement& cases, std::uint32_t ordinal) {
    for (;;) {
      auto more = cases.row();
      if (!more) return more.error();
      if (!*more) return Error{ErrorKind::store, "a sample has no case: the history file is damaged"};
      if (static_cast<std::uint32_t>(cases.integer(0)) == ordinal) break;
    }
    out_.cases.add_numbered(ordinal, cases.text(1), query_.digests ? cases.text(4) : std::string_view(), cases.text(2),
                            tags_.number(cases.text(3)));
    return {};
  }

  /// Rows come in order, and so do edited samples.
  const EditedSample* edited(const Statement& row) {
    if (next_edited_ == edited_.size()) return nullptr;
    const std::pair unit(static_cast<std::uint32_t>(row.integer(0)), static_cast<std::uint32_t>(row.integer(1)));
    return edited_[next_edited_].unit == unit ? &edited_[next_edited_++] : nullptr;
  }

  void add_row(const Statement& row, Times& times) {
    const EditedSample* changed = edited(row);
    const auto kind = changed != nullptr ? changed->outcome : outcome_kind(row.integer(2));
    const bool scored = kind == OutcomeKind::scored;
    const bool pass = changed != nullptr ? changed->pass : row.integer(3) != 0;
    out_.rows.push_back({static_cast<std::uint32_t>(out_.cases.size() - 1), kind, scored && pass});
    if (reads_scores_) numbers_.push_back(static_cast<std::uint32_t>(row.integer(1)));
    if (scored && !row.is_null(4)) times.latency_ms.add(row.real(4) * 1e-6);
    if (scored && !row.is_null(5)) times.ttft_ms.add(row.real(5) * 1e-6);
    for (Column& column : out_.columns) {
      column.values.push_back(0);
      column.known.push_back(0);
    }
    for (std::size_t i = 0; i < direct_.size(); ++i) {
      const int from = kFirstDirect + static_cast<int>(i);
      if (row.is_null(from) || (!scored && direct_[i].of_scored)) continue;
      set(direct_[i].column, out_.rows.size() - 1, row.real(from));
    }
    if (changed != nullptr) set_score(*changed);
  }

  void set_score(const EditedSample& changed) {
    const Place place = find_column("score");
    if (!place) return;
    if (changed.outcome == OutcomeKind::scored) {
      set(*place, out_.rows.size() - 1, changed.score);
    } else {
      out_.columns[*place].known[out_.rows.size() - 1] = 0;
    }
  }

  void set(std::size_t column, std::size_t at, double value) {
    out_.columns[column].values[at] = value;
    out_.columns[column].known[at] = 1;
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
      if (unit_at(at) == unit && kind < by_kind_.size()) add_score(*scores, by_kind_[kind], at);
    }
  }

  [[nodiscard]] bool is_judged(std::string_view metric) const {
    return std::any_of(out_.judged.begin(), out_.judged.end(),
                       [&](const JudgedMetric& judged) { return judged.metric == metric; });
  }

  void add_score(const Statement& score, const Columns& columns, std::size_t at) {
    if (score.integer(5) != 0) {
      if (columns.value) out_.columns[*columns.value].known[at] = kCouldNotTell;
      if (columns.pass) out_.columns[*columns.pass].known[at] = kCouldNotTell;
      return;
    }
    if (columns.value) set(*columns.value, at, score.real(3));
    const bool pass = score.integer(4) != 0;
    if (columns.pass) set(*columns.pass, at, pass ? 1 : 0);
    if (columns.computed && !pass) out_.rows[at].computed_failure = true;
  }

  /// The newest of a score's edits is applied last.
  Result<void> read_edits() {
    auto edits = database_.prepare(kEdits);
    if (!edits) return edits.error();
    edits->with(run_, suite_);
    std::size_t at = 0;
    for (;;) {
      auto more = edits->row();
      if (!more) return more.error();
      if (!*more) return {};
      const std::pair unit(static_cast<std::uint32_t>(edits->integer(0)),
                           static_cast<std::uint32_t>(edits->integer(1)));
      while (at < out_.rows.size() && unit_at(at) < unit) ++at;
      if (at == out_.rows.size()) return edits->reset(), Result<void>();
      if (unit_at(at) == unit) change_score(*edits, at);
    }
  }

  void change_score(const Statement& edit, std::size_t at) {
    const std::string metric = edit.string(2);
    const bool pass = edit.integer(3) != 0;
    if (!is_judged(metric)) out_.rows[at].computed_failure = false;  // whether another check failed, too, is not kept
    const Place value = is_built_in(metric) ? std::nullopt : find_column(metric);
    if (value && !edit.is_null(4)) set(*value, at, edit.real(4));
    if (value && edit.is_null(4) && out_.columns[*value].unit == Unit::share) set(*value, at, pass ? 1 : 0);
    if (const Place passes = find_column(metric + ".pass")) set(*passes, at, pass ? 1 : 0);
  }

  [[nodiscard]] Place find_column(std::string_view metric) const {
    for (std::size_t i = 0; i < out_.columns.size(); ++i) {
      if (out_.columns[i].metric == metric) return i;
    }
    return std::nullopt;
  }

  [[nodiscard]] std::pair<std::uint32_t, std::uint32_t> unit_at(std::size_t at) const {
    return {out_.cases.ordinal(out_.rows[at].case_index), numbers_[at]};
  }

  static constexpr int kFirstDirect = 6;
  Database& database_;
  const std::int64_t run_;
  const std::size_t suite_;
  const EvidenceQuery& query_;
  SuiteEvidence& out_;
  TagCache tags_;
  std::vector<Direct> direct_;
  std::string direct_sql_;
  std::vector<Columns> by_kind_;
  bool reads_scores_ = false;
  std::vector<EditedSample> edited_;
  std::size_t next_edited_ = 0;
  std::vector<std::uint32_t> numbers_;  // the sample of each row, where scores are read
};

/// Of a run that its looks ended, `planned` is what they let run; of any other one, what was to be run.
void count(SuiteEvidence& suite, std::uint64_t planned) {
  Balance& balance = suite.balance;
  balance.planned = planned;
  for (const SampleRow& row : suite.rows) {
    if (row.outcome == OutcomeKind::scored) ++balance.scored;
    if (row.outcome == OutcomeKind::unscored) ++balance.unscored;
    if (row.outcome == OutcomeKind::endpoint_error || row.outcome == OutcomeKind::judge_error) ++balance.errored;
  }
  const std::uint64_t ended = balance.scored + balance.unscored + balance.errored;
  balance.skipped = planned > ended ? planned - ended : 0;  // more than planned: the balance does not hold
}

RunEvidence evidence_of(const RunRow& row) {
  const RunHeader& header = row.header;
  RunEvidence out;
  out.run = header.id;
  out.origin = header.origin;
  out.started = header.started;
  out.target = header.target;
  out.model = header.model;
  out.expected_served = header.expected_served;
  out.candidate_digest = header.candidate_digest;
  out.meta = header.meta;
  out.where = header.where;
  out.limit = header.limit;
  out.stopped = row.stopped;
  out.spent = row.spent;
  out.stop = row.stop;
  out.seed = header.seed;
  out.timing.wall_s = row.wall_s;
  out.timing.concurrency = header.concurrency > 0 ? header.concurrency : row.load;
  return out;
}

void add_totals(RunEvidence& out, Totals& totals, const Times& times) {
  out.cost = totals.cost;
  out.served_models = std::move(totals.served_models);
  out.replayed = totals.replayed;
  out.oldest_replayed = totals.oldest_replayed;
  out.timing.ttft_ms = percentiles(times.ttft_ms);
  out.timing.e2e_ms = percentiles(times.latency_ms);
  out.timing.itl_ms = percentiles(totals.gaps_ms);
  out.timing.retried = totals.retried_ms.total();
  out.timing.e2e_retried_ms = percentiles(totals.retried_ms);
}

Result<std::uint64_t> count_edited(Database& database, std::int64_t run) {
  auto query = database.prepare(
      "SELECT count(*) FROM (SELECT DISTINCT suite, ordinal, sample, metric FROM score_edit WHERE run=?)");
  if (!query) return query.error();
  auto more = query->with(run).row();
  if (!more) return more.error();
  return static_cast<std::uint64_t>(query->integer(0));
}

}  // namespace

Result<CostTotals> load_cost(Database& database, std::int64_t run) {
  auto totals = load_totals(database, run, false);
  if (!totals) return totals.error();
  return totals->cost;
}

Result<RunEvidence> load_evidence(Database& database, std::int64_t run, const EvidenceQuery& query) {
  auto snapshot = Transaction::snapshot(database);
  if (!snapshot) return snapshot.error();
  auto row = load_run(database, run);
  if (!row) return row.error();
  auto kinds = load_kinds(database, run);
  if (!kinds) return kinds.error();
  const std::vector<StoredSuite>& suites = row->header.suites;
  RunEvidence out = evidence_of(*row);
  Times times;
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
    suite.owners = stored.owners;
    suite.judged = stored.judged;
    auto done = SuiteReader(database, run, at, query, suite).read(stored, *kinds, times);
    if (!done) return done.error();
    count(suite, row->stop ? suite.rows.size() : stored.planned);
  }
  auto totals = load_totals(database, run, true);
  if (!totals) return totals.error();
  add_totals(out, *totals, times);
  auto edited = count_edited(database, run);
  if (!edited) return edited.error();
  out.edited = *edited;
  return out;
}

}  // namespace assay::store
