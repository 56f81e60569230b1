#pragma once
/// What a judge is worth, for a person and for a program: the end of `assay calibrate`.

#include <assay/core/json.hpp>
#include <assay/core/trust.hpp>
#include <assay/reports/format.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>

namespace assay::reports {

/// A measurement with what follows from it.
struct TrustView {
  Trust trust;
  std::optional<std::pair<double, double>> tpr_interval;  ///< 95 %, two-sided
  std::optional<std::pair<double, double>> tnr_interval;
  std::optional<double> youden_lower;  ///< one-sided 95 %: what a policy's `min_youden` is held against
  std::uint64_t undecided = 0;         ///< answers on which people are split
  std::uint64_t failed = 0;            ///< answers on which the judge could not be reached
};

/// A paragraph for each judge and check: what it can be believed, in sentences with their numbers.
[[nodiscard]] std::string trust_report(std::span<const TrustView> views, const Style& style);

[[nodiscard]] OrderedJson trust_json(const TrustView& view);

}  // namespace assay::reports
