#pragma once
/// The screen of `assay compare`, and the same as JSON.

#include <assay/core/comparison.hpp>
#include <assay/core/json.hpp>
#include <assay/reports/format.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace assay::reports {

/// A run that is compared.
struct ComparedRun {
  std::string run;
  std::string state;  ///< its verdict, or its status
  WallTime started;
  std::string target;
  std::string model;
  std::string commit;
};

/// A flipped case, and what is known of it.
struct FlipLine {
  std::string case_id;
  double before = 0;
  double after = 0;
  std::string why;            ///< of the run that fails: the check and its reason, or the error
  std::uint64_t runs = 0;     ///< of history, with an equal digest
  std::uint64_t samples = 0;  ///< scored in them
  std::uint64_t passes = 0;
  std::uint64_t flips = 0;  ///< from one run to the next
};

struct SuiteComparisonView {
  SuiteComparison numbers;
  std::vector<std::string> differences;  ///< of prompt and parameters, one sentence each
  std::vector<FlipLine> regressed;       ///< the first few of `numbers.regressed`
  std::vector<FlipLine> fixed;
};

struct ComparisonView {
  ComparedRun first;
  ComparedRun second;
  std::vector<std::string> differences;  ///< of target and model
  std::vector<SuiteComparisonView> suites;
  std::vector<std::string> only_first;  ///< suites
  std::vector<std::string> only_second;
  std::string by;  ///< the tag of the slices; empty: none
};

/// No line is wider than the style's width.
[[nodiscard]] std::string comparison_text(const ComparisonView& view, const Style& style);

[[nodiscard]] OrderedJson comparison_json(const ComparisonView& view);

}  // namespace assay::reports
