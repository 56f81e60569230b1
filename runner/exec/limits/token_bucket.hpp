#pragma once
/// A rate as a bucket that fills steadily. Pure.

#include <assay/core/time.hpp>

namespace assay::exec {

/// Holds at most one second's worth (at least one unit), and is full at first. Whoever finds a unit in it may take more
/// than it holds: the balance goes below zero, and nobody else takes anything until the debt is filled. So a request
/// larger than the bucket passes, and the rate holds all the same. What is taken may be an estimate; `give` corrects
/// it.
class TokenBucket {
 public:
  /// `per_minute` > 0.
  TokenBucket(double per_minute, TimePoint now);

  /// True if something may be taken now; takes `amount`.
  [[nodiscard]] bool take(double amount, TimePoint now);
  /// Gives back: `amount` may be below zero.
  void give(double amount);
  /// When `take` would be granted.
  [[nodiscard]] TimePoint ready(TimePoint now) const;

 private:
  [[nodiscard]] double balance(TimePoint now) const;

  double per_second_;
  double most_;
  double held_;  ///< at `seen_`
  TimePoint seen_;
};

}  // namespace assay::exec
