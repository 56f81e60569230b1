#pragma once
/// BCa bounds from any bootstrap distribution.

#include <assay/stats/resample.hpp>

#include <functional>
#include <optional>

namespace assay::stats {

/// `below` is the share of replicates below the estimate, ties half; `quantile` gives the distribution's quantiles.
/// Nothing where the correction has no finite value.
[[nodiscard]] std::optional<Bootstrap> bootstrap_bounds(double below, double acceleration, double alpha,
                                                        const std::function<double(double)>& quantile);

}  // namespace assay::stats
