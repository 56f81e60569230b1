#pragma once
/// The screen of `assay history --flaky`, and the same as JSON.

#include <assay/core/json.hpp>
#include <assay/reports/format.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace assay::reports {

/// A case that passed and failed, over runs of an equal digest.
struct FlakyCase {
  std::string case_id;
  std::uint64_t runs = 0;
  std::uint64_t samples = 0;  ///< scored
  std::uint64_t passes = 0;
  std::uint64_t flips = 0;     ///< from one run to the next, by what most of its samples did
  bool within = false;         ///< it did so for one candidate: equal prompt, parameters and model
  bool newest_passed = false;  ///< in the newest run that scored it
  std::string quarantine;      ///< until when it is quarantined; empty: it is not
};

/// A run of the trend.
struct TrendPoint {
  std::string run;
  WallTime started;
  std::string state;
  std::uint64_t cases = 0;  ///< scored, of those in the newest run
  double pass_rate = 0;     ///< the mean over them
};

/// Where the spread of a judged metric comes from. Absent: nothing was repeated that would tell.
struct SpreadLine {
  std::string metric;
  std::string judge;
  std::optional<double> judge_variance;   ///< of scores of the same answers
  std::optional<double> answer_variance;  ///< of the answers to one case, the judge's part taken out
  std::string from;                       ///< `2 runs that score run …`, `the calibration of …`
};

struct FlakyView {
  std::string suite;
  std::uint64_t cases = 0;        ///< of the newest run
  std::vector<TrendPoint> trend;  ///< oldest first
  std::vector<FlakyCase> flaky;   ///< the flakiest first
  std::vector<SpreadLine> spreads;
  std::string entry;  ///< a ready line of waivers.yaml for the worst one; empty: none is worth it
};

/// No line is wider than the style's width, but for the ready entry.
[[nodiscard]] std::string flaky_text(const FlakyView& view, const Style& style);

[[nodiscard]] OrderedJson flaky_json(const FlakyView& view);

}  // namespace assay::reports
