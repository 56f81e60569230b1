#pragma once
/// What the slots of one run share. One loop only.

#include "runner/exec/case/case_machine.hpp"
#include "runner/exec/driver/lane_state.hpp"
#include "runner/exec/driver/workers.hpp"
#include "runner/exec/limits/budget.hpp"

#include <assay/exec/runner.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace assay::exec {

struct RunState {
  RunState(std::vector<Lane> lanes, std::vector<Side> sides, UnitSource& source, RunOptions options, Observer observer);

  std::vector<Lane> bounds;  ///< of the lanes, until the run starts
  std::vector<Side> sides;
  UnitSource& source;
  RunOptions options;
  Observer observer;
  Budget budget;
  Workers workers;

  RunSummary summary;
  bool stopping = false;
  bool open = false;           ///< slots may start: every lane is made, and the warm-up is over
  bool exhausted = false;      ///< the source has nothing more
  std::uint32_t running = 0;   ///< slots
  std::uint32_t sleeping = 0;  ///< of them, waiting before a retry
  std::vector<std::unique_ptr<LaneState>> lanes;
  std::vector<std::unique_ptr<Slot>> slots;
  std::vector<Slot*> for_budget;                    ///< wait until a call in flight turns out cheaper
  std::optional<boost::asio::steady_timer> joined;  ///< never expires; cancelled when the last slot ends
  std::optional<boost::asio::steady_timer> grace;   ///< runs after `stop`
  std::optional<boost::asio::steady_timer> time_up;
  std::shared_ptr<const bool> under_way = std::make_shared<const bool>(true);  ///< reset when the run has ended

  [[nodiscard]] LaneState& lane_of(const Peer& peer) { return *lanes[peer.lane]; }
  /// Whom a side's call goes to; nullptr for a judge that the side does not have.
  [[nodiscard]] const Peer* peer_of(std::uint32_t side, const Call& call) const;
  [[nodiscard]] std::uint32_t in_flight() const;
  [[nodiscard]] std::uint32_t limit() const;
  [[nodiscard]] double mean_in_flight() const;

  void start(const boost::asio::any_io_executor& loop);
  /// As many slots as attempts may be in flight; one more for each that sleeps before a retry, up to twice as many.
  void widen();
  /// No new unit, call or retry from now on; whoever waits is woken. The first reason stands.
  void end(StopReason reason, std::optional<Error> error);
  /// As `end`; the calls in flight get `grace`.
  void end_soon(StopReason reason, std::optional<Error> error);
  void watch_time();
  void slot_ended();
  /// Once every slot has ended: true if the source has more.
  [[nodiscard]] bool goes_on();

  void note_failed_attempt(const Attempt& attempt) const;
  void note_limits(LaneState& lane);
  /// Counts towards the circuit breaker.
  void note_call(LaneState& lane, const Step& step);
  void note_miss(const Error& error);
  void note_finished(const Sample& sample, std::uint32_t side);

 private:
  void start_slot();
  void start_grace();
};

/// The body of a slot; ends when there is nothing more to take. Never throws.
boost::asio::awaitable<void> run_slot(RunState& run, Slot& slot);
/// Asks the options' warm-up units, one after the other.
boost::asio::awaitable<void> warm_up(RunState& run);

}  // namespace assay::exec
