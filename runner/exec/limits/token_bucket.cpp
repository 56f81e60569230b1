#include "runner/exec/limits/token_bucket.hpp"

#include <algorithm>
#include <cmath>

namespace assay::exec {

namespace {

constexpr double kUnit = 1 - 1e-6;  // what has been filled for long enough is there, whatever its last digits

constexpr double kLongestSeconds = 1e9;  // thirty years; beyond, nanoseconds no longer fit a time point

}  // namespace

TokenBucket::TokenBucket(double per_minute, TimePoint now)
    : per_second_(per_minute / 60), most_(std::max(1.0, per_second_)), held_(most_), seen_(now) {}

bool TokenBucket::take(double amount, TimePoint now) {
  held_ = balance(now);
  seen_ = std::max(seen_, now);
  if (held_ < kUnit) return false;
  held_ -= amount;
  return true;
}

void TokenBucket::give(double amount) {
  held_ = std::min(most_, held_ + amount);
}

TimePoint TokenBucket::ready(TimePoint now) const {
  const double missing = 1 - balance(now);
  if (missing <= 1 - kUnit) return now;
  return now + from_seconds(std::min(missing / per_second_, kLongestSeconds));
}

double TokenBucket::balance(TimePoint now) const {
  const double passed = std::max(0.0, to_seconds(now - seen_));
  return std::min(most_, held_ + passed * per_second_);
}

}  // namespace assay::exec
