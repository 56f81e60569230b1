#pragma once
/// Holds requests against what the script bears: how many at once, and how many a minute. Time is passed in.

#include "runner/stub/script.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>

namespace assay::stub {

/// Fills at an even rate up to what comes in `burst`, and starts full. May owe: an answer's size is known only once it
/// was let in.
class Bucket {
 public:
  Bucket(double per_minute, Duration burst);

  /// Until there is one again; zero if there is one now.
  [[nodiscard]] Duration wait(TimePoint now);
  void take(double amount) { level_ -= amount; }
  [[nodiscard]] std::uint64_t left(TimePoint now);
  [[nodiscard]] Duration until_full(TimePoint now);
  [[nodiscard]] double per_minute() const { return per_minute_; }

 private:
  void fill(TimePoint now);
  [[nodiscard]] Duration time_for(double amount) const;

  double per_minute_;
  double size_;
  double level_;
  std::optional<TimePoint> filled_;
};

struct Rejection {
  std::string message;
  std::optional<Duration> retry_after;
};

/// Not thread-safe.
class Capacity {
 public:
  explicit Capacity(const CapacitySpec& spec);

  /// Lets a request in, which is under way until `leave`, and takes its share; or says why not, and takes nothing.
  [[nodiscard]] std::optional<Rejection> admit(TimePoint now, std::uint64_t input_tokens);
  void leave() { --under_way_; }
  /// An answer's tokens.
  void charge(std::uint64_t output_tokens);

  [[nodiscard]] bool counts_tokens() const { return tokens_.has_value(); }
  /// OpenAI's `x-ratelimit-…` of the rates that are bound.
  [[nodiscard]] Headers headers(TimePoint now);

 private:
  [[nodiscard]] std::optional<Rejection> reject_rate(std::optional<Bucket>& bucket, std::string_view what,
                                                     TimePoint now) const;

  CapacitySpec spec_;
  std::uint32_t under_way_ = 0;
  std::optional<Bucket> requests_;
  std::optional<Bucket> tokens_;
};

/// `Retry-After` in whole seconds and `retry-after-ms`, both rounded up.
[[nodiscard]] Headers retry_headers(Duration wait);

/// Those who make answers: so many at once, the others in line, first come first served. Not thread-safe.
class Workers {
 public:
  explicit Workers(std::uint32_t count) : free_(count) {}

  /// Calls `start` once a worker is free, maybe at once. `n` grows from one request to the next.
  void enter(std::uint64_t n, std::function<void()> start);
  /// Leaves the line or frees the worker; once after each `enter`.
  void leave(std::uint64_t n);

 private:
  std::uint32_t free_;
  std::map<std::uint64_t, std::function<void()>> line_;
};

}  // namespace assay::stub
