#pragma once
/// The history: one SQLite file. Purposes, not SQL.

#include <assay/core/evidence.hpp>
#include <assay/core/journal.hpp>
#include <assay/core/verdict.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace assay::store {

/// Where a run stands. `running` also stands where its process was killed. `failed`: it ended by itself on an error
/// (the circuit breaker, the store). Everything but `finished` can be resumed.
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
  std::string dataset;  ///< digest, empty without one
  std::optional<double> floor;
  std::uint64_t planned = 0;  ///< samples of the selection
  /// The metrics its checks feed: name, unit, direction.
  struct Metric {
    std::string name;
    Unit unit = Unit::share;
    Direction better = Direction::up;
  };
  std::vector<Metric> metrics;
};

/// A run as it starts. `options` is JSON that `--resume` compares and reads back.
struct RunHeader {
  std::string id;
  WallTime started;
  std::string target;
  std::string model;
  std::string url;  ///< without secrets
  std::optional<std::string> expected_served;
  std::string candidate_digest;
  std::vector<std::pair<std::string, std::string>> meta;
  std::vector<std::pair<std::string, std::string>> where;
  std::optional<std::uint64_t> limit;
  std::uint64_t seed = 0;
  std::uint32_t concurrency = 0;
  std::optional<Price> price;  ///< of the target; without one no cost is known
  std::string policy;          ///< JSON of the policy as sealed
  std::string policy_digest;
  WallTime sealed;
  std::string options;  ///< JSON
  std::string version;  ///< of Assay
  std::vector<StoredSuite> suites;
};

struct RunRow {
  RunHeader header;
  RunStatus status = RunStatus::running;
  std::optional<WallTime> ended;
  double wall_s = 0;                   ///< measured, over all resumptions
  std::optional<std::string> stopped;  ///< why it ended early
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

/// Writes one run: a `Journal` over one writer thread, batches in WAL mode. `append` and `finish` may be called on the
/// loop only, as `room`; the loop outlives every `room` under way. After a failed write nothing more is written, what
/// was committed stays, and `room`, `flush` and `close` give the error. Destroyed without `close`, it commits what it
/// was given and leaves the run unfinished.
class RunWriter : public Journal {
 public:
  /// Commits all that was given. Errors: `store`.
  [[nodiscard]] virtual Result<void> flush() = 0;
  /// Flushes, then closes the run with a status.
  [[nodiscard]] virtual Result<void> close(RunStatus status, double wall_s, std::optional<std::string> stopped) = 0;
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
  /// Takes up an unfinished run. Steps of samples that did not finish, and skipped samples, are forgotten: they are run
  /// again. Errors: `not_found`; `usage` if it is finished, or being executed by a live process.
  [[nodiscard]] virtual Result<std::unique_ptr<RunWriter>> resume(const std::string& run,
                                                                  boost::asio::any_io_executor loop) = 0;
  /// The units of a run that have a finished sample; skipped ones have not.
  [[nodiscard]] virtual Result<std::set<UnitId>> finished_units(const std::string& run) = 0;

  /// RUN as a person writes it: an id or unique prefix names a run of any status; `commit=SHA` (any meta key) and
  /// `latest` give the newest that counts: with `unfinished` (for --resume) all but finished ones, otherwise finished
  /// and failed ones. Errors: `not_found`, naming what there is; `usage` for an ambiguous prefix, listing the runs.
  [[nodiscard]] virtual Result<RunRow> find(std::string_view run, bool unfinished) = 0;
  /// Newest first.
  [[nodiscard]] virtual Result<std::vector<RunRow>> history(std::optional<std::string> suite, std::uint64_t limit) = 0;

  /// Read from narrow tables, in case order; bodies only for the gaps between tokens. Latencies count where scored.
  /// `itl_ms` is exact to 0.1 %. Samples that were never finished count as skipped, without rows.
  [[nodiscard]] virtual Result<RunEvidence> evidence(const std::string& run) = 0;
  /// Streams samples; the callback returns false to stop.
  [[nodiscard]] virtual Result<void> samples(const std::string& run, const SampleFilter& filter,
                                             const std::function<bool(const StoredSample&)>& each) = 0;

  /// Adds a decision of a run; older ones stay.
  [[nodiscard]] virtual Result<void> add_verdict(const std::string& run, const Verdict& verdict) = 0;
  /// The newest verdict.json of a run as text; empty if there is none.
  [[nodiscard]] virtual Result<std::string> verdict_text(const std::string& run) = 0;
};

}  // namespace assay::store
