#include "runner/app/failure.hpp"

#include <fmt/format.h>

namespace assay::app {

namespace {

std::string with_hint(const Error& error) {
  return error.hint.empty() ? error.message : fmt::format("{}; {}", error.message, error.hint);
}

}  // namespace

bool failed(const store::StoredSample& sample) {
  const auto* scored = std::get_if<outcome::Scored>(&sample.outcome);
  return scored == nullptr || !scored->pass;
}

std::string failure_text(const store::StoredSample& sample) {
  if (const auto* error = std::get_if<outcome::EndpointError>(&sample.outcome)) return with_hint(error->error);
  if (const auto* error = std::get_if<outcome::JudgeError>(&sample.outcome)) return with_hint(error->error);
  if (const auto* unscored = std::get_if<outcome::Unscored>(&sample.outcome)) return unscored->why;
  if (const auto* skipped = std::get_if<outcome::Skipped>(&sample.outcome)) return skipped->why;
  for (const auto& score : sample.scores) {
    const auto* scored = std::get_if<Scored>(&score.score.state);
    if (score.required && scored != nullptr && !scored->pass) return score.name + ": " + score.score.why;
  }
  return {};
}

}  // namespace assay::app
