#pragma once
/// Runs units against an endpoint in a fixed number of slots. Performs what the pure machines say; decides nothing.

#include <assay/core/endpoint.hpp>
#include <assay/core/journal.hpp>
#include <assay/core/sample.hpp>
#include <assay/exec/retry.hpp>

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace assay::exec {

/// Hands out the work, in order. Not thread-safe.
class UnitSource {
 public:
  virtual ~UnitSource() = default;
  /// The next unit, or nothing at the end. An error ends the run.
  [[nodiscard]] virtual Result<std::optional<WorkUnit>> next() = 0;
};

struct RunOptions {
  std::uint32_t concurrency = 16;  ///< slots, at least 1
  std::uint64_t seed = 0;
  std::optional<Price> price;
  RetryPolicy retries;
  std::uint32_t breaker = 20;                ///< final endpoint failures in a row that stop the run; 0: never
  Duration grace = std::chrono::seconds(5);  ///< for calls in flight after `stop`
};

/// Called on the loop; any may be empty.
struct Observer {
  std::function<void(const Sample&)> finished;         ///< after each finished sample
  std::function<void(const Attempt&)> failed_attempt;  ///< with each failed attempt
  std::function<void()> abandon;                       ///< once, when `grace` is over: cancel the calls in flight
};

/// Why a run ended before its source was empty. The first reason stands.
enum class StopReason {
  none,
  signal,   ///< `stop` was called
  breaker,  ///< too many final endpoint failures in a row
  store,    ///< nothing more can be journalled
  source,   ///< the next unit could not be read
  internal  ///< a bug
};

struct RunSummary {
  std::uint64_t finished = 0;
  StopReason stopped = StopReason::none;
  std::optional<Error> error;  ///< why, where it stopped on a failure
};

/// One run. Construct, `co_await run()` once; `stop` may be called from the same loop at any time. A sample that was
/// under way when the run stopped is either finished or left without a trace but its journalled calls, never recorded
/// as an error; driving its unit again is safe.
class Runner {
 public:
  Runner(Endpoint& endpoint, Journal& journal, UnitSource& source, RunOptions options, Observer observer);
  ~Runner();
  Runner(const Runner&) = delete;
  Runner& operator=(const Runner&) = delete;

  /// Ends when every slot has ended; to end it early call `stop`, it cannot be cancelled.
  boost::asio::awaitable<RunSummary> run();
  /// No new call; calls in flight get `grace`, then the rest is abandoned unfinished.
  void stop();
  /// Calls under way or waiting for a retry.
  [[nodiscard]] std::uint32_t in_flight() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace assay::exec
