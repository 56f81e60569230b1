#pragma once
/// `assay show RUN --metrics`: every metric of a run in numbers.

#include <assay/core/json.hpp>
#include <assay/reports/format.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace assay::reports {

/// One metric of a suite. What was not measured is absent.
struct MetricLine {
  std::string metric;
  Unit unit = Unit::share;
  bool judged = false;
  std::optional<double> micro;    ///< mean over cases of the mean over a case's samples
  std::optional<double> macro;    ///< mean over a tag's values of their means over cases
  std::uint64_t cases = 0;        ///< with a value
  std::uint64_t unscored = 0;     ///< samples that could not tell
  std::optional<double> passing;  ///< share that passes the check, the mean over cases
};

/// What k samples of a case would do, the mean over cases with k scored samples.
struct RepeatLine {
  std::uint64_t k = 1;
  double any_pass = 0;  ///< pass@k
  double all_pass = 0;  ///< pass^k
  std::uint64_t cases = 0;
};

/// One metric beyond its mean, in sentences; a confusion matrix where it has one.
struct MetricSummaryView {
  std::string metric;
  std::vector<std::string> facts;
  std::vector<std::string> labels;    ///< of the matrix; empty without one
  std::vector<std::uint64_t> counts;  ///< row-major, a row for each expected label, a last column for none of them
  OrderedJson data = OrderedJson::object();  ///< the same in numbers, for `metrics_json`
};

/// Where the spread of a metric's values comes from. A level that was not repeated is absent.
struct VarianceLine {
  std::string metric;
  std::optional<double> cases;   ///< between cases
  std::optional<double> answer;  ///< between the answers to one case
  std::optional<double> judge;   ///< between judges on one answer
};

struct SuiteMetricsView {
  std::string suite;
  std::uint64_t cases = 0;
  std::uint64_t samples = 0;       ///< of each case, at most
  std::optional<std::string> tag;  ///< that the macro average is over
  std::uint64_t values = 0;        ///< that the tag has, cases without it as one more
  std::vector<MetricLine> lines;
  std::vector<RepeatLine> repeats;
  std::vector<VarianceLine> variances;
  std::vector<MetricSummaryView> summaries;
};

[[nodiscard]] std::string metrics_text(const std::vector<SuiteMetricsView>& suites, const Style& style);

/// The same as JSON, numbers in place of sentences.
[[nodiscard]] OrderedJson metrics_json(const std::vector<SuiteMetricsView>& suites);

}  // namespace assay::reports
