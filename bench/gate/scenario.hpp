#pragma once
/// One cell of a table: a population, a truth, and the rules that judge it.

#include "bench/gate/populations.hpp"
#include "bench/gate/rules.hpp"

#include <optional>
#include <string>
#include <vector>

namespace assay::bench {

/// A judge between the truth and what is counted: TPR and TNR.
struct JudgeErrors {
  double tpr = 1;
  double tnr = 1;
};

/// The product's rule: a policy, and how many of the baseline's runs it is shown.
struct ProductRule {
  std::string name;
  gate::Policy policy;
  std::size_t baseline_runs = 5;
  bool with_clusters = true;  ///< false: the suite does not say which cases belong together
};

struct Scenario {
  std::string table;
  std::string population;
  Kinds kinds;
  std::uint32_t n = 200;
  std::uint32_t slices = 0;
  std::uint32_t cluster_size = 0;
  double together = 0;  ///< see `gate::draw_samples`
  gate::Injury injury;
  std::string truth;  ///< in words
  JudgeErrors judge_before;
  JudgeErrors judge_now;
  std::vector<ProductRule> product;
  std::vector<Rule> others;
  std::uint64_t seed = 1;
};

/// What every rule made of one replicate: the product's first, in their order.
[[nodiscard]] std::vector<std::vector<Ruled>> play(const Scenario& scenario, std::uint64_t replicates);

}  // namespace assay::bench
