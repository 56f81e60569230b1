#pragma once
/// `min` and `max`: the values that pass, both included.

#include "judges/options.hpp"

#include <optional>

namespace assay::judges {

/// One case's bounds; at least one is there.
struct Range {
  std::optional<double> least;
  std::optional<double> most;
};

/// The options `min` and `max` of a check. Const and thread-safe.
class Bounds {
 public:
  /// Reads both; each must be at least `lowest`. Reports their absence and a constant `min` above a constant `max`;
  /// `example` is what to write: `max: 600`.
  [[nodiscard]] static Bounds read(OptionReader& reader, std::string check, double lowest, std::string example);

  /// Errors: a missing variable, no number, a `min` above the `max`.
  [[nodiscard]] Result<Range> of(const Scope& scope) const;

  /// As `of`, for `CompiledCheck::verify`: an error without a place gets `at` and the case's name.
  [[nodiscard]] Result<void> verify(const Scope& scope, const Place& at) const;

  /// Less is better, unless only `min` is given.
  [[nodiscard]] Direction better() const { return least_ && !most_ ? Direction::up : Direction::down; }

 private:
  std::string check_;
  std::optional<Templated<double>> least_;
  std::optional<Templated<double>> most_;
};

/// The schema of options with `min`, `max` and what `others` holds; one of the two is needed.
[[nodiscard]] Json bounded_options(Json least, Json most, Json others);

}  // namespace assay::judges
