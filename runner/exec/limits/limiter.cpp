#include "runner/exec/limits/limiter.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace assay::exec {

namespace {

using namespace std::chrono_literals;

constexpr std::uint32_t kStart = 16;
constexpr double kSaturated = 0.8;              // of the limit: with less in flight, more room would not be used
constexpr double kTrouble = 0.02;               // of a round's answers: with more it is not clean
constexpr double kCut = 0.8;                    // of the limit, at once
constexpr double kKeep = 0.97;                  // of what rejections say is borne: others use the endpoint too
constexpr double kWorth = 0.25;                 // twice the limit has to bring 2^0.25: a fifth more answers a second
constexpr std::uint32_t kAnswersPerLook = 100;  // a look that fails wastes an attempt or two
constexpr Duration kRest = 10s;                 // between looks
constexpr Duration kLongestRest = 5min;         // where looks have not paid
constexpr std::uint32_t kRejectionsToPause = 3;
constexpr Duration kShortestPause = 250ms;  // doubled for each further rejection in a row
constexpr Duration kLongestPause = 4s;      // unless the endpoint asks for more
constexpr Duration kLongestAsked = 2min;    // a wait beyond is not waited for by calls either
constexpr Duration kTrial = 250ms;          // 429s come at once: who has none by then has been let in

std::uint32_t share(std::uint32_t count, double part) {
  return static_cast<std::uint32_t>(std::floor(count * part));
}

std::optional<TokenBucket> bucket(const std::optional<double>& per_minute, TimePoint now) {
  if (!per_minute) return std::nullopt;
  return TokenBucket(*per_minute, now);
}

}  // namespace

Limiter::Limiter(const Limits& limits, TimePoint now)
    : fixed_(limits.concurrency.has_value()),
      most_(std::max(1U, limits.concurrency.value_or(limits.most))),
      limit_(fixed_ ? most_ : std::min(kStart, most_)),
      requests_(bucket(limits.requests_per_minute, now)),
      tokens_(bucket(limits.tokens_per_minute, now)),
      room_(limit_),
      known_(most_),
      paused_until_(now),
      grow_at_(now),
      look_at_(now),
      rest_(kRest) {
  round_.began = now;
  if (fixed_) {
    noted_ = limit_;
  } else {
    note(LimitCause::start);
  }
}

std::optional<Permit> Limiter::ask(double tokens, TimePoint now) {
  if (wake(now) > now) return std::nullopt;
  if (requests_ && !requests_->take(1, now)) return std::nullopt;
  if (tokens_ && !tokens_->take(tokens, now)) return std::nullopt;
  if (std::exchange(trial_, false)) paused_until_ = now + kTrial;
  ++in_flight_;
  round_.peak = std::max(round_.peak, in_flight_);
  return Permit{epoch_, tokens};
}

TimePoint Limiter::wake(TimePoint now) const {
  if (in_flight_ >= std::min(limit_, room_)) return TimePoint::max();
  auto at = std::max(now, paused_until_);
  if (requests_) at = std::max(at, requests_->ready(now));
  if (tokens_) at = std::max(at, tokens_->ready(now));
  return at;
}

void Limiter::settle(const Permit& permit, Signal signal, std::optional<Duration> retry_after,
                     std::optional<double> tokens, TimePoint now) {
  --in_flight_;
  if (tokens_ && tokens) tokens_->give(permit.tokens - *tokens);
  if (fixed_) return;
  const bool before_cut = permit.epoch < cut_epoch_;
  if (signal == Signal::rejected) {
    rejected(permit, retry_after.value_or(Duration::zero()), now);
  } else {
    answered(permit, signal, now);
  }
  if (before_cut && flight_.left > 0 && --flight_.left == 0) note(LimitCause::rejected);
}

std::vector<LimitStep> Limiter::take_changes() {
  return std::exchange(changes_, {});
}

void Limiter::answered(const Permit& permit, Signal signal, TimePoint now) {
  const bool good = signal != Signal::trouble;
  if (good && permit.epoch >= cut_epoch_) recover();
  if (good) ++round_.answers;
  if (good && room_ < limit_) ++room_;
  if (permit.epoch != epoch_) return;
  if (signal == Signal::answered) ++round_.clean;
  if (!good) ++round_.trouble;
  if (round_.clean >= limit_) end_round(now);
}

// One flight is cut once: whatever else of it is rejected was sent before the cut, and says how far off the limit was.
void Limiter::rejected(const Permit& permit, Duration retry_after, TimePoint now) {
  if (retry_after > kLongestAsked) retry_after = Duration::zero();
  grow_at_ = std::max(grow_at_, now + retry_after);
  if (permit.epoch < cut_epoch_) {
    ++flight_.rejected;
    return learn_from_flight();
  }
  if (++rejections_in_a_row_ == 1) limit_before_row_ = limit_;
  // Few were under way and still one was rejected: it is not their number, it is too soon.
  const bool too_soon = rejections_in_a_row_ > 1 && !saturated(in_flight_ + 1);
  if (too_soon) {
    flight_ = {};
  } else {
    cut();
  }
  begin_round(now);
  cut_epoch_ = epoch_;
  rest(now);
  if (too_soon || rejections_in_a_row_ >= kRejectionsToPause) pause(retry_after, now);
}

// A look beyond goes back to where it came from, which is known to be borne. Anything else is a surprise, but one
// flight may be rejected for other reasons than its size: not below half.
void Limiter::cut() {
  const bool looked = looking_ && rejections_in_a_row_ == 1;
  const auto size = std::min(limit_, in_flight_ + 1);
  flight_ = {.size = size, .left = in_flight_, .rejected = 1, .least = looked ? known_ : std::max(1U, size / 2)};
  known_ = limit_;
  limit_ = std::max(flight_.least, std::min(size - 1, share(size, kCut)));
  slow_start_ = false;
  rest_ = kRest;
  learn_from_flight();
  note(LimitCause::rejected);
}

// What was under way, less what was turned away, is what the endpoint bears.
void Limiter::learn_from_flight() {
  if (flight_.size == 0) return;
  const auto borne = share(flight_.size - std::min(flight_.size, flight_.rejected), kKeep);
  known_ = std::min(known_, std::max(flight_.least, borne));
  limit_ = std::min(limit_, known_);
}

// Fewer in flight did not help, so it is a rate, or an outage: time helps.
void Limiter::pause(Duration retry_after, TimePoint now) {
  auto pause = kShortestPause;
  for (auto i = kRejectionsToPause; i < rejections_in_a_row_ && pause < kLongestPause; ++i) pause *= 2;
  paused_until_ = now + std::max(retry_after, std::min(pause, kLongestPause));
  trial_ = true;
  paused_ = true;
}

// Where only time helped, the cuts were for nothing, and the way back is a short one.
void Limiter::recover() {
  rejections_in_a_row_ = 0;
  if (std::exchange(paused_, false)) known_ = std::min(most_, std::max(known_, share(limit_before_row_, kCut)));
}

void Limiter::begin_round(TimePoint now) {
  ++epoch_;
  round_ = {.began = now, .peak = in_flight_};
}

void Limiter::end_round(TimePoint now) {
  const auto round = round_;
  begin_round(now);
  clean_since_look_ += round.clean;
  if (!saturated(round.peak) || round.trouble > kTrouble * round.clean || now < grow_at_) return;
  grow({limit_, static_cast<double>(round.answers), to_seconds(now - round.began)}, now);
}

void Limiter::grow(const Speed& speed, TimePoint now) {
  if (!slow_start_ && limit_ < known_) return change(limit_ + (known_ - limit_ + 1) / 2, LimitCause::clean, now);
  if (const auto enough = as_fast_below(speed)) {
    known_ = *enough;
    slow_start_ = false;
    rest_ = std::min(2 * rest_, kLongestRest);
    rest(now);
    return change(known_, LimitCause::no_faster, now);
  }
  if (speeds_.empty() || speeds_.back().limit != limit_) speeds_.push_back({limit_, 0, 0});
  speeds_.back().answers += speed.answers;
  speeds_.back().seconds += speed.seconds;
  if (slow_start_) return change(2 * limit_, LimitCause::clean, now);
  if (looking_) {
    rest_ = kRest;
  } else if (now < look_at_ || clean_since_look_ < kAnswersPerLook) {
    return;
  }
  known_ = limit_;
  looking_ = limit_ < most_;
  change(2 * limit_, LimitCause::probe, now);
}

void Limiter::rest(TimePoint now) {
  looking_ = false;
  look_at_ = now + rest_;
  clean_since_look_ = 0;
  speeds_.clear();
}

bool Limiter::saturated(std::uint32_t attempts) const {
  return attempts >= kSaturated * limit_;
}

// An endpoint that queues never says 429; its answers only take longer. One lucky round is found out by the next, as
// every speed since the beginning has to be beaten.
std::optional<std::uint32_t> Limiter::as_fast_below(const Speed& speed) const {
  for (const auto& before : speeds_) {
    if (before.limit >= limit_) break;
    const double worth = std::pow(static_cast<double>(limit_) / before.limit, kWorth);
    if (speed.answers * before.seconds < before.answers * speed.seconds * worth) return before.limit;
  }
  return std::nullopt;
}

// A greater limit is filled by one more attempt for each answer, so that the first 429 finds few too many under way.
void Limiter::change(std::uint32_t limit, LimitCause cause, TimePoint now) {
  note(LimitCause::rejected);  // what a flight taught since the last change
  room_ = std::min(limit_, room_);
  limit_ = std::min(limit, most_);
  note(cause);
  begin_round(now);
}

void Limiter::note(LimitCause cause) {
  if (limit_ == noted_) return;
  noted_ = limit_;
  changes_.push_back({limit_, in_flight_, cause});
}

}  // namespace assay::exec
