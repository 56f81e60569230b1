#include <assay/core/trust.hpp>

namespace assay {

namespace {

std::optional<double> share(std::uint64_t part, std::uint64_t rest) {
  if (part + rest == 0) return std::nullopt;
  return static_cast<double>(part) / static_cast<double>(part + rest);
}

}  // namespace

std::optional<double> Confusion::sensitivity() const {
  return share(true_pass, false_fail);
}

std::optional<double> Confusion::specificity() const {
  return share(true_fail, false_pass);
}

std::optional<double> Confusion::youden() const {
  const auto good = sensitivity();
  const auto bad = specificity();
  if (!good || !bad) return std::nullopt;
  return *good + *bad - 1;
}

}  // namespace assay
