#pragma once
/// Decisions in words: whole sentences with the number that would change them.

#include "runner/gate/claims.hpp"
#include "runner/gate/interval.hpp"

#include <string>

namespace assay::gate {

/// A number with its unit, four digits: `0.8312`, `431 ms`, `1.5 s`, `0.02 USD`.
[[nodiscard]] std::string show(double value, Unit unit);

/// As `show`, with as many digits as tell it from `bound`.
[[nodiscard]] std::string show_apart(double value, double bound, Unit unit);

/// `95 %` for alpha 0.05.
[[nodiscard]] std::string confidence(double alpha);

/// `; so far pass_rate is 0.95 over 120 cases`; empty where there is no estimate.
[[nodiscard]] std::string so_far(const GateResult& row);

/// A claim that was held against its interval.
struct Decided {
  const Metric& metric;
  const Measured& measured;
  const Claim& claim;
  double alpha = 0.05;
  double low = 0;
  double high = 1;
  GateState state = GateState::inconclusive;
};

[[nodiscard]] std::string reason_of(const Decided& decided);

}  // namespace assay::gate
