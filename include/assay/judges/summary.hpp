#pragma once
/// What one metric says over a suite beyond its mean: confusion, agreement, preference. Made from the scores'
/// `details`, sample by sample, in bounded memory. Pure and deterministic.

#include <assay/core/check.hpp>
#include <assay/stats/proportion.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace assay::judges {

/// Of `classification`. What was never measured is absent.
struct ClassificationSummary {
  std::vector<std::string> labels;  ///< expected or predicted at least once, sorted
  /// Row-major: a row for each label that was expected, a column for each that was predicted, and a last column for
  /// answers without a label of the set.
  std::vector<std::uint64_t> counts;
  std::uint64_t samples = 0;
  std::uint64_t left_out = 0;  ///< of labels beyond `kMostLabels`
  double accuracy = 0;
  /// The mean over `labels` of F1 = 2·TP / (2·TP + FP + FN); an answer without a label is a false negative only.
  double macro_f1 = 0;
  /// Matthews' correlation for any number of classes, −1…1, answers without a label as a class of their own; nothing
  /// where one class only was expected, or predicted. Source: Gorodkin 2004, doi:10.1016/j.compbiolchem.2004.09.006.
  std::optional<double> mcc;
};

/// Of `panel`: how far its members agree.
struct PanelSummary {
  std::uint64_t samples = 0;        ///< with two members or more that told
  std::uint64_t unanimous = 0;      ///< of them, those that all voted the same
  std::optional<double> agreement;  ///< share of pairs of members that voted the same, mean over samples
  /// Krippendorff's α over votes (nominal) and over values (interval), as `stats::krippendorff_alpha` gives it; nothing
  /// where all are the same.
  std::optional<double> alpha;
  std::optional<double> value_alpha;
};

/// Of `pairwise`: the answer against the other text.
struct PairwiseSummary {
  std::uint64_t samples = 0;
  std::uint64_t wins = 0;
  std::uint64_t ties = 0;
  std::uint64_t losses = 0;
  /// Wins among wins and losses, mean over the cases that have any; ties are left out.
  std::optional<double> win_rate;
  std::optional<stats::Interval> interval;     ///< Wilson, 95 % on both sides together, n = those cases
  std::optional<double> position_consistency;  ///< share of samples with one winner, or a tie, in both orders
  /// Of the verdicts with a winner where the orders disagree, the share that the first place won: 0.5 is no preference.
  std::optional<double> first_preference;
};

/// Of `cascade`: how often the second judge was needed.
struct CascadeSummary {
  std::uint64_t samples = 0;
  std::uint64_t escalated = 0;
};

/// Where the spread of the values comes from: σ² at each level of a nested design (cases, answers of a case, members of
/// a panel on an answer), by the method of moments; never below 0. A level that was not repeated is absent, and its
/// share is in the level above it: without a panel the judge's is in `answer`, with one sample a case the answer's is
/// in `cases`. Source: Searle, Casella and McCulloch 1992, ISBN 978-0470009598, §3.6.
struct VarianceSplit {
  std::optional<double> judge;
  std::optional<double> answer;
  std::optional<double> cases;
};

struct MetricFacts {
  std::uint64_t samples = 0;  ///< all that were added
  std::uint64_t told = 0;     ///< of them, those with a value
  std::optional<ClassificationSummary> classification;
  std::optional<PanelSummary> panel;
  std::optional<PairwiseSummary> pairwise;
  std::optional<CascadeSummary> cascade;
  VarianceSplit variance;
};

inline constexpr std::size_t kMostLabels = 1000;

/// Takes the scores of one metric in case order, the samples of a case one after the other (as a run is stored). Keeps
/// counts and sums only. `details` that cannot be read count for nothing. Not thread-safe.
class MetricSummary {
 public:
  MetricSummary();
  MetricSummary(MetricSummary&&) noexcept;
  MetricSummary& operator=(MetricSummary&&) noexcept;
  ~MetricSummary();

  void add(std::string_view case_id, const Score& score);
  /// Of what was added so far.
  [[nodiscard]] MetricFacts result() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace assay::judges
