#pragma once
/// What a run may spend. Pure.

#include <assay/exec/limits.hpp>

#include <cstdint>
#include <string>

namespace assay::exec {

/// An amount, estimated or counted.
struct Spending {
  double usd = 0;
  double tokens = 0;
};

/// Reserves before a call what it is estimated to cost, so that calls in flight cannot overshoot together by more than
/// their estimates err.
class Budget {
 public:
  /// `spent` is what earlier processes of the run spent.
  Budget(const BudgetLimits& limits, Spending spent);

  enum class Answer {
    granted,
    wait,  ///< what is in flight may turn out cheaper
    spent
  };
  [[nodiscard]] Answer reserve(const Spending& estimate);
  /// At most what is left. For a guess: before the first answer nobody knows what one costs, and a small budget is to
  /// buy at least that one; it then has all there is, alone.
  [[nodiscard]] Spending within(Spending guess) const;
  /// Every granted reservation exactly once.
  void settle(const Spending& estimate, const Spending& actual);

  [[nodiscard]] const Spending& spent() const { return spent_; }
  /// `max-cost: 4.98 of 5.00 USD are spent, and the next call may cost 0.03`; empty while nothing was refused.
  [[nodiscard]] const std::string& why() const { return why_; }

 private:
  BudgetLimits limits_;
  Spending spent_;
  Spending reserved_;
  std::uint64_t open_ = 0;  ///< reservations
  std::string why_;
};

}  // namespace assay::exec
