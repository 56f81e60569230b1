#pragma once
/// What changed between two runs, over the cases that both have. Shown, never decided by.

#include <assay/core/check.hpp>
#include <assay/core/sample.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace assay {

/// One metric over the common cases, or over a slice of them.
struct MetricComparison {
  std::string metric;
  Tags slice;
  Unit unit = Unit::share;
  Direction better = Direction::up;
  std::uint64_t n = 0;  ///< cases with a value in both runs
  std::optional<double> first;
  std::optional<double> second;
  std::optional<double> difference;                   ///< second − first; of `hodges-lehmann` the shift
  std::optional<std::pair<double, double>> interval;  ///< of the difference, 95 %, two-sided
  std::string method;                                 ///< `tango`, `t`, `t-clustered`, `hodges-lehmann`
  std::optional<double> p;                            ///< two-sided, against "no difference"
  std::optional<double> adjusted;                     ///< Benjamini–Hochberg over the list it stands in
};

/// A case that most of its samples passed in one run and not in the other.
struct FlippedCase {
  std::uint32_t first = 0;   ///< its place in the first run's suite
  std::uint32_t second = 0;  ///< in the second's
  double before = 0;         ///< share of its scored samples that passed, in the first
  double after = 0;          ///< in the second
};

/// One suite of two runs. Case ids where a case is not in both with an equal digest.
struct SuiteComparison {
  std::string suite;
  std::uint64_t common = 0;
  std::vector<std::string> added;    ///< in the second run only
  std::vector<std::string> removed;  ///< in the first only
  std::vector<std::string> changed;  ///< in both, with another digest
  bool same_prompt = true;
  bool same_params = true;
  std::vector<MetricComparison> metrics;
  std::vector<MetricComparison> slices;
  std::vector<FlippedCase> regressed;  ///< the greatest loss first, then in case order
  std::vector<FlippedCase> fixed;      ///< the greatest gain first
  std::uint64_t unmeasured = 0;        ///< common cases without a scored sample in one of the runs
};

}  // namespace assay
