#pragma once
/// The metrics a gate may name, and how each one is computed.

#include <assay/core/check.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace assay::gate {

enum class Measure {
  passes,         ///< share of samples that pass, from outcomes
  errors,         ///< share of samples that errored, from outcomes
  unscored,       ///< share of samples that no check could decide, from outcomes
  flaky,          ///< share of cases that pass and fail, from outcomes and history
  mean,           ///< mean over cases of a column
  quantile,       ///< quantile over samples of a column
  cost_per_pass,  ///< Σ cost / Σ passes
};

/// What the samples of a case make of it.
enum class Fold {
  mean,      ///< their mean
  at_least,  ///< 1 where k of them pass, else 0
  any_of_k,  ///< the chance that one of k passes
  all_of_k,  ///< the chance that all of k pass
};

struct Metric {
  std::string name;
  Measure measure = Measure::mean;
  std::string column;  ///< empty where outcomes say it all
  double quantile = 0;
  Unit unit = Unit::share;
  Direction better = Direction::up;
  bool from_check = false;
  bool binary = false;  ///< a sample's value is 0 or 1
  Fold fold = Fold::mean;
  std::uint64_t k = 0;  ///< of the fold
};

/// A metric of the contract's table, `pass_at_K` or `pass_pow_K`; nothing for any other name (a check's metric).
[[nodiscard]] std::optional<Metric> builtin_metric(std::string_view name);

/// A check's metric, or its `.pass`.
[[nodiscard]] Metric check_metric(std::string_view name, Unit unit, Direction better);

[[nodiscard]] std::vector<std::string> builtin_metric_names();

inline constexpr std::uint64_t kMostRepeats = 100;  // the greatest K

/// `pass_rate`, or a check's metric with `.pass`: what zero tolerance and `at_least` may be about.
[[nodiscard]] bool is_pass_metric(std::string_view name);

/// A name without its `.pass`.
[[nodiscard]] std::string_view without_pass(std::string_view name);

/// True for a metric that needs the target's price.
[[nodiscard]] bool needs_price(const Metric& metric);

}  // namespace assay::gate
