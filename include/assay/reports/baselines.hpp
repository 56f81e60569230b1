#pragma once
/// The table of `assay baseline list`.

#include <assay/core/json.hpp>
#include <assay/reports/format.hpp>

#include <optional>
#include <string>
#include <vector>

namespace assay::reports {

/// One run of a series.
struct BaselineLine {
  std::string name;
  std::string run;
  WallTime set;
  std::string reason;               ///< of a run that was blocked; empty otherwise
  std::optional<WallTime> started;  ///< absent where the history has the run no more
  std::string target;
  std::string verdict;
};

[[nodiscard]] std::string baselines_table(const std::vector<BaselineLine>& lines, const Style& style);

[[nodiscard]] OrderedJson baselines_json(const std::vector<BaselineLine>& lines);

}  // namespace assay::reports
