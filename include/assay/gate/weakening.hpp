#pragma once
/// What a new policy proves less than an old one did. Pure.

#include <assay/gate/gate.hpp>

#include <span>
#include <string>
#include <vector>

namespace assay::gate {

enum class Strength {
  weaker,  ///< it needs a reason
  stronger,
  changed,  ///< neither can be said
};

/// One difference between two policies or suites.
struct Difference {
  std::string gate;   ///< empty: of the policy as a whole, or of a suite
  std::string suite;  ///< empty: not of a suite
  std::string key;    ///< where it stands: `floor`, `baseline.max_age`, …; `dropped` for a gate or suite that is gone
  std::string from;   ///< as a person writes it; `none` for what was not there
  std::string to;
  Strength strength = Strength::weaker;
  std::string why;  ///< what a reader must know beside it; may be empty

  friend bool operator==(const Difference&, const Difference&) = default;
};

inline constexpr std::string_view kNone = "none";  // written for what is not there

/// Every difference between two policies as they are written: first the policy's own keys, then its gates in the older
/// one's order. Gates are matched by id, so a renamed one is dropped. A claim about other cases, another metric or
/// other slices counts as weaker, for the old claim is gone.
[[nodiscard]] std::vector<Difference> differences(const Policy& older, const Policy& newer);

/// The reason that stands beside a weakening: equal gate, suite and key, and equal values, where numbers and durations
/// compare as such (`0.80` is 0.8). nullptr if there is none. Points into `reasons`.
[[nodiscard]] const Weakening* explained(const Difference& difference, std::span<const Weakening> reasons);

/// The line for `weakenings:` that would explain it: `- {gate: overall, key: floor, from: 0.85, to: 0.8, …}`.
[[nodiscard]] std::string explanation_of(const Difference& difference);

/// `gate 'overall': floor 0.85 → 0.8`
[[nodiscard]] std::string sentence(const Difference& difference);

}  // namespace assay::gate
