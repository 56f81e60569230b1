#include "runner/exec/case/fold.hpp"

#include <algorithm>

namespace assay::exec {

namespace {

// The weighted mean over the checks whose unit is a share and that could tell; `pass` as 0 or 1 where there is none.
double sample_score(std::span<const std::shared_ptr<const CompiledCheck>> checks, std::span<const Score> scores,
                    bool pass) {
  double sum = 0;
  double weight = 0;
  for (std::size_t i = 0; i < checks.size(); ++i) {
    const auto* scored = std::get_if<Scored>(&scores[i].state);
    if (!scored || checks[i]->unit != Unit::share) continue;
    sum += checks[i]->weight * scored->value;
    weight += checks[i]->weight;
  }
  if (!(weight > 0)) return pass ? 1 : 0;
  return std::clamp(sum / weight, 0.0, 1.0);
}

}  // namespace

Outcome fold(std::span<const std::shared_ptr<const CompiledCheck>> checks, std::span<const Score> scores) {
  const Error* error = nullptr;
  const Unscored* unscored = nullptr;
  bool failed = false;
  for (std::size_t i = 0; i < checks.size(); ++i) {
    if (!checks[i]->required) continue;
    const auto& state = scores[i].state;
    if (const auto* scored = std::get_if<Scored>(&state)) failed = failed || !scored->pass;
    if (const auto* e = std::get_if<Error>(&state); e && !error) error = e;
    if (const auto* u = std::get_if<Unscored>(&state); u && !unscored) unscored = u;
  }
  if (failed) return outcome::Scored{false, sample_score(checks, scores, false)};
  if (error) return outcome::JudgeError{*error};
  if (unscored) return outcome::Unscored{unscored->why};
  return outcome::Scored{true, sample_score(checks, scores, true)};
}

}  // namespace assay::exec
