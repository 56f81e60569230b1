#pragma once
/// Decisions in words: whole sentences with the number that would change them.

#include "runner/gate/claims.hpp"
#include "runner/gate/interval.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace assay::gate {

/// A number with its unit, four digits: `0.8312`, `431 ms`, `1.5 s`, `0.02 USD`.
[[nodiscard]] std::string show(double value, Unit unit);

/// As `show`, with as many digits as tell it from `bound`.
[[nodiscard]] std::string show_apart(double value, double bound, Unit unit);

/// `3.21 %` for 0.0321.
[[nodiscard]] std::string as_percent(double share);

/// `95 %` for alpha 0.05.
[[nodiscard]] std::string confidence(double alpha);

/// `1 case`, `2 cases`.
[[nodiscard]] std::string plural(std::uint64_t n, std::string_view what);

/// `overall (capitals, topic=t3)`.
[[nodiscard]] std::string row_name(const GateResult& row);

/// As a policy writes it, in the greatest unit that it is whole in: `90d`, `12h`, `5m`, `1.5s`, `20ms`.
[[nodiscard]] std::string duration_text(Duration duration);

/// `; so far pass_rate is 0.95 over 120 cases`; empty where there is no estimate.
[[nodiscard]] std::string so_far(const GateResult& row);

/// A claim that was held against its interval.
struct DecidedClaim {
  const Metric& metric;
  const Measured& measured;
  const Claim& claim;
  double alpha = 0.05;
  double low = 0;
  double high = 1;
  GateState state = GateState::inconclusive;
};

[[nodiscard]] std::string reason_of(const DecidedClaim& decided);

}  // namespace assay::gate
