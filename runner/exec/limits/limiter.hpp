#pragma once
/// How many attempts a target gets at once, and how many a minute. Pure; knows no clock, timer or socket.

#include "runner/exec/limits/token_bucket.hpp"

#include <assay/exec/limits.hpp>

#include <cstdint>
#include <optional>
#include <vector>

namespace assay::exec {

/// How an attempt ended, as far as its target's limits care.
enum class Signal {
  answered,  ///< at the first attempt: it counts for growth
  retried,   ///< answered, but not at the first attempt: neutral
  rejected,  ///< 429
  trouble,   ///< 5xx, reset, timeout, anything else that failed: no growth, no cut
};

/// A granted attempt; given back with `settle`.
struct Permit {
  std::uint32_t epoch = 0;  ///< the round in which it was started
  double tokens = 0;        ///< as estimated
};

/// A change of the limit, without the target's name and the wall clock.
struct LimitStep {
  std::uint32_t limit = 0;
  std::uint32_t in_flight = 0;
  LimitCause cause = LimitCause::start;
};

/// The rules and their reasons: docs/limits.md. Times handed in may stand still and never go back.
class Limiter {
 public:
  Limiter(const Limits& limits, TimePoint now);

  /// Starts an attempt of about `tokens` tokens, if one may start now.
  [[nodiscard]] std::optional<Permit> ask(double tokens, TimePoint now);
  /// After a refusal: when it is worth asking again if nothing ends before. TimePoint::max(): only then.
  [[nodiscard]] TimePoint wake(TimePoint now) const;
  /// Every permit exactly once. `retry_after` is what the endpoint asked for; `tokens` what it counted.
  void settle(const Permit& permit, Signal signal, std::optional<Duration> retry_after, std::optional<double> tokens,
              TimePoint now);

  [[nodiscard]] std::uint32_t limit() const { return limit_; }
  [[nodiscard]] std::uint32_t in_flight() const { return in_flight_; }
  /// Changes since the last call, oldest first; a fixed limit has none.
  [[nodiscard]] std::vector<LimitStep> take_changes();

 private:
  /// What is seen until as many attempts as the limit allows were started and answered.
  struct Round {
    TimePoint began;
    std::uint32_t peak = 0;     ///< in flight
    std::uint32_t clean = 0;    ///< answers at the first attempt, of attempts started in this round
    std::uint32_t trouble = 0;  ///< of attempts started in this round
    std::uint32_t answers = 0;  ///< all that came in
  };
  /// The attempts that were under way when the limit was cut last.
  struct Flight {
    std::uint32_t size = 0;
    std::uint32_t left = 0;  ///< still under way
    std::uint32_t rejected = 0;
    std::uint32_t least = 1;  ///< borne at least, whatever was rejected
  };
  /// How fast answers came under one limit: what a greater one has to beat.
  struct Speed {
    std::uint32_t limit = 0;
    double answers = 0;
    double seconds = 0;
  };

  void answered(const Permit& permit, Signal signal, TimePoint now);
  void rejected(const Permit& permit, Duration retry_after, TimePoint now);
  void cut();
  void learn_from_flight();
  void pause(Duration retry_after, TimePoint now);
  void recover();
  void begin_round(TimePoint now);
  void end_round(TimePoint now);
  void grow(const Speed& speed, TimePoint now);
  void rest(TimePoint now);
  [[nodiscard]] bool saturated(std::uint32_t attempts) const;
  [[nodiscard]] std::optional<std::uint32_t> as_fast_below(const Speed& speed) const;
  void change(std::uint32_t limit, LimitCause cause, TimePoint now);
  void note(LimitCause cause);

  bool fixed_;
  std::uint32_t most_;
  std::uint32_t limit_;
  std::uint32_t in_flight_ = 0;
  std::optional<TokenBucket> requests_;
  std::optional<TokenBucket> tokens_;

  std::uint32_t epoch_ = 0;  ///< counts rounds
  Round round_;
  bool slow_start_ = true;
  std::uint32_t room_;         ///< of the limit: a greater one is filled answer by answer
  std::uint32_t known_;        ///< believed to be borne
  bool looking_ = false;       ///< beyond it
  std::vector<Speed> speeds_;  ///< from where this exploration began, oldest first

  std::uint32_t cut_epoch_ = 0;  ///< the first after the last cut
  Flight flight_;
  std::uint32_t rejections_in_a_row_ = 0;  ///< flights, without an answer between them
  std::uint32_t limit_before_row_ = 0;
  bool paused_ = false;     ///< since the last answer
  TimePoint paused_until_;  ///< nothing starts before
  bool trial_ = false;      ///< the next attempt goes ahead alone

  TimePoint grow_at_;  ///< not before
  TimePoint look_at_;  ///< beyond what is known: not before
  Duration rest_;      ///< between such looks
  std::uint64_t clean_since_look_ = 0;
  std::vector<LimitStep> changes_;
  std::uint32_t noted_ = 0;  ///< the limit in the last of the changes
};

}  // namespace assay::exec
