#pragma once
/// Error rates of the product's policies, and of what others decide by, on simulated populations.

#include <assay/core/json.hpp>

#include <cstdint>

namespace assay::bench {

struct RatesRequest {
  std::uint64_t replicates = 4000;
  std::uint64_t seed = 1;
};

/// A list of `{table, population, n, loss, rule, replicates, pass, block, inconclusive, error, calls}`: outcomes are
/// counts, `calls` a mean.
[[nodiscard]] OrderedJson measure_rates(const RatesRequest& request);
/// The same for losses of other shapes: diffuse, in one slice, over clusters, behind a judge.
[[nodiscard]] OrderedJson measure_harms(const RatesRequest& request);

}  // namespace assay::bench
