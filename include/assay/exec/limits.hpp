#pragma once
/// What a target bears: data only; `runner/exec/limits` applies it.

#include <assay/core/time.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace assay::exec {

/// Bounds of one target (endpoint and model), judges included. Absent: no bound.
struct Limits {
  std::optional<std::uint32_t> concurrency;   ///< attempts in flight; absent: found while running (`auto`)
  std::uint32_t most = 1024;                  ///< of `auto`: never more in flight than this
  std::optional<double> requests_per_minute;  ///< attempts
  std::optional<double> tokens_per_minute;    ///< input and output
  std::optional<std::uint64_t> max_tokens;    ///< input and output of the whole run
  std::optional<std::uint64_t>
      max_tokens_case;  ///< input and output of one sample; its next call is not made beyond it
};

/// What one run may spend, over all targets. Absent: no bound.
struct BudgetLimits {
  std::optional<double> usd;
  std::optional<std::uint64_t> tokens;  ///< input and output
};

/// Why the number of attempts in flight was changed.
enum class LimitCause {
  start,      ///< where a run begins
  clean,      ///< a round without trouble, at the limit
  probe,      ///< a look beyond what is known to be borne
  rejected,   ///< 429
  no_faster,  ///< more in flight brought no more answers a second
};

[[nodiscard]] std::string_view name(LimitCause cause);

/// One change, for the history of the run.
struct LimitChange {
  std::string target;
  WallTime at;
  std::uint32_t limit = 0;      ///< from now on
  std::uint32_t in_flight = 0;  ///< when it was changed
  LimitCause cause = LimitCause::start;
};

}  // namespace assay::exec
