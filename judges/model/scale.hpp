#pragma once
/// A scale of whole numbers, some of them with words for what they mean.

#include "judges/options.hpp"

#include <assay/core/check.hpp>
#include <assay/core/json.hpp>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace assay::judges {

/// Every whole number from `lo` to `hi` may be given; more is better. Const and thread-safe.
struct Scale {
  int lo = 0;
  int hi = 1;
  std::vector<std::pair<int, Templated<std::string>>> anchors;  ///< ascending; the first is `lo`, the last `hi`
  bool reversed = false;                                        ///< the judge reads it from the highest to the lowest

  /// As the judge reads it.
  [[nodiscard]] int first() const { return reversed ? hi : lo; }
  [[nodiscard]] int last() const { return reversed ? lo : hi; }
  /// (score − lo) / (hi − lo), 0 to 1.
  [[nodiscard]] double share(double score) const { return (score - lo) / (hi - lo); }
};

/// Reads `scale: {1: …, 5: …}`, or takes `otherwise`, YAML of that form. Nothing after reporting: fewer than two
/// numbers, beyond −1000…1000, more than 101 from the lowest to the highest, no words.
[[nodiscard]] std::optional<Scale> read_scale(OptionReader& reader, const std::string& otherwise);

/// The scale for a prompt, as the judge reads it: `[{score, means}]`. Errors: a variable that is missing or empty.
[[nodiscard]] Result<Json> anchors_of(const Scale& scale, const Scope& scope);

/// What may be planted in an answer: the highest score and the lowest.
[[nodiscard]] Offer offer_of(const Scale& scale);

/// JSON Schema of the option.
[[nodiscard]] Json scale_option_schema(const std::string& description);

}  // namespace assay::judges
