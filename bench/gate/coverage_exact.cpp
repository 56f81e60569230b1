// Intervals of counts: every outcome is taken with its chance.

#include "bench/gate/coverage.hpp"

#include <assay/stats/delta.hpp>
#include <assay/stats/paired_binary.hpp>
#include <assay/stats/quantile.hpp>
#include <assay/stats/rogan_gladen.hpp>
#include <assay/stats/youden.hpp>

#include <fmt/format.h>

#include <cmath>
#include <functional>
#include <initializer_list>
#include <limits>

namespace assay::bench {

namespace {

constexpr double kOneSided = 0.05;
constexpr double kTwoSided = 0.025;
constexpr double kNegligible = 1e-10;

double binomial_chance(double k, double n, double p) {
  if (p <= 0) return k == 0 ? 1 : 0;
  if (p >= 1) return k == n ? 1 : 0;
  return std::exp(std::lgamma(n + 1) - std::lgamma(k + 1) - std::lgamma(n - k + 1) + k * std::log(p) +
                  (n - k) * std::log1p(-p));
}

template <class Make>
Bounds bounds_of(const Make& at) {
  return {at(kOneSided), at(kTwoSided)};
}

using OfRate = std::function<stats::Interval(double passes, double n, double alpha)>;

Coverage of_rate(const std::string& method, bool guaranteed, const OfRate& interval) {
  Coverage coverage{method, "n 10…500, rates 0.02…0.98", 0, guaranteed};
  for (const double n : {10.0, 25.0, 50.0, 100.0, 200.0, 500.0}) {
    std::vector<Bounds> bounds;
    for (double k = 0; k <= n; ++k) bounds.push_back(bounds_of([&](double alpha) { return interval(k, n, alpha); }));
    for (int i = 1; i < 50; ++i) {
      const double p = i / 50.0;
      Hits hits;
      for (double k = 0; k <= n; ++k) {
        count(hits, bounds[static_cast<std::size_t>(k)], p, binomial_chance(k, n, p));
      }
      add_point(coverage, hits, fmt::format("n {}, rate {}", n, p));
    }
  }
  return coverage;
}

using OfPairs = std::function<stats::Interval(const stats::PairedCounts&, double alpha)>;

struct PairGrid {
  std::initializer_list<double> sizes;
  std::initializer_list<double> differences;
  double passing;  ///< share of the concordant cases that pass
};

/// The concordant cases are split evenly by `passing`: what is not pass or fail exactly does not move these bounds
/// much.
Coverage of_pairs(const std::string& method, const std::string& over, const PairGrid& grid, const OfPairs& interval) {
  Coverage coverage{method, over};
  for (const double n : grid.sizes) {
    std::vector<Bounds> bounds;
    for (double m = 0; m <= n; ++m) {
      for (double gained = 0; gained <= m; ++gained) {
        const double both = std::round(grid.passing * (n - m));
        const stats::PairedCounts counts{both, gained, m - gained, n - m - both};
        bounds.push_back(bounds_of([&](double alpha) { return interval(counts, alpha); }));
      }
    }
    for (const double discordance : {0.06, 0.1, 0.2, 0.4}) {
      for (const double difference : grid.differences) {
        const double gain = (1 + difference / discordance) / 2;
        Hits hits;
        std::size_t at = 0;
        for (double m = 0; m <= n; ++m) {
          const double chance = binomial_chance(m, n, discordance);
          for (double gained = 0; gained <= m; ++gained, ++at) {
            if (chance < kNegligible) continue;
            count(hits, bounds[at], difference, chance * binomial_chance(gained, m, gain));
          }
        }
        add_point(coverage, hits, fmt::format("n {}, {} differ, difference {}", n, discordance, difference));
      }
    }
  }
  return coverage;
}

/// One sample on each side as if there were several: the t test that means of runs take, on the hardest data for it.
stats::Interval delta_interval(const stats::PairedCounts& counts, double alpha) {
  std::vector<double> deltas(static_cast<std::size_t>(counts.both + counts.neither), 0.0);
  deltas.insert(deltas.end(), static_cast<std::size_t>(counts.gained), 1.0);
  deltas.insert(deltas.end(), static_cast<std::size_t>(counts.lost), -1.0);
  const auto estimate = stats::delta_estimate(deltas, {});
  return {stats::delta_lower(estimate, alpha, stats::margin_floor(0.05)),
          stats::delta_upper(estimate, alpha, stats::harm_floor(0.05))};
}

Coverage of_quantiles() {
  Coverage coverage{"order statistics", "p50, p90, p95, p99; n from the least that has bounds to 2,000", 0, true};
  for (const double q : {0.5, 0.9, 0.95, 0.99}) {
    for (const std::uint64_t n : {10U, 20U, 50U, 100U, 200U, 500U, 1000U, 2000U}) {
      const auto ranks = [&](double alpha) {
        const auto low = stats::lower_rank(n, q, alpha);
        const auto high = stats::upper_rank(n, q, alpha);
        constexpr double kNone = std::numeric_limits<double>::infinity();
        return stats::Interval{low ? static_cast<double>(*low) : -kNone, high ? static_cast<double>(*high) : kNone};
      };
      const auto bounds = bounds_of(ranks);
      Hits hits;
      for (double below = 0; below <= static_cast<double>(n); ++below) {
        // So many values are below the quantile: it lies between the order statistics `below` and `below` + 1.
        count(hits, bounds, below + 0.5, binomial_chance(below, static_cast<double>(n), q));
      }
      add_point(coverage, hits, fmt::format("p{:g}, n {}", q * 100, n));
    }
  }
  return coverage;
}

struct JudgeGrid {
  double rate, sensitivity, specificity, labels;
};

/// `n` answers are judged; the judge was measured on `labels` good and as many bad answers.
Hits hits_of_judge(double n, const JudgeGrid& point) {
  const double passed = point.rate * point.sensitivity + (1 - point.rate) * (1 - point.specificity);
  Hits hits;
  for (double tp = 0; tp <= point.labels; ++tp) {
    const double of_tp = binomial_chance(tp, point.labels, point.sensitivity);
    for (double tn = 0; tn <= point.labels && of_tp > kNegligible; ++tn) {
      const double of_both = of_tp * binomial_chance(tn, point.labels, point.specificity);
      for (double k = 0; k <= n && of_both > kNegligible; ++k) {
        const double chance = of_both * binomial_chance(k, n, passed);
        if (chance < kNegligible) continue;
        const stats::JudgeRates judge{tn / point.labels, tp / point.labels, point.labels, point.labels};
        count(hits, bounds_of([&](double alpha) {
                const auto corrected = stats::rogan_gladen(k / n, n, judge, alpha);
                return corrected ? corrected->interval : stats::Interval{};
              }),
              point.rate, chance);
      }
    }
  }
  return hits;
}

Coverage of_judges() {
  Coverage coverage{"Rogan–Gladen",
                    "n 200, rates 0.5…0.95, TPR 0.9 and 0.95, TNR 0.7 and 0.9, 25 and 50 labels of each kind"};
  for (const double labels : {25.0, 50.0}) {
    for (const double rate : {0.5, 0.7, 0.8, 0.9, 0.95}) {
      for (const auto& [sensitivity, specificity] : {std::pair{0.9, 0.7}, {0.9, 0.9}, {0.95, 0.9}}) {
        const JudgeGrid point{rate, sensitivity, specificity, labels};
        add_point(coverage, hits_of_judge(200, point),
                  fmt::format("rate {}, TPR {}, TNR {}, {} labels", rate, sensitivity, specificity, labels));
      }
    }
  }
  return coverage;
}

Coverage of_youden() {
  Coverage coverage{"Youden's J, a lower bound only", "TPR and TNR 0.8, 0.9, 0.95; 10, 25, 50 labels of each kind"};
  for (const double labels : {10.0, 25.0, 50.0}) {
    for (const auto& [sensitivity, specificity] : {std::pair{0.8, 0.8}, {0.8, 0.95}, {0.9, 0.9}, {0.95, 0.95}}) {
      Hits hits;
      for (double tp = 0; tp <= labels; ++tp) {
        for (double tn = 0; tn <= labels; ++tn) {
          const auto bounds = bounds_of([&](double alpha) {
            const auto low = stats::youden_lower({labels, tp, labels, tn}, alpha);
            return stats::Interval{low.value_or(-1), 1};
          });
          count(hits, bounds, sensitivity + specificity - 1,
                binomial_chance(tp, labels, sensitivity) * binomial_chance(tn, labels, specificity));
        }
      }
      add_point(coverage, hits, fmt::format("TPR {}, TNR {}, {} labels", sensitivity, specificity, labels));
    }
  }
  return coverage;
}

}  // namespace

std::vector<Coverage> exact_coverage() {
  using namespace stats;
  const PairGrid pairs{{25, 50, 100}, {-0.05, 0, 0.05}, 0.8};
  const PairGrid means{{50, 100, 200}, {-0.05, 0}, 0.8};
  const std::string over_pairs = "n 25, 50, 100; 6…40 % differ; differences −0.05, 0, 0.05";
  std::vector<Coverage> all;
  all.push_back(of_rate("Wilson", false, [](double k, double n, double alpha) {
    return Interval{wilson_lower(k, n, alpha), wilson_upper(k, n, alpha)};
  }));
  all.push_back(of_rate("Clopper–Pearson", true, [](double k, double n, double alpha) {
    return Interval{clopper_pearson_lower(k, n, alpha), clopper_pearson_upper(k, n, alpha)};
  }));
  all.push_back(of_rate("Jeffreys", false, [](double k, double n, double alpha) {
    return Interval{jeffreys_lower(k, n, alpha), jeffreys_upper(k, n, alpha)};
  }));
  all.push_back(of_pairs("Tango", over_pairs, pairs, [](const PairedCounts& counts, double alpha) {
    return Interval{tango_lower(counts, alpha), tango_upper(counts, alpha)};
  }));
  all.push_back(of_pairs("Newcombe", over_pairs, pairs, [](const PairedCounts& counts, double alpha) {
    return Interval{newcombe_lower(counts, alpha), newcombe_upper(counts, alpha)};
  }));
  all.push_back(of_pairs("t with floor and Johnson, one run against one",
                         "n 50, 100, 200; 6…40 % differ; differences −0.05, 0; δ 0.05", means, delta_interval));
  all.push_back(of_quantiles());
  all.push_back(of_judges());
  all.push_back(of_youden());
  return all;
}

}  // namespace assay::bench
