#pragma once
/// One line about a run under way. Drawing and redrawing it is the caller's.

#include <assay/reports/format.hpp>

namespace assay::reports {

/// Where a run stands. What is not known is absent and not shown.
struct ProgressView {
  std::uint64_t done = 0;     ///< samples
  std::uint64_t planned = 0;  ///< 0: unknown
  std::string where;          ///< of a run with looks: `look 2/4`
  std::optional<double> pass_rate;
  std::optional<std::pair<double, double>> interval;  ///< of the pass rate
  double calls_per_s = 0;
  std::uint32_t in_flight = 0;  ///< attempts
  std::uint32_t limit = 0;      ///< of attempts in flight; 0: not shown
  std::uint64_t tokens = 0;
  std::optional<double> usd;
  std::optional<Duration> eta;
  std::uint64_t errors = 0;
};

/// `412/1,319  31 %  look 1/4  pass 83.1 % [80.2 %, 85.7 %]  12.4 calls/s  37/64 in flight  1.2M tokens  $0.42  1 min
/// 12 s left 3 errors`, without a line end, at most `style.width` columns (the last parts fall away first; errors never
/// do).
[[nodiscard]] std::string progress_line(const ProgressView& view, const Style& style);

}  // namespace assay::reports
