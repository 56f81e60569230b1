#include "runner/net/watch.hpp"

namespace assay::net {

Watch::Guard::Guard(Watch& watch) : watch_(watch), next_(watch.first_) {
  if (next_ != nullptr) next_->previous_ = this;
  watch_.first_ = this;
}

Watch::Guard::~Guard() {
  if (next_ != nullptr) next_->previous_ = previous_;
  if (previous_ != nullptr) {
    previous_->next_ = next_;
  } else {
    watch_.first_ = next_;
  }
  if (watch_.first_ == nullptr && watch_.wake_ != TimePoint::max()) {
    watch_.wake_ = TimePoint::max();
    watch_.timer_.cancel();
  }
}

void Watch::Guard::until(TimePoint due) {
  due_ = due;
  if (abort_ == Abort::late) abort_ = Abort::none;
  if (due < watch_.wake_) watch_.wake_at(due);
}

void Watch::Guard::interrupt(Abort why) {
  abort_ = why;
  boost::system::error_code ignored;
  if (socket != nullptr) socket->cancel(ignored);
  if (timer != nullptr) timer->cancel();
}

void Watch::cancel_all() {
  for (Guard* guard = first_; guard != nullptr; guard = guard->next_) guard->interrupt(Abort::cancelled);
}

void Watch::wake_at(TimePoint due) {
  wake_ = due;
  timer_.expires_at(due);
  timer_.async_wait([weak = weak_from_this()](const boost::system::error_code& ec) {
    if (ec) return;
    if (const auto self = weak.lock()) self->fire();
  });
}

void Watch::fire() {
  const TimePoint now = SteadyClock::now();
  if (now < wake_) return;  // moved while this call was queued
  TimePoint next = TimePoint::max();
  for (Guard* guard = first_; guard != nullptr; guard = guard->next_) {
    if (guard->abort_ != Abort::none) continue;
    if (guard->due_ <= now) {
      guard->interrupt(Abort::late);
    } else if (guard->due_ < next) {
      next = guard->due_;
    }
  }
  wake_ = TimePoint::max();
  if (next != TimePoint::max()) wake_at(next);
}

}  // namespace assay::net
