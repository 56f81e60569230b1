#pragma once
/// When to try again. Data only; the call machine in `runner/exec/call` applies it.

#include <assay/core/time.hpp>

#include <cstdint>

namespace assay::exec {

/// Contract §4: the defaults. Delay before retry k (from 0) is uniform in [0, min(most, least·2^k)] ("full jitter",
/// M. Brooker, AWS Architecture Blog 2015), or what the endpoint asked for if that is longer.
struct RetryPolicy {
  std::uint32_t max = 5;  ///< after the first attempt
  Duration least = std::chrono::milliseconds(500);
  Duration most = std::chrono::seconds(30);
  Duration max_wait = std::chrono::minutes(2);  ///< a wait asked for beyond this is final at once
};

}  // namespace assay::exec
