#include "runner/stub/capacity.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace assay::stub {

namespace {

constexpr double kTiny = 1e-9;  ///< rounding of a level

std::int64_t ceil_to(Duration time, Duration unit) {
  return (time + unit - Duration(1)) / unit;
}

/// As OpenAI writes it: `20ms`, `1.5s`, `6m0s`.
std::string written(Duration time) {
  const std::int64_t ms = ceil_to(time, std::chrono::milliseconds(1));
  if (ms < 1000) return fmt::format("{}ms", ms);
  const std::int64_t minutes = ms / 60'000;
  const double seconds = static_cast<double>(ms % 60'000) / 1000;
  return minutes > 0 ? fmt::format("{}m{}s", minutes, seconds) : fmt::format("{}s", seconds);
}

}  // namespace

Bucket::Bucket(double per_minute, Duration burst)
    : per_minute_(per_minute), size_(std::max(1.0, per_minute / 60 * to_seconds(burst))), level_(size_) {}

Duration Bucket::wait(TimePoint now) {
  fill(now);
  return level_ >= 1 - kTiny ? Duration::zero() : time_for(1 - level_);
}

std::uint64_t Bucket::left(TimePoint now) {
  fill(now);
  return static_cast<std::uint64_t>(std::max(0.0, level_ + kTiny));
}

Duration Bucket::until_full(TimePoint now) {
  fill(now);
  return time_for(size_ - level_);
}

void Bucket::fill(TimePoint now) {
  if (filled_) level_ = std::min(size_, level_ + per_minute_ / 60 * to_seconds(now - *filled_));
  filled_ = now;
}

Duration Bucket::time_for(double amount) const {
  return Duration(static_cast<Duration::rep>(std::ceil((amount - kTiny) / per_minute_ * 60e9)));
}

Capacity::Capacity(const CapacitySpec& spec) : spec_(spec) {
  if (spec.requests_per_minute) requests_.emplace(*spec.requests_per_minute, spec.burst);
  if (spec.tokens_per_minute) tokens_.emplace(*spec.tokens_per_minute, spec.burst);
}

std::optional<Rejection> Capacity::reject_rate(std::optional<Bucket>& bucket, std::string_view what,
                                               TimePoint now) const {
  const Duration wait = bucket ? bucket->wait(now) : Duration::zero();
  if (wait == Duration::zero()) return std::nullopt;
  Rejection rejection{.message = fmt::format("Rate limit reached for {} per min: limit {}", what, bucket->per_minute()),
                      .retry_after = std::nullopt};
  if (spec_.says_when) {
    rejection.message += ", try again in " + written(wait);
    rejection.retry_after = wait;
  }
  return rejection;
}

std::optional<Rejection> Capacity::admit(TimePoint now, std::uint64_t input_tokens) {
  if (spec_.concurrent && under_way_ >= *spec_.concurrent) {
    return Rejection{.message = fmt::format("Too many requests at once: limit {}", *spec_.concurrent),
                     .retry_after = spec_.retry_after};
  }
  if (auto rejection = reject_rate(requests_, "requests", now)) return rejection;
  if (auto rejection = reject_rate(tokens_, "tokens", now)) return rejection;
  if (requests_) requests_->take(1);
  charge(input_tokens);
  ++under_way_;
  return std::nullopt;
}

void Capacity::charge(std::uint64_t output_tokens) {
  if (tokens_) tokens_->take(static_cast<double>(output_tokens));
}

Headers Capacity::headers(TimePoint now) {
  Headers headers;
  const auto add = [&](std::optional<Bucket>& bucket, const char* what) {
    if (!bucket) return;
    headers.emplace_back(fmt::format("x-ratelimit-limit-{}", what), fmt::format("{}", bucket->per_minute()));
    headers.emplace_back(fmt::format("x-ratelimit-remaining-{}", what), fmt::format("{}", bucket->left(now)));
    headers.emplace_back(fmt::format("x-ratelimit-reset-{}", what), written(bucket->until_full(now)));
  };
  add(requests_, "requests");
  add(tokens_, "tokens");
  return headers;
}

Headers retry_headers(Duration wait) {
  return {{"retry-after", std::to_string(ceil_to(wait, std::chrono::seconds(1)))},
          {"retry-after-ms", std::to_string(ceil_to(wait, std::chrono::milliseconds(1)))}};
}

void Workers::enter(std::uint64_t n, std::function<void()> start) {
  if (free_ == 0) {
    line_.emplace(n, std::move(start));
    return;
  }
  --free_;
  start();
}

void Workers::leave(std::uint64_t n) {
  if (line_.erase(n) > 0) return;
  if (line_.empty()) {
    ++free_;
    return;
  }
  auto next = line_.extract(line_.begin());
  next.mapped()();
}

}  // namespace assay::stub
