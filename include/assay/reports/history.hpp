#pragma once
/// The table of `assay history`.

#include <assay/reports/format.hpp>

#include <vector>

namespace assay::reports {

/// One run.
struct HistoryLine {
  std::string run;
  WallTime started;
  std::string state;  ///< the verdict, or the run's status where it has none
  std::string suites;
  std::string target;
  std::string commit;
  std::uint64_t finished = 0;  ///< samples
  std::uint64_t planned = 0;
  std::optional<double> pass_rate;
  std::optional<double> usd;
};

[[nodiscard]] std::string history_table(const std::vector<HistoryLine>& lines, const Style& style);

}  // namespace assay::reports
