#pragma once
/// Quantiles in bounded memory.

#include <cstdint>
#include <optional>
#include <vector>

namespace assay::store {

/// Counts of positive values in buckets whose bounds grow by 0.1 %, so that a quantile is exact to half of that,
/// however many values there were. Values outside [1e-3, 1e9] count at the nearer end.
class LogHistogram {
 public:
  void add(double value);
  [[nodiscard]] std::uint64_t total() const { return total_; }
  /// Type-7 quantile (Hyndman and Fan 1996) of the buckets' midpoints; nothing without values. `p` in [0, 1].
  [[nodiscard]] std::optional<double> quantile(double p) const;

 private:
  [[nodiscard]] double value_at(std::uint64_t rank) const;
  std::vector<std::uint64_t> counts_;  // none before the first value
  std::uint64_t total_ = 0;
};

}  // namespace assay::store
