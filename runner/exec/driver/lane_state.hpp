#pragma once
/// A lane at work: who is under way, and who waits for a permit.

#include "runner/exec/case/case_machine.hpp"
#include "runner/exec/limits/budget.hpp"
#include "runner/exec/limits/limiter.hpp"

#include <assay/exec/runner.hpp>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <array>
#include <deque>
#include <optional>
#include <string>

namespace assay::exec {

/// One place in the run: a coroutine that takes unit after unit and keeps its buffers.
struct Slot {
  explicit Slot(const boost::asio::any_io_executor& loop) : timer(loop) {}

  boost::asio::steady_timer timer;  ///< for every wait: before a retry, for a permit, for money
  bool waiting = false;
  double tokens = 0;              ///< estimate of the call under way
  std::optional<Permit> granted;  ///< by the lane, while the slot waited
  std::string body;               ///< of the call under way
  Actions actions;
};

/// Waits until `until`, or until the slot's timer is cancelled.
boost::asio::awaitable<void> wait(Slot& slot, TimePoint until);
void wake(Slot& slot);

/// What the next answer may count, from those before it.
class TokenEstimate {
 public:
  /// Tokens of a request body: about four bytes each, in English and in code (OpenAI's tokenizer guide).
  [[nodiscard]] static double input(std::size_t body_bytes) { return static_cast<double>(body_bytes) / 4; }
  /// The mean of the answers so far; before the first one what `params` allow at most, else a guess.
  [[nodiscard]] double output(std::string_view params) const;
  void learn(const Usage& usage);
  /// True once an answer was counted: before, `output` is a guess or a bound.
  [[nodiscard]] bool known() const { return answers_ > 0; }

 private:
  double answers_ = 0;
  double tokens_ = 0;
};

class LaneState {
 public:
  LaneState(Lane lane, const boost::asio::any_io_executor& loop);
  LaneState(const LaneState&) = delete;
  LaneState& operator=(const LaneState&) = delete;

  const Lane lane;
  Limiter limiter;
  Budget budget;  ///< of the lane's own tokens
  TokenEstimate estimate;
  std::uint32_t failures_in_row = 0;  ///< calls that failed finally

  /// A permit for one attempt; nothing if `stop_waiting` came first. Later stages go first, so that cases do not pile
  /// up before a slow judge.
  boost::asio::awaitable<std::optional<Permit>> acquire(Slot& slot, Role role);
  void release(const Permit& permit, const AttemptResult& result, bool first, TimePoint now);
  void stop_waiting();
  /// Attempts in flight, averaged over the time in which there was any.
  [[nodiscard]] double busy_s() const { return busy_s_; }
  [[nodiscard]] double attempt_s() const { return attempt_s_; }

 private:
  std::optional<Permit> ask(double tokens, TimePoint now);
  void pump(TimePoint now);
  void arm(TimePoint now);
  [[nodiscard]] std::deque<Slot*>& queue_of(Role role) { return waiting_[role == Role::target ? 1 : 0]; }
  void pass_time(TimePoint now);

  std::array<std::deque<Slot*>, 2> waiting_;  ///< judges, targets
  boost::asio::steady_timer refill_;
  bool stopped_ = false;
  TimePoint seen_;
  double busy_s_ = 0;
  double attempt_s_ = 0;
  std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);
};

}  // namespace assay::exec
