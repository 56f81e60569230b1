#pragma once
/// The running counts behind `MetricSummary`.

#include <assay/judges/summary.hpp>

#include <map>
#include <span>
#include <utility>

namespace assay::judges {

/// Count, mean and sum of squared deviations, one value after the other (Welford 1962, doi:10.2307/1266577).
struct Spread {
  double n = 0;
  double mean = 0;
  double squares = 0;

  void add(double value);
};

class ConfusionCounts {
 public:
  /// `predicted` nullptr: no label of the set.
  void add(const std::string& expected, const std::string* predicted);
  [[nodiscard]] std::optional<ClassificationSummary> summary() const;

 private:
  using Key = std::pair<std::size_t, std::size_t>;  // expected, predicted; kNone for none
  std::optional<std::size_t> number(const std::string& label);
  std::map<std::string, std::size_t, std::less<>> numbers_;
  std::map<Key, std::uint64_t> counts_;
  std::uint64_t left_out_ = 0;
};

/// Krippendorff's α for interval data from sums: 1 − D_o/D_e, where both are sums of squared deviations. Of values 0
/// and 1 it is the nominal α.
class AlphaSums {
 public:
  void add(std::span<const double> unit);
  [[nodiscard]] std::optional<double> alpha() const;

 private:
  Spread all_;
  double observed_ = 0;
};

class PanelCounts {
 public:
  void add(std::span<const double> votes, std::span<const double> values);
  [[nodiscard]] std::optional<PanelSummary> summary() const;

 private:
  bool any_ = false;
  std::uint64_t samples_ = 0;
  std::uint64_t unanimous_ = 0;
  double agreement_ = 0;
  AlphaSums votes_;
  AlphaSums values_;
};

class PairwiseCounts {
 public:
  /// Winners by content: `a` the answer, `b` the other, `tie`; of the order that shows the answer first, and of the
  /// other one.
  void add(std::string_view case_id, std::string_view winner, std::string_view answer_first,
           std::string_view answer_second);
  [[nodiscard]] std::optional<PairwiseSummary> summary() const;

 private:
  void end_case();
  std::string case_id_;
  std::uint64_t case_wins_ = 0;
  std::uint64_t case_losses_ = 0;
  std::uint64_t wins_ = 0;
  std::uint64_t ties_ = 0;
  std::uint64_t losses_ = 0;
  std::uint64_t consistent_ = 0;
  std::uint64_t first_ = 0;   // verdicts for the first place, where the orders disagree
  std::uint64_t second_ = 0;  // likewise
  double decided_ = 0;        // cases with a win or a loss
  double won_ = 0;            // the sum of their shares of wins
};

class NestedVariance {
 public:
  /// The values of one answer: a panel's members, or the one score.
  void add(std::string_view case_id, std::span<const double> values);
  [[nodiscard]] VarianceSplit split() const;

 private:
  void end_case();
  std::string case_id_;
  Spread answers_;  // means of the answers of this case
  double inverse_values_ = 0;

  double judge_squares_ = 0;
  double judge_freedom_ = 0;
  double answer_squares_ = 0;
  double answer_freedom_ = 0;
  double judge_in_answers_ = 0;  // how often the judge's σ² is in `answer_squares_`
  Spread cases_;
  double answer_in_cases_ = 0;  // how often the answer's σ² is in the sum of the case means' variances
  double judge_in_cases_ = 0;   // likewise the judge's
};

}  // namespace assay::judges
