#pragma once
/// Deadlines of many exchanges on one timer: moving a deadline is a store, not a system call.

#include "runner/net/socket.hpp"

#include <memory>

namespace assay::net {

/// Interrupts what its guards wait for. One loop only. Holds no work on the loop while it has no guard.
class Watch : public std::enable_shared_from_this<Watch> {
 public:
  enum class Abort { none, late, cancelled };

  /// One exchange's deadline, for as long as it lives.
  class Guard {
   public:
    explicit Guard(Watch& watch);
    Guard(const Guard&) = delete;
    Guard& operator=(const Guard&) = delete;
    ~Guard();

    /// Sets the deadline, and forgives an earlier one that passed.
    void until(TimePoint due);
    [[nodiscard]] Abort abort() const { return abort_; }

    /// What to interrupt; they outlive the wait. Only one of them at a time.
    Socket* socket = nullptr;
    Timer* timer = nullptr;

   private:
    friend class Watch;
    void interrupt(Abort why);

    Watch& watch_;
    TimePoint due_ = TimePoint::max();
    Abort abort_ = Abort::none;
    Guard* previous_ = nullptr;
    Guard* next_ = nullptr;
  };

  explicit Watch(const Executor& loop) : timer_(loop) {}

  /// Interrupts every guard, for good.
  void cancel_all();

 private:
  void wake_at(TimePoint due);
  void fire();

  Timer timer_;
  TimePoint wake_ = TimePoint::max();
  Guard* first_ = nullptr;
};

}  // namespace assay::net
