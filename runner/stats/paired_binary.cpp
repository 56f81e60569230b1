#include "runner/stats/normal.hpp"

#include <assay/stats/paired_binary.hpp>
#include <assay/stats/proportion.hpp>

#include <algorithm>
#include <cmath>

namespace assay::stats {

namespace {

double total(const PairedCounts& counts) {
  return counts.both + counts.gained + counts.lost + counts.neither;
}

/// P(X = k) and P(X ≤ k) of Bin(gained + lost, ½).
struct HalfTail {
  double at = 0;
  double up_to = 0;
};

HalfTail half_tail(const PairedCounts& counts, double k) {
  const double m = counts.gained + counts.lost;
  const double up_to = binomial_cdf(k, m, 0.5);
  return {up_to - binomial_cdf(k - 1, m, 0.5), up_to};
}

PairedCounts mirrored(const PairedCounts& counts) {
  return {counts.both, counts.lost, counts.gained, counts.neither};
}

/// The correlation of both runs, its numerator corrected for continuity where positive.
double corrected_phi(const PairedCounts& counts) {
  const auto& [a, b, c, d] = counts;
  const double margins = (a + b) * (c + d) * (a + c) * (b + d);
  if (margins <= 0) return 0;
  double numerator = a * d - b * c;
  if (numerator > 0) numerator = std::max(numerator - total(counts) / 2, 0.0);
  return numerator / std::sqrt(margins);
}

/// The constrained maximum-likelihood share of lost cases where the true difference is `difference`.
double constrained_lost(const PairedCounts& counts, double difference) {
  const double n = total(counts);
  const double b = -counts.gained - counts.lost + (2 * n - counts.gained + counts.lost) * difference;
  const double c = -counts.lost * difference * (1 - difference);
  return std::max((std::sqrt(std::max(b * b - 8 * n * c, 0.0)) - b) / (4 * n), 0.0);
}

}  // namespace

double mcnemar_exact(const PairedCounts& counts) {
  if (counts.gained + counts.lost <= 0) return 1;
  return std::min(1.0, 2 * half_tail(counts, std::min(counts.gained, counts.lost)).up_to);
}

double mcnemar_mid_p(const PairedCounts& counts) {
  if (counts.gained == counts.lost) return 1;
  const auto tail = half_tail(counts, std::min(counts.gained, counts.lost));
  return std::min(1.0, 2 * tail.up_to - tail.at);
}

double mcnemar_loss_exact(const PairedCounts& counts) {
  if (counts.gained + counts.lost <= 0) return 1;
  return half_tail(counts, counts.gained).up_to;  // P(X ≥ lost) = P(X ≤ gained), as ½ is symmetric
}

double mcnemar_loss_mid_p(const PairedCounts& counts) {
  if (counts.gained + counts.lost <= 0) return 1;
  const auto tail = half_tail(counts, counts.gained);
  return tail.up_to - tail.at / 2;
}

double newcombe_lower(const PairedCounts& counts, double alpha) {
  const double n = total(counts);
  if (n <= 0) return -1;
  const double candidate = counts.both + counts.gained;
  const double baseline = counts.both + counts.lost;
  const double below = candidate / n - wilson_lower(candidate, n, alpha);
  const double above = wilson_upper(baseline, n, alpha) - baseline / n;
  const double square = below * below - 2 * corrected_phi(counts) * below * above + above * above;
  return std::max(-1.0, (counts.gained - counts.lost) / n - std::sqrt(std::max(square, 0.0)));
}

double newcombe_upper(const PairedCounts& counts, double alpha) {
  return -newcombe_lower(mirrored(counts), alpha);
}

double tango_z(const PairedCounts& counts, double difference) {
  const double n = total(counts);
  if (n <= 0) return 0;
  const double distance = counts.gained - counts.lost - n * difference;
  const double variance = n * (2 * constrained_lost(counts, difference) + difference * (1 - difference));
  if (variance > 1e-14 * n) return distance / std::sqrt(variance);
  if (std::abs(distance) <= 1e-9 * n) return 0;
  return std::copysign(HUGE_VAL, distance);
}

double tango_lower(const PairedCounts& counts, double alpha) {
  const double n = total(counts);
  if (n <= 0) return -1;
  const double z = normal_quantile(1 - alpha);
  double low = -1;
  double high = (counts.gained - counts.lost) / n;
  while (high - low > 1e-13) {  // z falls with the difference
    const double middle = (low + high) / 2;
    (tango_z(counts, middle) > z ? low : high) = middle;
  }
  return low;
}

double tango_upper(const PairedCounts& counts, double alpha) {
  return -tango_lower(mirrored(counts), alpha);
}

double tango_p_at_least(const PairedCounts& counts, double bound) {
  if (total(counts) <= 0) return 1;
  return normal_cdf(-tango_z(counts, bound));
}

double tango_p_at_most(const PairedCounts& counts, double bound) {
  if (total(counts) <= 0) return 1;
  return normal_cdf(tango_z(counts, bound));
}

}  // namespace assay::stats
