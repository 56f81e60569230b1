#pragma once
/// The pass rate behind a judge that errs. Pure and deterministic.

#include <assay/stats/proportion.hpp>

#include <optional>

namespace assay::stats {

/// How a judge did on labelled answers.
struct JudgeRates {
  double specificity = 1;    ///< TNR: share of bad answers it fails
  double sensitivity = 1;    ///< TPR: share of good answers it passes
  double bad_labelled = 0;   ///< number of bad answers behind the first
  double good_labelled = 0;  ///< number of good answers behind the second
};

struct CorrectedRate {
  double rate = 0;    ///< clipped to 0…1
  Interval interval;  ///< each end one-sided 1−alpha, clipped to 0…1
};

/// Rogan–Gladen: (p + TNR − 1) / (TPR + TNR − 1) of the share `observed` of n answers that the judge passes, with
/// bounds that carry the uncertainty of the calibration: Agresti–Coull-adjusted rates, shift and standard error of Lee
/// et al. For calibration answers drawn as the judged ones are. Nothing with n = 0, no labels of a kind, or a judge no
/// better than chance (TPR + TNR ≤ 1, also after adjustment). Source: Rogan and Gladen 1978,
/// doi:10.1093/oxfordjournals.aje.a112510; Lee et al. 2025, arXiv:2511.21140.
[[nodiscard]] std::optional<CorrectedRate> rogan_gladen(double observed, double n, const JudgeRates& judge,
                                                        double alpha);

/// By how much the number of cases grows because the judge shrinks every true difference to (TPR + TNR − 1) of it:
/// 1/(TPR + TNR − 1)². Nothing for a judge no better than chance.
[[nodiscard]] std::optional<double> judge_inflation(double specificity, double sensitivity);

}  // namespace assay::stats
