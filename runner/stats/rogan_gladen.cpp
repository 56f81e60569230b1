#include "runner/stats/normal.hpp"

#include <assay/stats/rogan_gladen.hpp>

#include <algorithm>
#include <cmath>

namespace assay::stats {

namespace {

/// A rate of the calibration, one label of each kind added.
struct Adjusted {
  double rate = 0;
  double variance = 0;
};

Adjusted adjusted(double rate, double labelled) {
  const double size = labelled + 2;
  const double shrunk = (rate * labelled + 1) / size;
  return {shrunk, shrunk * (1 - shrunk) / size};
}

}  // namespace

std::optional<CorrectedRate> rogan_gladen(double observed, double n, const JudgeRates& judge, double alpha) {
  const double youden = judge.sensitivity + judge.specificity - 1;
  if (!(n > 0 && judge.bad_labelled > 0 && judge.good_labelled > 0 && youden > 0)) return std::nullopt;
  const auto bad = adjusted(judge.specificity, judge.bad_labelled);
  const auto good = adjusted(judge.sensitivity, judge.good_labelled);
  const double slope = good.rate + bad.rate - 1;
  if (!(slope > 0)) return std::nullopt;
  const double z = normal_quantile(1 - alpha);
  const double size = n + z * z;
  const double share = (n * observed + z * z / 2) / size;
  const double rate = (share + bad.rate - 1) / slope;
  const double shift = 2 * z * z * (-(1 - rate) * bad.variance + rate * good.variance);
  const double variance =
      share * (1 - share) / size + (1 - rate) * (1 - rate) * bad.variance + rate * rate * good.variance;
  const double half = z * std::sqrt(variance) / slope;
  return CorrectedRate{std::clamp((observed + judge.specificity - 1) / youden, 0.0, 1.0),
                       {std::clamp(rate + shift - half, 0.0, 1.0), std::clamp(rate + shift + half, 0.0, 1.0)}};
}

std::optional<double> judge_inflation(double specificity, double sensitivity) {
  const double youden = sensitivity + specificity - 1;
  if (!(youden > 0)) return std::nullopt;
  return 1 / (youden * youden);
}

}  // namespace assay::stats
