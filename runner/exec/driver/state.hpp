#pragma once
/// What the slots of one run share. One loop only.

#include "runner/exec/case/case_machine.hpp"

#include <assay/exec/runner.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace assay::exec {

/// One place in the run: a coroutine that takes unit after unit and keeps its buffers.
struct Slot {
  explicit Slot(const boost::asio::any_io_executor& loop) : timer(loop) {}

  boost::asio::steady_timer timer;  ///< for the wait before a retry
  bool sleeping = false;
  std::string body;  ///< of the call under way
  Actions actions;
};

struct RunState {
  Endpoint& endpoint;
  Journal& journal;
  UnitSource& source;
  RunOptions options;
  Observer observer;

  RunSummary summary;
  bool stopping = false;
  std::uint32_t in_flight = 0;
  std::uint32_t failures_in_row = 0;  ///< calls of the target that failed finally
  std::uint32_t running = 0;          ///< slots
  std::vector<std::unique_ptr<Slot>> slots;
  std::optional<boost::asio::steady_timer> joined;  ///< never expires; cancelled when the last slot ends
  std::optional<boost::asio::steady_timer> grace;   ///< runs after `stop`
  std::shared_ptr<const bool> under_way = std::make_shared<const bool>(true);  ///< reset when the run has ended

  /// No new unit, call or retry from now on; those asleep before a retry end at once. The first reason stands.
  void end(StopReason reason, std::optional<Error> error);
  /// As `end` for a signal; starts the grace of the calls in flight.
  void stop();
  void slot_ended();

  void note_failed_attempt(const Attempt& attempt) const;
  /// Counts towards the circuit breaker.
  void note_call(const Step& step);
  void note_finished(const Sample& sample);

 private:
  void start_grace();
};

/// The body of a slot; ends when there is nothing more to take. Never throws.
boost::asio::awaitable<void> run_slot(RunState& run, Slot& slot);

}  // namespace assay::exec
