#pragma once
/// From the checks' scores to the sample's outcome.

#include <assay/core/sample.hpp>

#include <memory>
#include <span>

namespace assay::exec {

/// `assay::fold`; `scores[i]` belongs to `checks[i]`.
[[nodiscard]] Outcome fold(std::span<const std::shared_ptr<const CompiledCheck>> checks, std::span<const Score> scores);

}  // namespace assay::exec
