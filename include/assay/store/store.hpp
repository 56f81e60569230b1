#pragma once
/// The history: one SQLite file. Purposes, not SQL.

#include <assay/core/evidence.hpp>
#include <assay/core/journal.hpp>
#include <assay/core/recall.hpp>
#include <assay/core/trust.hpp>
#include <assay/core/verdict.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace assay::store {

/// Where a run stands. `running` also stands where its process was killed. `failed`: it ended by itself before its plan
/// was done (the circuit breaker, a budget, a cassette that lacks a call, the store). Everything but `finished` can be
/// resumed; `finished` and `failed` can be decided.
enum class RunStatus { running, finished, interrupted, failed };

[[nodiscard]] std::string_view name(RunStatus status);

/// What is known of a suite when its run starts.
struct StoredSuite {
  std::string id;
  std::string kind = "golden";
  std::string file;
  std::string digest;
  std::string prompt;
  std::string params;
  std::string dataset;      ///< digest, empty without one
  std::string params_text;  ///< JSON object
  std::optional<double> floor;
  std::map<std::string, std::string> owners;  ///< role → team
  std::uint64_t planned = 0;                  ///< samples of the selection, of this shard
  std::uint64_t whole = 0;                    ///< samples of the selection, of all shards
  /// The metrics its checks feed: name, unit, direction.
  struct Metric {
    std::string name;
    Unit unit = Unit::share;
    Direction better = Direction::up;
  };
  std::vector<Metric> metrics;
  std::vector<JudgedMetric> judged;
};

/// A judge that a run may ask.
struct StoredJudge {
  std::string name;
  std::string digest;
  std::string api;
  std::string model;
  std::string url;     ///< without secrets
  std::string params;  ///< JSON object
  std::optional<Price> price;
};

/// What a run is for. Only the first two are found by `latest` and decided; a calibration measures a judge.
enum class RunKind { measured, scored, calibration };

/// One of `count` parts of a run; `index` counts from 1.
struct Shard {
  std::uint32_t index = 1;
  std::uint32_t count = 1;
  friend bool operator==(const Shard&, const Shard&) = default;
};

/// A run as it starts. `options` is JSON that `--resume` compares and reads back.
struct RunHeader {
  std::string id;
  WallTime started;
  std::string target;
  std::string api;
  std::string model;
  std::string url;  ///< without secrets
  std::optional<std::string> expected_served;
  std::string candidate_digest;
  std::vector<std::pair<std::string, std::string>> meta;
  std::vector<std::pair<std::string, std::string>> where;
  std::optional<std::uint64_t> limit;
  std::uint64_t seed = 0;
  std::uint32_t concurrency = 0;  ///< 0: `auto`
  std::optional<Shard> shard;
  std::string beside;          ///< the id of the run that is executed together with this one; empty without one
  bool baseline = false;       ///< of the two, the one that the other is compared with
  std::optional<Price> price;  ///< of the target; without one no cost is known
  RunKind kind = RunKind::measured;
  std::string origin;               ///< of a scored run: the id of the run whose answers were scored
  std::vector<StoredJudge> judges;  ///< that its checks may ask
  std::string policy;               ///< JSON of the policy as sealed
  std::string policy_digest;
  WallTime sealed;
  std::string options;  ///< JSON
  std::string version;  ///< of Assay
  std::vector<StoredSuite> suites;

  /// The suite of an id; nullptr where the run has none.
  [[nodiscard]] const StoredSuite* suite(std::string_view wanted) const;
};

struct RunRow {
  RunHeader header;
  RunStatus status = RunStatus::running;
  std::optional<WallTime> ended;
  double wall_s = 0;                   ///< measured, over all resumptions
  std::optional<std::string> stopped;  ///< why it ended early: an ERROR
  std::optional<std::string> spent;    ///< which budget ended it early
  std::optional<StopPoint> stop;       ///< by the policy's looks
  std::uint32_t load = 0;              ///< attempts in flight, the mean over the run
  std::optional<std::string> verdict;  ///< of the newest decision: PASS, …
  std::string decision;
  std::uint64_t finished = 0;  ///< samples
};

/// A stored sample with its steps and scores, for `show`.
struct StoredScore {
  std::string name;
  std::string metric;
  bool required = true;
  Unit unit = Unit::share;
  Score score;
};
/// The transcript's messages are the case's, then the target's answers in order.
struct StoredSample {
  UnitId unit;
  std::string suite;
  std::string case_id;
  std::string case_digest;
  Tags tags;
  Json vars;
  std::vector<Message> messages;
  Transcript transcript;
  std::vector<StoredScore> scores;
  Outcome outcome = outcome::Skipped{};
};

/// What `show RUN` lists.
struct SampleFilter {
  std::optional<std::string> suite;
  std::optional<std::string> case_id;
  bool failures_first = true;
  std::optional<std::uint64_t> limit;
};

/// How many attempts a target was given at once, from a moment on.
struct LimitRow {
  std::string target;
  WallTime at;
  std::uint32_t limit = 0;
  std::uint32_t in_flight = 0;
  std::string cause;
};

/// What was paid for beside the samples.
struct WarmUpTotals {
  std::uint64_t calls = 0;
  std::uint64_t attempts = 0;
  std::uint64_t input_tokens = 0;
  std::uint64_t output_tokens = 0;
  double usd = 0;
};

/// How a process that executed a run ended.
struct Ending {
  RunStatus status = RunStatus::finished;
  double wall_s = 0;                   ///< of this process
  std::optional<std::string> stopped;  ///< why early: an ERROR
  std::optional<std::string> spent;    ///< why early: a budget
  std::optional<StopPoint> stop;       ///< by looks; then it is finished, and what was planned beyond is not missing
  std::uint32_t load = 0;              ///< attempts in flight, the mean
  WarmUpTotals warmup;                 ///< added to those of earlier processes
};

/// Which part of the evidence is wanted: what is left out costs neither time nor memory.
struct EvidenceQuery {
  std::optional<std::set<std::string, std::less<>>> metrics;  ///< columns; absent: all
  bool digests = false;                                       ///< of the cases
};

/// A score that a person changed: append-only, the newest counts, by `at` and then by when it was added.
struct ScoreEdit {
  std::string suite;
  std::string case_id;
  std::uint32_t sample = 0;
  std::string metric;
  bool pass = false;
  std::optional<double> value;  ///< absent: 1 or 0 for a share, else as scored
  std::string reason;
  std::string by;
  WallTime at;
};

/// A stored call with what was asked, in the order (suite, case, sample, call). A judge's messages are its question's,
/// its parameters those it is configured with.
struct StoredCall {
  UnitId unit;
  std::string suite;
  std::string case_id;
  std::vector<Message> messages;
  std::string params;
  Step step;
};

/// One run of a named series.
struct BaselineRow {
  std::string name;
  std::string run;
  WallTime at;         ///< when it was set
  std::string reason;  ///< why, where the run was a BLOCK
};

/// How a case did, of equal id and digest, over the newest runs of its suite; oldest run first.
struct CaseHistory {
  std::string suite;
  std::string case_id;
  std::string digest;
  struct Run {
    std::string run;
    std::uint32_t scored = 0;  ///< samples
    std::uint32_t passed = 0;
  };
  std::vector<Run> runs;
};

/// A link of the chain of verdicts.
struct ChainFault {
  std::string run;
  std::string what;
};

/// Writes one run: a `Journal` over one writer thread, batches in WAL mode. `append` and `finish` may be called on the
/// loop only, as `room`; the loop outlives every `room` under way. After a failed write nothing more is written, what
/// was committed stays, and `room`, `flush` and `close` give the error. Destroyed without `close`, it commits what it
/// was given and leaves the run unfinished.
class RunWriter : public Journal {
 public:
  /// Commits all that was given. Errors: `store`.
  [[nodiscard]] virtual Result<void> flush() = 0;
  /// Adds to the history of the run's limits. Does not block.
  virtual void limited(const LimitRow& change) = 0;
  /// Flushes, then closes the run.
  [[nodiscard]] virtual Result<void> close(const Ending& ending) = 0;
};

/// A history file. One thread at a time; several processes may use one file.
class Store {
 public:
  /// Opens or creates. Errors: `store`: a newer schema, a file that is no database or is damaged (never overwritten),
  /// no permission, a directory that does not exist and cannot be made.
  [[nodiscard]] static Result<std::unique_ptr<Store>> open(const std::filesystem::path& file);
  /// As `open`, but a missing file is `not_found` and nothing is created.
  [[nodiscard]] static Result<std::unique_ptr<Store>> open_existing(const std::filesystem::path& file);
  virtual ~Store() = default;

  /// Starts a run; its row is committed when this returns. `loop` is where `room` waits.
  [[nodiscard]] virtual Result<std::unique_ptr<RunWriter>> start(const RunHeader& header,
                                                                 boost::asio::any_io_executor loop) = 0;
  /// Takes up an unfinished run. Calls of samples that did not finish are kept for `Journal::find`; skipped samples are
  /// run again, and so are samples that a target's or a judge's failure ended where the circuit breaker stopped the
  /// run, and those that a cassette could not answer. Errors: `not_found`; `usage` if it is finished, or being executed
  /// by a live process.
  [[nodiscard]] virtual Result<std::unique_ptr<RunWriter>> resume(const std::string& run,
                                                                  boost::asio::any_io_executor loop) = 0;
  /// The units of a run that have a finished sample, sorted; skipped ones have not.
  [[nodiscard]] virtual Result<std::vector<UnitId>> finished_units(const std::string& run) = 0;

  /// RUN as a person writes it: an id or unique prefix names a run of any status; a baseline's name gives the newest of
  /// its series; `commit=SHA` (any meta key) and `latest` give the newest that counts: with `unfinished` (for --resume)
  /// all but finished ones, otherwise finished and failed ones; of two that were run together, the candidate. Errors:
  /// `not_found`, naming what there is; `usage` for an ambiguous prefix, listing the runs.
  [[nodiscard]] virtual Result<RunRow> find(std::string_view run, bool unfinished) = 0;
  /// Newest first.
  [[nodiscard]] virtual Result<std::vector<RunRow>> history(std::optional<std::string> suite, std::uint64_t limit) = 0;

  /// Read from narrow tables, in case order; bodies only for the gaps between tokens. Latencies count where scored.
  /// The percentiles of `timing` are exact to 0.1 %. Samples that were never finished count as skipped, without rows.
  [[nodiscard]] virtual Result<RunEvidence> evidence(const std::string& run, const EvidenceQuery& query) = 0;
  /// What a run paid so far, without reading its evidence.
  [[nodiscard]] virtual Result<CostTotals> cost(const std::string& run) = 0;
  [[nodiscard]] virtual Result<std::vector<LimitRow>> limits(const std::string& run) = 0;
  /// Streams the calls of a run, answered and finally failed ones; the callback's error ends it.
  [[nodiscard]] virtual Result<void> calls(const std::string& run,
                                           const std::function<Result<void>(const StoredCall&)>& each) = 0;
  /// Streams samples; the callback returns false to stop.
  [[nodiscard]] virtual Result<void> samples(const std::string& run, const SampleFilter& filter,
                                             const std::function<bool(const StoredSample&)>& each) = 0;

  /// The target's answers of a run under the suites of another one (`suites[i]` is the id of suite i there): found by
  /// suite, case id and sample. A case that has no answer, or whose messages are others, is `replay_miss`; so is any
  /// judge's call. A call that finally failed is given as it did. Steps are marked replayed. The store outlives it.
  [[nodiscard]] virtual Result<std::unique_ptr<Recall>> answers(const std::string& run,
                                                                std::vector<std::string> suites) = 0;

  /// Appends; an equal label (all fields) is kept once. Errors: `store`.
  [[nodiscard]] virtual Result<void> add_labels(std::span<const Label> labels) = 0;
  /// Of a run's answers, oldest first; those of its origin are its answers too.
  [[nodiscard]] virtual Result<std::vector<Label>> labels(const std::string& run) = 0;
  /// Appends edits of a run's scores, which `evidence` and `samples` apply: all of them or none. Errors: `usage` for a
  /// sample or metric that the run has not, and for a value that the score cannot have.
  [[nodiscard]] virtual Result<void> edit_scores(const std::string& run, std::span<const ScoreEdit> edits) = 0;
  [[nodiscard]] virtual Result<std::vector<ScoreEdit>> score_edits(const std::string& run) = 0;
  /// Adds a measurement of a judge; older ones stay.
  [[nodiscard]] virtual Result<void> add_trust(const Trust& trust) = 0;
  /// The newest measurement of each (judge digest, prompt, suite, metric), in that order.
  [[nodiscard]] virtual Result<std::vector<Trust>> trust() = 0;

  /// Appends a run to a series. Errors: `not_found` for a run that is not there.
  [[nodiscard]] virtual Result<void> add_baseline(const BaselineRow& row) = 0;
  /// The runs of a series, the newest setting first, each run once; of all series, by name, where none is named.
  [[nodiscard]] virtual Result<std::vector<BaselineRow>> baselines(const std::optional<std::string>& name) = 0;
  /// The runs that score a run's answers anew, newest first.
  [[nodiscard]] virtual Result<std::vector<RunRow>> scored_of(const std::string& run) = 0;
  /// Writes the newest `runs` runs of a series, and those that score them, into a history of their own, whole or not at
  /// all. Errors: `not_found` for a name without runs; `usage` where the file is there already.
  [[nodiscard]] virtual Result<void> export_baseline(const std::string& name, std::uint64_t runs,
                                                     const std::filesystem::path& file) = 0;
  /// Takes in the series of such a file with its runs; what is there already stays. Gives the rows that were read.
  [[nodiscard]] virtual Result<std::vector<BaselineRow>> import_baselines(const std::filesystem::path& file) = 0;

  /// Streams how each case of a suite did over its newest `runs` finished runs, in case order of the newest one; cases
  /// of another digest than there are left out. Where that run had a part of the suite only, cases of the runs before
  /// it follow, up to one that had all of it.
  [[nodiscard]] virtual Result<void> case_history(const std::string& suite, std::uint64_t runs,
                                                  const std::function<bool(const CaseHistory&)>& each) = 0;

  /// Adds a decision of a run; older ones stay. Each is chained to the one before, of any run: `verdict.prev_hash` is
  /// set to that one's hash, and the text that is kept holds it.
  [[nodiscard]] virtual Result<void> add_verdict(const std::string& run, Verdict& verdict) = 0;
  /// The links of the chain that do not hold: a verdict that was changed, taken out or put in. Empty: it holds.
  [[nodiscard]] virtual Result<std::vector<ChainFault>> check_chain() = 0;
  /// The newest verdict.json of a run as text; empty if there is none.
  [[nodiscard]] virtual Result<std::string> verdict_text(const std::string& run) = 0;
  /// All of a run, newest first: it may have been decided several times.
  [[nodiscard]] virtual Result<std::vector<std::string>> verdict_texts(const std::string& run) = 0;
};

}  // namespace assay::store
