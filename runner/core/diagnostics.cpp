#include <assay/core/diagnostics.hpp>

#include <utility>

namespace assay {

void Diagnostics::error(Place at, std::string message, std::string hint, ErrorKind kind) {
  error(Error{kind, std::move(message), std::move(hint), std::move(at)});
}

void Diagnostics::error(Error error) {
  ++error_count_;
  if (errors_.size() < kMax) errors_.push_back(std::move(error));
}

void Diagnostics::warning(Place at, std::string message, std::string hint) {
  if (warnings_.size() < kMax) {
    warnings_.push_back(Error{ErrorKind::invalid, std::move(message), std::move(hint), std::move(at)});
  }
}

}  // namespace assay
