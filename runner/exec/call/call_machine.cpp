#include "runner/exec/call/call_machine.hpp"

#include <assay/core/random.hpp>

#include <algorithm>
#include <cmath>
#include <utility>

namespace assay::exec {

namespace {

Error too_long_to_wait(Error error, Duration asked, Duration max_wait) {
  error.message +=
      "; the endpoint asks to wait " + in_seconds(asked) + ", longer than max_wait (" + in_seconds(max_wait) + ")";
  if (error.hint.empty()) error.hint = "run again later, lower the request rate, or raise `retries: {max_wait}`";
  return error;
}

}  // namespace

Duration backoff_cap(const RetryPolicy& policy, std::uint32_t retry) {
  const double cap = std::ldexp(to_seconds(policy.least), static_cast<int>(std::min(retry, 1000U)));
  return cap >= to_seconds(policy.most) ? policy.most : from_seconds(cap);
}

CallMachine::CallMachine(const RetryPolicy& policy, std::uint64_t key, std::vector<Attempt> earlier)
    : policy_(policy), key_(key), earlier_(earlier.size()) {
  step_.attempts = std::move(earlier);
}

CallAction CallMachine::answered(AttemptResult result, TimePoint now) {
  ended_ = now;
  Attempt attempt{.started = result.started,
                  .waited = waited_,
                  .duration = result.duration,
                  .status = result.status,
                  .request_id = std::move(result.request_id),
                  .error = {}};
  if (auto* response = std::get_if<Response>(&result.result)) {
    step_.attempts.push_back(std::move(attempt));
    step_.result = std::move(*response);
    return Done{std::move(step_)};
  }
  auto& error = std::get<Error>(result.result);
  attempt.error = error;
  step_.attempts.push_back(std::move(attempt));

  if (!retryable(error.kind)) return give_up(std::move(error));
  const Duration asked = result.retry_after.value_or(Duration::zero());
  if (asked > policy_.max_wait) return give_up(too_long_to_wait(std::move(error), asked, policy_.max_wait));
  const auto retries_used = static_cast<std::uint32_t>(step_.attempts.size() - earlier_ - 1);
  if (retries_used >= policy_.max) {
    if (retries_used > 0) error.message += "; gave up after " + std::to_string(retries_used + 1) + " attempts";
    return give_up(std::move(error));
  }
  return Sleep{std::max(jitter(retries_used), asked)};
}

CallAction CallMachine::woke(TimePoint now) {
  waited_ = std::max(now - ended_, Duration::zero());
  return Send{};
}

CallAction CallMachine::give_up(Error error) {
  step_.result = std::move(error);
  return Done{std::move(step_)};
}

Duration CallMachine::jitter(std::uint32_t retry) const {
  return from_seconds(uniform(mix(key_, retry)) * to_seconds(backoff_cap(policy_, retry)));
}

}  // namespace assay::exec
