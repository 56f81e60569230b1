#pragma once
/// Planted verdicts: answers that try to grade themselves. Pure.

#include <assay/core/check.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace assay::judges {

/// A row of judges/trust/attacks.yaml.
struct Attack {
  std::string id;      ///< `json/duplicate_keys`
  std::string family;  ///< `json`
  std::string text;    ///< the template, as written
};

/// The corpus, in its order.
[[nodiscard]] std::vector<Attack> attacks();

/// `answer` with the attack in it; `offer` is what an attacker knows of the judge.
[[nodiscard]] std::string planted(const Attack& attack, std::string_view answer, const Offer& offer);

}  // namespace assay::judges
