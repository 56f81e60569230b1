#include "runner/store/histogram.hpp"

#include <algorithm>
#include <cmath>

namespace assay::store {
namespace {

constexpr double kLeast = 1e-3;
constexpr double kMost = 1e9;
constexpr double kGrowth = 1.001;

std::size_t bucket_of(double value) {
  const double within = std::clamp(value, kLeast, kMost);
  return static_cast<std::size_t>(std::log(within / kLeast) / std::log(kGrowth));
}

}  // namespace

void LogHistogram::add(double value) {
  if (std::isnan(value)) return;
  if (counts_.empty()) counts_.resize(bucket_of(kMost) + 1);
  ++counts_[bucket_of(value)];
  ++total_;
}

std::optional<double> LogHistogram::quantile(double p) const {
  if (total_ == 0) return std::nullopt;
  const double place = p * static_cast<double>(total_ - 1);
  const auto low = static_cast<std::uint64_t>(place);
  const double below = value_at(low);
  const double above = low + 1 < total_ ? value_at(low + 1) : below;
  return below + (place - static_cast<double>(low)) * (above - below);
}

double LogHistogram::value_at(std::uint64_t rank) const {
  std::uint64_t seen = 0;
  std::size_t bucket = 0;
  while (bucket + 1 < counts_.size() && seen + counts_[bucket] <= rank) seen += counts_[bucket++];
  return kLeast * std::pow(kGrowth, static_cast<double>(bucket) + 0.5);
}

}  // namespace assay::store
