// Intervals of means and of other values: outcomes are drawn.

#include "bench/gate/coverage.hpp"
#include "bench/gate/draws.hpp"
#include "bench/gate/populations.hpp"
#include "runner/app/parallel.hpp"

#include <assay/stats/betting.hpp>
#include <assay/stats/delta.hpp>
#include <assay/stats/ppi.hpp>
#include <assay/stats/rank.hpp>
#include <assay/stats/ratio.hpp>
#include <assay/stats/resample.hpp>

#include <fmt/format.h>

#include <functional>
#include <limits>

namespace assay::bench {

namespace {

constexpr double kOneSided = 0.05;
constexpr double kTwoSided = 0.025;
constexpr double kNone = std::numeric_limits<double>::infinity();

/// The bounds of one draw, by its key.
using Draw = std::function<Bounds(std::uint64_t key)>;

Hits hits_of(std::uint64_t draws, double truth, std::uint64_t key, const Draw& draw) {
  const auto bounds = app::replicates<Bounds>(draws, [&] { return [&](std::size_t i) { return draw(mix(key, i)); }; });
  Hits hits;
  for (const auto& each : bounds) count(hits, each, truth, 1 / static_cast<double>(draws));
  return hits;
}

template <class Make>
Bounds bounds_of(const Make& at) {
  return {at(kOneSided), at(kTwoSided)};
}

/// Each run is drawn from the noisy population's rates, the cases too.
Coverage of_baseline_means(std::uint64_t draws) {
  Coverage coverage{"t with floor and Johnson, one run against the mean of five",
                    "n 50, 100, 200, 500; noisy and quiet; differences −0.05, 0; δ 0.05", draws};
  for (const auto& kind : {noisy(), quiet()}) {
    for (const std::uint64_t n : {50U, 100U, 200U, 500U}) {
      for (const double loss : {0.05, 0.0}) {
        const auto draw = [&](std::uint64_t key) {
          std::vector<double> deltas;
          for (std::uint64_t i = 0; i < n; ++i) {
            const auto of_case = mix(key, i);
            const double rate = kind.rate(of_case);
            const bool broken = happens(mix(of_case, "broken"), loss / kind.mean);
            const int before = binomial(mix(of_case, "before"), 5, rate);
            const bool now = !broken && happens(mix(of_case, "now"), rate);
            deltas.push_back((now ? 1 : 0) - before / 5.0);
          }
          const auto estimate = stats::delta_estimate(deltas, {});
          return bounds_of([&](double alpha) {
            return stats::Interval{stats::delta_lower(estimate, alpha, stats::margin_floor(0.05)),
                                   stats::delta_upper(estimate, alpha, stats::harm_floor(0.05))};
          });
        };
        add_point(coverage, hits_of(draws, -loss, mix(n, kind.name), draw),
                  fmt::format("{}, n {}, difference {}", kind.name, n, 0 - loss));
      }
    }
  }
  return coverage;
}

/// Clusters of five cases. `guarded`: as a gate takes it, never narrower than Wilson with n = cases.
Coverage of_clusters(std::uint64_t draws, bool guarded) {
  Coverage coverage{guarded ? "the same, not narrower than Wilson (a gate's)" : "t over clusters (CR1)",
                    "10, 20, 40 clusters of 5 cases, ICC 0.3; pass rates 0.6, 0.8, 0.9", draws};
  for (const std::uint64_t clusters : {10U, 20U, 40U}) {
    for (const double rate : {0.6, 0.8, 0.9}) {
      const auto draw = [&](std::uint64_t key) {
        std::vector<double> values;
        std::vector<std::uint32_t> labels;
        for (std::uint64_t g = 0; g < clusters; ++g) {
          const bool together = happens(mix(key, g), rate);
          for (std::uint64_t i = 0; i < 5; ++i) {
            const auto of_case = mix(mix(key, g), i + 1);
            // A case takes its cluster's value with chance √ICC, so that two of them agree with correlation ICC.
            const bool shares = happens(mix(of_case, "shares"), std::sqrt(0.3));
            values.push_back((shares ? together : happens(of_case, rate)) ? 1 : 0);
            labels.push_back(static_cast<std::uint32_t>(g));
          }
        }
        const auto mean = stats::clustered_mean(values, labels);
        const auto n = static_cast<double>(values.size());
        return bounds_of([&](double alpha) {
          stats::Interval bounds{stats::t_lower(mean, alpha), stats::t_upper(mean, alpha)};
          if (guarded) {
            bounds.low = std::min(bounds.low, stats::wilson_lower(mean.mean * n, n, alpha));
            bounds.high = std::max(bounds.high, stats::wilson_upper(mean.mean * n, n, alpha));
          }
          return bounds;
        });
      };
      add_point(coverage, hits_of(draws, rate, mix(clusters, "clusters"), draw),
                fmt::format("{} clusters, rate {}", clusters, rate));
    }
  }
  return coverage;
}

double cost(std::uint64_t key) {
  return std::exp(normal(key));  // log-normal, σ 1: one call in a hundred costs ten times the median
}

const double kMeanCost = std::exp(0.5);

/// What a case costs and whether it passes; failing ones cost half as much again.
Coverage of_cost_per_pass(std::uint64_t draws) {
  Coverage coverage{"Fieller (cost per pass)", "n 50, 100, 200; pass rates 0.5, 0.8, 0.95; log-normal costs, σ 1",
                    draws};
  for (const std::uint64_t n : {50U, 100U, 200U}) {
    for (const double rate : {0.5, 0.8, 0.95}) {
      const auto draw = [&](std::uint64_t key) {
        std::vector<double> costs;
        std::vector<double> passes;
        for (std::uint64_t i = 0; i < n; ++i) {
          passes.push_back(happens(mix(key, 2 * i), rate) ? 1 : 0);
          costs.push_back(cost(mix(key, 2 * i + 1)) * (passes.back() > 0 ? 1 : 1.5));
        }
        const auto means = stats::paired_means(costs, passes, {});
        return bounds_of([&](double alpha) { return stats::fieller(means, alpha); });
      };
      const double truth = kMeanCost * (rate + 1.5 * (1 - rate)) / rate;
      add_point(coverage, hits_of(draws, truth, mix(n, "fieller"), draw), fmt::format("n {}, rate {}", n, rate));
    }
  }
  return coverage;
}

Coverage of_bootstrap(std::uint64_t draws) {
  Coverage coverage{"BCa bootstrap of a mean, 1,000 resamples", "n 50, 100, 200; log-normal costs, σ 1", draws};
  for (const std::uint64_t n : {50U, 100U, 200U}) {
    const auto draw = [&](std::uint64_t key) {
      std::vector<double> values;
      for (std::uint64_t i = 0; i < n; ++i) values.push_back(cost(mix(key, i)));
      return bounds_of([&](double alpha) {
        const auto bootstrap = stats::bootstrap_mean(values, {}, alpha, 1000, key);
        return bootstrap ? bootstrap->bca : stats::Interval{-kNone, kNone};
      });
    };
    add_point(coverage, hits_of(draws, kMeanCost, mix(n, "bca"), draw), fmt::format("n {}", n));
  }
  return coverage;
}

Coverage of_means(std::uint64_t draws) {
  Coverage coverage{"t of a mean", "n 50, 100, 200; log-normal costs, σ 1", draws};
  for (const std::uint64_t n : {50U, 100U, 200U}) {
    const auto draw = [&](std::uint64_t key) {
      std::vector<double> values;
      for (std::uint64_t i = 0; i < n; ++i) values.push_back(cost(mix(key, i)));
      const auto mean = stats::mean_estimate(values);
      return bounds_of(
          [&](double alpha) { return stats::Interval{stats::t_lower(mean, alpha), stats::t_upper(mean, alpha)}; });
    };
    add_point(coverage, hits_of(draws, kMeanCost, mix(n, "t"), draw), fmt::format("n {}", n));
  }
  return coverage;
}

Coverage of_shifts(std::uint64_t draws) {
  Coverage coverage{"Hodges–Lehmann shift", "8, 20, 100 values a side; log-normal latencies, σ 0.5; a shift of 0.2",
                    draws};
  for (const std::uint64_t n : {8U, 20U, 100U}) {
    const auto draw = [&](std::uint64_t key) {
      std::vector<double> first;
      std::vector<double> second;
      for (std::uint64_t i = 0; i < n; ++i) {
        first.push_back(std::exp(0.5 * normal(mix(key, 2 * i))));
        second.push_back(0.2 + std::exp(0.5 * normal(mix(key, 2 * i + 1))));
      }
      return bounds_of([&](double alpha) { return stats::hodges_lehmann(first, second, alpha)->interval; });
    };
    add_point(coverage, hits_of(draws, 0.2, mix(n, "shift"), draw), fmt::format("{} a side", n));
  }
  return coverage;
}

/// A judge that passes 0.92 of the good answers and fails 0.8 of the bad ones.
Coverage of_labels_and_judge(std::uint64_t draws) {
  Coverage coverage{"PPI++", "50, 100, 200 labels, 1,000 judged; rates 0.6, 0.8, 0.9; TPR 0.92, TNR 0.8", draws};
  const auto judged = [](std::uint64_t key, bool good) { return happens(key, good ? 0.92 : 0.2) ? 1.0 : 0.0; };
  for (const std::uint64_t labels : {50U, 100U, 200U}) {
    for (const double rate : {0.6, 0.8, 0.9}) {
      const auto draw = [&](std::uint64_t key) {
        std::vector<double> people;
        std::vector<double> judge;
        std::vector<double> others;
        for (std::uint64_t i = 0; i < labels + 1000; ++i) {
          const bool good = happens(mix(key, 2 * i), rate);
          const double said = judged(mix(key, 2 * i + 1), good);
          if (i < labels) people.push_back(good ? 1 : 0);
          (i < labels ? judge : others).push_back(said);
        }
        const auto estimate = stats::ppi(people, judge, others);
        return bounds_of([&](double alpha) { return stats::ppi_interval(*estimate, alpha); });
      };
      add_point(coverage, hits_of(draws, rate, mix(labels, "ppi"), draw),
                fmt::format("{} labels, rate {}", labels, rate));
    }
  }
  return coverage;
}

Coverage of_betting(std::uint64_t draws) {
  Coverage coverage{"betting bounds, held at all times", "n 50, 200; rates 0.5, 0.8, 0.95", draws, true};
  for (const std::uint64_t n : {50U, 200U}) {
    for (const double rate : {0.5, 0.8, 0.95}) {
      const auto draw = [&](std::uint64_t key) {
        std::vector<double> values;
        for (std::uint64_t i = 0; i < n; ++i) values.push_back(happens(mix(key, i), rate) ? 1 : 0);
        return bounds_of([&](double alpha) { return *stats::betting_bounds(values, alpha); });
      };
      add_point(coverage, hits_of(draws, rate, mix(n, "betting"), draw), fmt::format("n {}, rate {}", n, rate));
    }
  }
  return coverage;
}

}  // namespace

std::vector<Coverage> drawn_coverage(std::uint64_t draws) {
  const auto dear = std::max<std::uint64_t>(draws / 5, 100);  // a thousand resamples each
  return {of_baseline_means(draws), of_clusters(draws, false),  of_clusters(draws, true),
          of_means(draws),          of_bootstrap(dear),         of_cost_per_pass(draws),
          of_shifts(draws),         of_labels_and_judge(draws), of_betting(dear)};
}

}  // namespace assay::bench
