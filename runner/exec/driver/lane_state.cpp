#include "runner/exec/driver/lane_state.hpp"

#include <assay/core/json.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <utility>

namespace assay::exec {

namespace asio = boost::asio;

namespace {

constexpr double kGuessedAnswer = 256;  // tokens, where neither answers nor parameters say anything

Signal signal_of(const AttemptResult& result, bool first) {
  const auto* error = std::get_if<Error>(&result.result);
  if (error == nullptr) return first ? Signal::answered : Signal::retried;
  return error->kind == ErrorKind::rate_limited ? Signal::rejected : Signal::trouble;
}

std::optional<double> tokens_of(const AttemptResult& result) {
  const auto* response = std::get_if<Response>(&result.result);
  if (response == nullptr) return 0.0;
  const auto& usage = response->usage;
  if (!usage.input_tokens && !usage.output_tokens) return std::nullopt;
  return static_cast<double>(usage.input_tokens.value_or(0) + usage.output_tokens.value_or(0));
}

}  // namespace

asio::awaitable<void> wait(Slot& slot, TimePoint until) {
  slot.timer.expires_at(until);
  slot.waiting = true;
  co_await slot.timer.async_wait(asio::as_tuple(asio::use_awaitable));
  slot.waiting = false;
}

void wake(Slot& slot) {
  if (slot.waiting) slot.timer.cancel();
}

double TokenEstimate::output(std::string_view params) const {
  if (answers_ > 0) return tokens_ / answers_;
  const auto json = parse_json(params);
  for (const char* key : {"max_completion_tokens", "max_tokens"}) {
    if (json && json->is_object() && json->contains(key) && (*json)[key].is_number()) return (*json)[key].get<double>();
  }
  return kGuessedAnswer;
}

void TokenEstimate::learn(const Usage& usage) {
  if (!usage.output_tokens) return;
  answers_ += 1;
  tokens_ += static_cast<double>(*usage.output_tokens);
}

LaneState::LaneState(Lane bounds, const asio::any_io_executor& loop)
    : lane(std::move(bounds)),
      limiter(lane.limits, SteadyClock::now()),
      budget({.usd = {}, .tokens = lane.limits.max_tokens}, {}),
      refill_(loop),
      seen_(SteadyClock::now()) {}

asio::awaitable<std::optional<Permit>> LaneState::acquire(Slot& slot, Role role) {
  if (stopped_) co_return std::nullopt;
  const auto now = SteadyClock::now();
  if (waiting_[0].empty() && waiting_[1].empty()) {
    if (auto permit = ask(slot.tokens, now)) co_return permit;
  }
  slot.granted.reset();
  queue_of(role).push_back(&slot);
  arm(now);
  co_await wait(slot, TimePoint::max());
  co_return std::exchange(slot.granted, std::nullopt);
}

void LaneState::release(const Permit& permit, const AttemptResult& result, bool first, TimePoint now) {
  pass_time(now);
  limiter.settle(permit, signal_of(result, first), result.retry_after, tokens_of(result), now);
  if (const auto* response = std::get_if<Response>(&result.result)) estimate.learn(response->usage);
  pump(now);
}

void LaneState::stop_waiting() {
  stopped_ = true;
  refill_.cancel();
  for (auto& queue : waiting_) {
    for (auto* slot : std::exchange(queue, {})) wake(*slot);
  }
}

std::optional<Permit> LaneState::ask(double tokens, TimePoint now) {
  pass_time(now);
  return limiter.ask(tokens, now);
}

void LaneState::pump(TimePoint now) {
  for (auto& queue : waiting_) {
    while (!queue.empty()) {
      auto permit = ask(queue.front()->tokens, now);
      if (!permit) return arm(now);
      queue.front()->granted = permit;
      wake(*queue.front());
      queue.pop_front();
    }
  }
}

// The limiter may grant the next one with time alone: a bucket fills, a hold ends.
void LaneState::arm(TimePoint now) {
  const auto at = limiter.wake(now);
  if (at == TimePoint::max()) return;
  refill_.expires_at(at);
  refill_.async_wait([this, alive = std::weak_ptr(alive_)](boost::system::error_code ec) {
    if (!ec && !alive.expired() && !stopped_) pump(SteadyClock::now());
  });
}

void LaneState::pass_time(TimePoint now) {
  const double passed = to_seconds(now - seen_);
  seen_ = now;
  const auto in_flight = limiter.in_flight();
  if (in_flight == 0) return;
  busy_s_ += passed;
  attempt_s_ += passed * in_flight;
}

}  // namespace assay::exec
