#include "runner/store/write_queue.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>

namespace assay::store {

/// A timer that never expires, known to the queue for as long as its coroutine is there, however that one ends.
class WriteQueue::Waiter {
 public:
  explicit Waiter(std::shared_ptr<WriteQueue> queue)
      : queue_(std::move(queue)), timer(queue_->loop_, boost::asio::steady_timer::time_point::max()) {
    queue_->waiters_.push_back(&timer);
    {
      const std::lock_guard lock(queue_->mutex_);
      ++queue_->waiting_;
    }
    queue_->work_.notify_one();
  }
  ~Waiter() {
    std::erase(queue_->waiters_, &timer);
    const std::lock_guard lock(queue_->mutex_);
    --queue_->waiting_;
  }
  Waiter(const Waiter&) = delete;
  Waiter& operator=(const Waiter&) = delete;

  /// Nothing while there is no room; read after `waiting_` was raised, so that no wake-up is lost.
  [[nodiscard]] std::optional<Result<void>> answer() const {
    const std::lock_guard lock(queue_->mutex_);
    const std::optional<Error>& error = queue_->error_;
    if (error) return Result<void>(*error);
    if (queue_->pending_ < queue_->bound_) return Result<void>();
    return std::nullopt;
  }

 private:
  std::shared_ptr<WriteQueue> queue_;

 public:
  boost::asio::steady_timer timer;
};

boost::asio::awaitable<Result<void>> WriteQueue::room() {
  {
    const std::lock_guard lock(mutex_);
    if (error_) co_return *error_;
    if (pending_ < bound_) co_return Result<void>();
  }
  Waiter waiter(shared_from_this());
  const auto token = boost::asio::as_tuple(boost::asio::use_awaitable);
  for (;;) {
    auto answer = waiter.answer();
    if (answer) co_return *answer;
    // Both a wake-up and a cancellation end the wait with operation_aborted.
    [[maybe_unused]] auto [code] = co_await waiter.timer.async_wait(token);
    auto state = co_await boost::asio::this_coro::cancellation_state;
    if (state.cancelled() != boost::asio::cancellation_type::none) {
      co_return Error{ErrorKind::cancelled, "stopped while waiting for the history to be written"};
    }
  }
}

Result<void> WriteQueue::drain() {
  std::unique_lock lock(mutex_);
  ++draining_;
  work_.notify_one();
  drained_.wait(lock, [this] { return error_ || (growing_.empty() && !writing_); });
  --draining_;
  if (error_) return *error_;
  return {};
}

void WriteQueue::end() {
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
  }
  work_.notify_one();
}

bool WriteQueue::take(Batch& batch) {
  batch.clear();
  std::unique_lock lock(mutex_);
  idle_ = true;
  while (growing_.empty() && !ended_ && !error_) {
    asleep_ = true;
    work_.wait(lock);
  }
  asleep_ = false;
  idle_ = true;
  work_.wait_for(lock, kGather, [this] { return wanted_now(); });
  idle_ = false;
  if (error_ || growing_.empty()) return false;
  std::swap(batch, growing_);
  writing_ = true;
  return true;
}

void WriteQueue::written(std::size_t bytes) {
  bool wake = false;
  {
    const std::lock_guard lock(mutex_);
    pending_ -= bytes;
    writing_ = false;
    wake = waiting_ > 0 && pending_ < bound_;
    if (wake) wake_waiters();
  }
  drained_.notify_all();
}

void WriteQueue::fail(Error error) {
  {
    const std::lock_guard lock(mutex_);
    error_ = std::move(error);
    growing_.clear();
    writing_ = false;
    if (waiting_ > 0) wake_waiters();
  }
  drained_.notify_all();
}

// Under the lock: a waiting coroutine cannot end, and so the loop cannot go away, before the post is made.
void WriteQueue::wake_waiters() {
  boost::asio::post(loop_, [self = shared_from_this()] {
    for (auto* timer : self->waiters_) timer->cancel();
  });
}

}  // namespace assay::store
