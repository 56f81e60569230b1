#pragma once
/// The suites that error rates are measured on: how often each case truly passes, and what tags and clusters it has.

#include <assay/gate/population.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace assay::bench {

/// How true pass rates are spread over cases: a few kinds of case, each with its Beta distribution.
struct Kinds {
  struct Kind {
    double share = 1;
    std::vector<double> table;  ///< equally likely rates
  };
  std::string name;
  std::vector<Kind> kinds;
  double mean = 0;

  [[nodiscard]] double rate(std::uint64_t key) const;
};

/// 70 % of the cases nearly always pass, 20 % mostly, 10 % seldom: Beta(60,1), Beta(6,2), Beta(1,4). Mean 0.859.
[[nodiscard]] Kinds noisy();
/// 92 %, 6 % and 2 % of the same. Mean 0.954.
[[nodiscard]] Kinds quiet();

/// A suite of n cases with one sample each; `slices` values of the tag `topic` in turn (0: none), clusters of
/// `cluster_size` neighbours (0: none).
[[nodiscard]] SuiteEvidence plan_suite(std::uint32_t n, std::uint32_t slices, std::uint32_t cluster_size);

[[nodiscard]] RunEvidence run_of(const std::string& id, SuiteEvidence suite);

}  // namespace assay::bench
