#pragma once
/// A small discrete-event simulation of calls, a limiter and an endpoint, in virtual time.

#include "runner/exec/limits/limiter.hpp"

#include <assay/core/random.hpp>
#include <assay/exec/retry.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <deque>
#include <functional>
#include <limits>
#include <numbers>
#include <optional>
#include <queue>
#include <utility>
#include <vector>

namespace assay::exec::simulation {

/// What the limiter does not know. Whatever is not set does not bind.
struct World {
  double latency = 1;                                       ///< s; median
  double sigma = 0.3;                                       ///< of its logarithm
  double network = 0.005;                                   ///< s, each way
  std::function<double(double)> capacity;                   ///< in flight at a moment; beyond: 429 at once
  std::optional<double> retry_after;                        ///< s, in these 429s
  std::optional<std::uint32_t> workers;                     ///< the rest waits in a queue
  std::optional<double> per_second;                         ///< a bucket of `burst`; Retry-After until the next token
  double burst = 1;                                         ///< requests
  std::optional<std::uint32_t> per_window;                  ///< requests in each minute
  bool says_when = true;                                    ///< Retry-After until the next minute
  double trouble = 0;                                       ///< share of 500s
  double duration = 120;                                    ///< s
  std::uint32_t callers = std::numeric_limits<int>::max();  ///< calls under way at most, those that sleep included
  std::uint64_t seed = 1;
};

/// What was seen, by second.
struct Seen {
  std::vector<double> served;  ///< mean in service
  std::vector<double> limit;   ///< at its end
  std::vector<double> answers;
  std::vector<double> rejections;
  std::vector<LimitStep> changes;
  double calls = 0;

  [[nodiscard]] static double sum(const std::vector<double>& of, std::size_t from, std::size_t to) {
    double total = 0;
    for (auto i = from; i < std::min(to, of.size()); ++i) total += of[i];
    return total;
  }
  [[nodiscard]] static double mean(const std::vector<double>& of, std::size_t from, std::size_t to) {
    return sum(of, from, to) / static_cast<double>(to - from);
  }
  [[nodiscard]] double rejected_share() const { return sum(rejections, 0, rejections.size()) / calls; }
};

class Simulation {
 public:
  Simulation(World world, const Limits& limits) : world_(std::move(world)), limiter_(limits, at(0)) {
    const auto seconds = static_cast<std::size_t>(world_.duration);
    for (auto* series : {&seen_.served, &seen_.limit, &seen_.answers, &seen_.rejections}) series->resize(seconds);
    tokens_ = world_.burst;
  }

  Seen run() {
    pump();
    while (!events_.empty() && events_.top().at < world_.duration) {
      const auto event = events_.top();
      events_.pop();
      pass(event.at);
      handle(event);
      pump();
    }
    pass(world_.duration);
    seen_.changes = limiter_.take_changes();
    return std::move(seen_);
  }

 private:
  enum class Kind { arrive, served, reply, due, wake };
  struct Event {
    double at = 0;
    std::uint64_t order = 0;
    Kind kind = Kind::wake;
    std::size_t call = 0;
    bool operator<(const Event& other) const { return std::pair(at, order) > std::pair(other.at, other.order); }
  };
  struct Call {
    Permit permit;
    std::uint32_t attempts = 0;
    Signal signal = Signal::answered;
    std::optional<double> retry_after;
  };

  static TimePoint at(double seconds) { return TimePoint(from_seconds(seconds)); }
  void post(double delay, Kind kind, std::size_t call) { events_.push({now_ + delay, ++order_, kind, call}); }
  double draw(std::uint64_t purpose) { return uniform(mix(mix(world_.seed, purpose), ++draws_)); }
  double& in_second(std::vector<double>& series) { return series[static_cast<std::size_t>(now_)]; }

  void pass(double to) {
    while (now_ < to) {
      const double next = std::min(to, std::floor(now_) + 1);
      in_second(seen_.served) += (next - now_) * serving_;
      in_second(seen_.limit) = limiter_.limit();
      now_ = next;
    }
  }

  void pump() {
    while (!due_.empty() || live_ < world_.callers) {
      const auto permit = limiter_.ask(0, at(now_));
      if (!permit) break;
      std::size_t call = calls_.size();
      if (due_.empty()) {
        calls_.emplace_back();
        ++live_;
        ++seen_.calls;
      } else {
        call = due_.front();
        due_.pop_front();
      }
      calls_[call].permit = *permit;
      ++calls_[call].attempts;
      post(world_.network, Kind::arrive, call);
    }
    const auto wake = limiter_.wake(at(now_));
    if (wake == TimePoint::max() || wake <= at(now_) || wake == armed_) return;
    armed_ = wake;
    post(std::max(0.0, to_seconds(wake.time_since_epoch()) - now_) + 1e-9, Kind::wake, 0);
  }

  void handle(const Event& event) {
    switch (event.kind) {
      case Kind::arrive:
        return arrive(event.call);
      case Kind::served:
        return served(event.call);
      case Kind::reply:
        return reply(event.call);
      case Kind::due:
        return due_.push_back(event.call);
      case Kind::wake:
        return;
    }
  }

  void arrive(std::size_t call) {
    if (const auto wait = refuse()) {
      calls_[call].signal = Signal::rejected;
      calls_[call].retry_after = *wait > 0 ? wait : std::nullopt;
      return post(world_.network, Kind::reply, call);
    }
    if (world_.workers && serving_ >= *world_.workers) return queue_.push_back(call);
    serve(call);
  }

  /// Nothing: let in. Else how long to wait, 0: not said.
  std::optional<double> refuse() {
    if (world_.capacity && serving_ >= world_.capacity(now_)) return world_.retry_after.value_or(0);
    if (world_.per_second) {
      tokens_ = std::min(world_.burst, tokens_ + (now_ - filled_) * *world_.per_second);
      filled_ = now_;
      if (tokens_ < 1) return (1 - tokens_) / *world_.per_second;
      tokens_ -= 1;
    }
    if (world_.per_window) {
      const auto window = static_cast<std::uint64_t>(now_ / 60);
      if (window != std::exchange(window_, window)) in_window_ = 0;
      if (in_window_ >= *world_.per_window) return world_.says_when ? 60 * static_cast<double>(window + 1) - now_ : 0.0;
      ++in_window_;
    }
    return std::nullopt;
  }

  void serve(std::size_t call) {
    ++serving_;
    const double normal = std::sqrt(-2 * std::log(1 - draw(1))) * std::cos(2 * std::numbers::pi * draw(2));
    post(world_.latency * std::exp(world_.sigma * normal), Kind::served, call);
  }

  void served(std::size_t call) {
    --serving_;
    if (!queue_.empty()) {
      serve(queue_.front());
      queue_.pop_front();
    }
    const bool trouble = draw(3) < world_.trouble;
    calls_[call].signal = trouble ? Signal::trouble : calls_[call].attempts == 1 ? Signal::answered : Signal::retried;
    calls_[call].retry_after.reset();
    post(world_.network, Kind::reply, call);
  }

  void reply(std::size_t id) {
    auto& call = calls_[id];
    const auto asked = call.retry_after ? std::optional(from_seconds(*call.retry_after)) : std::nullopt;
    limiter_.settle(call.permit, call.signal, asked, 0, at(now_));
    const bool good = call.signal == Signal::answered || call.signal == Signal::retried;
    if (good) ++in_second(seen_.answers);
    if (call.signal == Signal::rejected) ++in_second(seen_.rejections);
    if (good || call.attempts > policy_.max) {
      --live_;
      return;
    }
    const double cap = std::min(to_seconds(policy_.most),
                                to_seconds(policy_.least) * std::exp2(static_cast<double>(call.attempts - 1)));
    post(std::max(draw(4) * cap, call.retry_after.value_or(0)), Kind::due, id);
  }

  World world_;
  RetryPolicy policy_;
  Limiter limiter_;
  Seen seen_;
  std::priority_queue<Event> events_;
  std::vector<Call> calls_;
  std::deque<std::size_t> due_;    ///< slept long enough
  std::deque<std::size_t> queue_;  ///< at the endpoint
  TimePoint armed_ = TimePoint::max();
  double now_ = 0;
  std::uint64_t order_ = 0;
  std::uint64_t draws_ = 0;
  std::uint32_t live_ = 0;
  std::uint32_t serving_ = 0;
  double tokens_ = 0;
  double filled_ = 0;
  std::uint64_t window_ = 0;
  std::uint32_t in_window_ = 0;
};

inline Seen simulate(const World& world, const Limits& limits = {}) {
  return Simulation(world, limits).run();
}

}  // namespace assay::exec::simulation
