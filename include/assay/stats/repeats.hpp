#pragma once
/// Several samples of one case. Pure and deterministic.

#include <cstdint>

namespace assay::stats {

/// The chance that at least one of k samples passes: 1 − C(n−c, k)/C(n, k), the unbiased estimate from n samples of
/// which c pass. 1 ≤ k ≤ n and c ≤ n. Source: Chen et al. 2021, arXiv:2107.03374.
[[nodiscard]] double pass_at_k(std::uint64_t n, std::uint64_t c, std::uint64_t k);

/// The chance that all of k samples pass: C(c, k)/C(n, k), likewise. Source: Yao et al. 2024, arXiv:2406.12045.
[[nodiscard]] double pass_pow_k(std::uint64_t n, std::uint64_t c, std::uint64_t k);

}  // namespace assay::stats
