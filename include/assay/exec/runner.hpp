#pragma once
/// Runs units against models in slots. Performs what the pure machines say; decides nothing.

#include <assay/core/endpoint.hpp>
#include <assay/core/journal.hpp>
#include <assay/core/recall.hpp>
#include <assay/core/sample.hpp>
#include <assay/exec/limits.hpp>
#include <assay/exec/retry.hpp>

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace assay::exec {

/// Hands out the work, in order. Not thread-safe.
class UnitSource {
 public:
  virtual ~UnitSource() = default;
  /// The next unit, or nothing at the end. An error ends the run.
  [[nodiscard]] virtual Result<std::optional<WorkUnit>> next() = 0;
  /// Asked when `next` gave nothing and every unit it handed out has ended, on the loop, which waits: true if `next`
  /// has more now. An error ends the run. Not asked where the run was stopped.
  [[nodiscard]] virtual Result<bool> more() { return false; }
};

/// What one endpoint bears for one model. Peers that ask the same share a lane, and so its limits.
struct Lane {
  std::string name;  ///< the target's or judge's, as shown
  Limits limits;
};

/// Somebody who is asked: a target, a judge, a program.
struct Peer {
  std::string name;              ///< of a judge or program: what `Question::to` says
  Recall* recall = nullptr;      ///< asked before anything is sent; may be nullptr
  Endpoint* endpoint = nullptr;  ///< nullptr: nothing may be sent (a replay)
  std::size_t lane = 0;
  RetryPolicy retries;
  std::optional<Price> price;
  std::string params = "{}";  ///< of a judge: JSON object; a target's come with the case
};

/// One of the runs that are executed together: a candidate, or a candidate and its baseline. `WorkUnit::side` is its
/// place.
struct Side {
  Journal* journal = nullptr;
  Peer target;
  std::vector<Peer> judges;  ///< in any order; two sides may name the same endpoint
};

struct RunOptions {
  std::uint64_t seed = 0;
  std::uint32_t breaker = 20;                ///< final endpoint failures in a row that stop the run; 0: never
  Duration grace = std::chrono::seconds(5);  ///< for calls in flight after `stop`, and after `max_time`
  BudgetLimits budget;
  double spent_usd = 0;     ///< by earlier processes of these runs
  double spent_tokens = 0;  ///< likewise
  std::optional<Duration> max_time;
  std::vector<WorkUnit> warmup;          ///< asked first, one after the other; their answers are thrown away
  std::size_t heavy_answer = 64u << 10;  ///< bytes from which an answer is scored beside the loop
};

/// Called on the loop; any may be empty.
struct Observer {
  std::function<void(const Sample&, std::uint32_t side)> finished;  ///< after each finished sample
  std::function<void(const Attempt&)> failed_attempt;               ///< with each failed attempt
  std::function<void(const LimitChange&)> limit_changed;            ///< of a lane whose limit is `auto`
  std::function<void()> abandon;  ///< once, when `grace` is over: cancel the calls in flight
};

/// Why a run ended before its source had nothing more. The first reason stands.
enum class StopReason {
  none,
  signal,   ///< `stop` was called
  breaker,  ///< too many final endpoint failures in a row
  budget,   ///< money, tokens or time is spent
  store,    ///< nothing more can be journalled
  source,   ///< the next unit could not be read
  internal  ///< a bug
};

/// What was paid for beside the samples.
struct WarmUp {
  std::uint64_t calls = 0;
  std::uint64_t attempts = 0;
  std::uint64_t input_tokens = 0;
  std::uint64_t output_tokens = 0;
  double usd = 0;
};

struct RunSummary {
  std::uint64_t finished = 0;  ///< samples, of all sides
  StopReason stopped = StopReason::none;
  std::optional<Error> error;   ///< why, where it stopped by itself
  std::uint64_t misses = 0;     ///< calls that a cassette cannot answer: not held where nothing may be sent, or damaged
  std::optional<Error> missed;  ///< the first of them
  double mean_in_flight = 0;    ///< attempts on the targets' lanes, over the time in which there was any
  std::vector<WarmUp> warmup;   ///< by side
};

/// One run, or two that are executed together; judges' calls share limits, budget, retries and journal. Construct,
/// `co_await run()` once; `stop` may be called from the same loop at any time. A sample that was under way when the run
/// stopped is either finished or left without a trace but its journalled calls, never recorded as an error; driving its
/// unit again asks only for what is missing.
class Runner {
 public:
  /// The lanes' endpoints, the sides' journals and the source outlive the runner.
  Runner(std::vector<Lane> lanes, std::vector<Side> sides, UnitSource& source, RunOptions options, Observer observer);
  ~Runner();
  Runner(const Runner&) = delete;
  Runner& operator=(const Runner&) = delete;

  /// Ends when every slot has ended; to end it early call `stop`, it cannot be cancelled.
  boost::asio::awaitable<RunSummary> run();
  /// No new call; calls in flight get `grace`, then the rest is abandoned unfinished.
  void stop();
  /// Attempts under way.
  [[nodiscard]] std::uint32_t in_flight() const;
  /// The sum of the lanes' limits now.
  [[nodiscard]] std::uint32_t limit() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace assay::exec
