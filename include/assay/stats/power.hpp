#pragma once
/// What a planned gate will be able to show: power, number of cases, detectable difference. Pure and deterministic.
///
/// alpha is one-sided, 0 < alpha < 0.5; power 0.5…1. A number of cases is nothing where no n below 10⁹ would do.

#include <cstdint>
#include <optional>

namespace assay::stats {

/// The chance that n cases with the true pass rate `rate` have a Wilson lower bound of at least `floor`. Exact: the
/// binomial tail from `passes_needed` on.
[[nodiscard]] double floor_power(std::uint64_t n, double floor, double rate, double alpha);

/// A number of cases with that power which one case fewer does not have: (z_α√(f(1−f)) + z_β√(r(1−r)))² / (r−f)²,
/// corrected by `floor_power`. The exact power saws: a few more cases may have up to 0.06 less.
/// Source: Fleiss, Levin and Paik 2003, doi:10.1002/0471445428, 2.
[[nodiscard]] std::optional<std::uint64_t> floor_n(double floor, double rate, double alpha, double power = 0.8);

/// The least true rate that n cases show to be at least `floor` with that power; nothing where not even 1 is.
[[nodiscard]] std::optional<double> floor_detectable(std::uint64_t n, double floor, double alpha, double power = 0.8);

/// A paired comparison of pass or fail: `discordance` is the share of cases that differ, `difference` the true one,
/// candidate − baseline, |difference| ≤ discordance ≤ 1.
struct PairedDesign {
  double discordance = 0.1;
  double difference = 0;
};

/// The chance that n cases prove "not worse than −margin" by Tango's test: Φ(((Δ+δ)√n − z_α σ₀) / σ₁) with σ₁² the
/// variance of one case's difference, discordance − Δ², and σ₀² that of Tango's statistic at −δ. Normal approximation,
/// within about 0.05 of the exact power at n = 50 and 0.03 from 100. 0 < margin < 1. 0 where the design is impossible.
/// Source: Tango 1998, as in paired_binary.hpp; Liu, Hsueh, Hsieh and Chen 2002, doi:10.1002/sim.1012.
[[nodiscard]] double margin_power(std::uint64_t n, const PairedDesign& design, double margin, double alpha);
[[nodiscard]] std::optional<std::uint64_t> margin_n(const PairedDesign& design, double margin, double alpha,
                                                    double power = 0.8);

/// The least n at which not one lost case still proves the margin: z²(1−δ)/δ; 52 for 0.05 at alpha 0.05. Nothing unless
/// 0 < margin < 1.
[[nodiscard]] std::optional<std::uint64_t> margin_least_n(double margin, double alpha);

/// The chance that n cases prove harm, the upper bound below 0: Φ((−Δ√n − z_α√ψ) / √(ψ−Δ²)), ψ the discordance.
/// Source: Connor 1987, doi:10.2307/2531961.
[[nodiscard]] double harm_power(std::uint64_t n, const PairedDesign& design, double alpha);
[[nodiscard]] std::optional<std::uint64_t> harm_n(const PairedDesign& design, double alpha, double power = 0.8);

/// The least true loss (a positive number) that n cases show with that power where the discordance is `discordance` or,
/// if greater, the loss itself; nothing where not even a loss of every case is.
[[nodiscard]] std::optional<double> harm_detectable(std::uint64_t n, double discordance, double alpha,
                                                    double power = 0.8);

/// Cases for a mean (of differences): (z_{1−alpha} + z_power)² · variance / difference², at least 2. Nothing where the
/// difference is 0. Its inverse is `detectable_difference`. Source: Miller 2024, arXiv:2411.00640.
[[nodiscard]] std::optional<std::uint64_t> mean_n(double variance, double difference, double alpha, double power = 0.8);

/// The variance of one case's difference: between + within_candidate/samples + within_baseline/samples; `between` is
/// that of the true differences from case to case. 1 or more samples a case.
[[nodiscard]] double paired_variance(double between, double within_candidate, double candidate_samples,
                                     double within_baseline, double baseline_samples);

/// By how much clusters of `size` cases with correlation `icc` inflate a variance: 1 + (size−1)·icc.
[[nodiscard]] double design_effect(double size, double icc);

}  // namespace assay::stats
