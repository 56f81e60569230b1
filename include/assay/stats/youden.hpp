#pragma once
/// How far a judge is from chance. Pure and deterministic.

#include <optional>

namespace assay::stats {

/// A judge's decisions on labelled answers.
struct Labelled {
  double good = 0;         ///< answers that people pass
  double good_passed = 0;  ///< of them, those that the judge passes
  double bad = 0;          ///< answers that people fail
  double bad_failed = 0;   ///< of them, those that the judge fails
};

/// The one-sided 1−alpha lower bound of Youden's J = TPR + TNR − 1: J − √((TPR − l₁)² + (TNR − l₂)²) with the Wilson
/// lower bounds l₁ and l₂ ("square and add", MOVER). Nothing without a good or without a bad answer. Source: Newcombe
/// 1998, Statistics in Medicine 17, 873 (method 10); Zou and Donner 2008, doi:10.1002/sim.3095; for J: Shan 2015,
/// doi:10.1371/journal.pone.0127272.
[[nodiscard]] std::optional<double> youden_lower(const Labelled& labelled, double alpha);

}  // namespace assay::stats
