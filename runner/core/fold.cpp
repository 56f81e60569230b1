#include <assay/core/fold.hpp>

#include <algorithm>

namespace assay {

namespace {

double sample_score(std::span<const CheckScore> scores, bool pass) {
  double sum = 0;
  double weight = 0;
  for (const auto& check : scores) {
    const auto* scored = std::get_if<Scored>(check.state);
    if (!scored || check.unit != Unit::share) continue;
    sum += check.weight * (check.better == Direction::up ? scored->value : 1 - scored->value);
    weight += check.weight;
  }
  if (!(weight > 0)) return pass ? 1 : 0;
  return std::clamp(sum / weight, 0.0, 1.0);
}

}  // namespace

Outcome fold(std::span<const CheckScore> scores) {
  const Error* error = nullptr;
  const Unscored* unscored = nullptr;
  bool failed = false;
  for (const auto& check : scores) {
    if (!check.required) continue;
    if (const auto* scored = std::get_if<Scored>(check.state)) failed = failed || !scored->pass;
    if (const auto* e = std::get_if<Error>(check.state); e && !error) error = e;
    if (const auto* u = std::get_if<Unscored>(check.state); u && !unscored) unscored = u;
  }
  if (failed) return outcome::Scored{false, sample_score(scores, false)};
  if (error) return outcome::JudgeError{*error};
  if (unscored) return outcome::Unscored{unscored->why};
  return outcome::Scored{true, sample_score(scores, true)};
}

}  // namespace assay
