#pragma once
/// Joins the loop and the writer thread: a batch that grows while the one before is written.

#include "runner/store/batch.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace assay::store {

/// Loop side: `add`, `room`, `drain`. Writer side: `take`, `written`, `fail`. The loop outlives its last `room`.
class WriteQueue : public std::enable_shared_from_this<WriteQueue> {
 public:
  WriteQueue(boost::asio::any_io_executor loop, std::size_t bound) : loop_(std::move(loop)), bound_(bound) {}

  /// Lets `fill` add to the growing batch. Nothing is added after a failure.
  template <class Fill>
  void add(Fill&& fill) {
    bool wake = false;
    {
      const std::lock_guard lock(mutex_);
      if (error_) return;
      const std::size_t before = growing_.bytes;
      fill(growing_);
      pending_ += growing_.bytes - before;
      if (asleep_ || growing_.bytes >= kFull) wake = std::exchange(idle_, false);
      asleep_ = false;
    }
    if (wake) work_.notify_one();
  }

  /// Waits until less than the bound is uncommitted. Errors: the writer's, or `cancelled`.
  boost::asio::awaitable<Result<void>> room();
  /// Blocks until all that was added is committed. Errors: the writer's.
  [[nodiscard]] Result<void> drain();
  /// Lets the writer end once everything is written.
  void end();

  /// Swaps the growing batch into `batch`, waiting for one, and a moment for more. False at the end.
  [[nodiscard]] bool take(Batch& batch);
  void written(std::size_t bytes);
  void fail(Error error);

 private:
  class Waiter;
  void wake_waiters();
  [[nodiscard]] bool wanted_now() const {
    return ended_ || error_ || draining_ > 0 || waiting_ > 0 || growing_.bytes >= kFull;
  }

  // A transaction costs what some thirty samples cost: a batch waits this long for company. With calls of 200 ms that
  // is one in a hundred of those under way, which a killed process loses anyhow.
  static constexpr std::chrono::milliseconds kGather{2};
  static constexpr std::size_t kFull = std::size_t{1} << 20;

  const boost::asio::any_io_executor loop_;
  const std::size_t bound_;
  std::vector<boost::asio::steady_timer*> waiters_;  // loop only

  std::mutex mutex_;
  std::condition_variable work_;
  std::condition_variable drained_;
  Batch growing_;
  std::size_t pending_ = 0;  // bytes not yet committed
  std::size_t waiting_ = 0;  // coroutines in `room`
  bool writing_ = false;
  std::size_t draining_ = 0;  // threads in `drain`
  bool idle_ = false;         // the writer waits, for something or for more
  bool asleep_ = false;       // for something
  bool ended_ = false;
  std::optional<Error> error_;
};

}  // namespace assay::store
