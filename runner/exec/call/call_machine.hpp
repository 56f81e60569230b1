#pragma once
/// One call with its attempts: when to send, how long to wait, when to give up. Pure; knows no clock, timer or socket.

#include <assay/core/endpoint.hpp>
#include <assay/exec/retry.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

namespace assay::exec {

/// Send the request once and report how it went.
struct Send {};
/// Wait, then report with `woke`.
struct Sleep {
  Duration duration{};
};
/// The call is over; `step` holds its result and every attempt.
struct Done {
  Step step;
};
using CallAction = std::variant<Send, Sleep, Done>;

/// The life of one call. Starts with an attempt under way; feed each attempt's result to `answered` and each end of a
/// wait to `woke`. After `Done` it must not be used again.
///
/// Jitter is a pure function of `key` and the attempt's number, so equal runs wait equally.
class CallMachine {
 public:
  /// `key` names the call within everything that draws: mix of seed, unit and call name. `earlier` are attempts of a
  /// process that stopped before the call was over: they are kept, and do not count as retries.
  CallMachine(const RetryPolicy& policy, std::uint64_t key, std::vector<Attempt> earlier = {});

  /// `now` is when the attempt ended. Sleep or Done.
  [[nodiscard]] CallAction answered(AttemptResult result, TimePoint now);
  /// `now` is when the wait ended; the time since the attempt before becomes the next attempt's `waited`. Send.
  [[nodiscard]] CallAction woke(TimePoint now);

  /// All attempts so far, the failed ones with their errors.
  [[nodiscard]] const std::vector<Attempt>& attempts() const { return step_.attempts; }

 private:
  [[nodiscard]] CallAction give_up(Error error);
  [[nodiscard]] Duration jitter(std::uint32_t retry) const;

  RetryPolicy policy_;
  std::uint64_t key_;
  std::size_t earlier_;
  Step step_;
  TimePoint ended_;
  Duration waited_{};
};

/// The delay's upper end before retry `retry` (from 0): min(most, least·2^retry).
[[nodiscard]] Duration backoff_cap(const RetryPolicy& policy, std::uint32_t retry);

}  // namespace assay::exec
