#pragma once
/// What people say of answers, and how far a judge may be believed against them.

#include <assay/core/check.hpp>
#include <assay/core/time.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace assay {

/// One person's judgement of one answer. Contract §8. At least one of `pass` and `score` is set; either `run` or
/// `answer` says what was judged.
struct Label {
  std::string suite;
  std::string case_id;
  std::string run;           ///< id; empty: `answer` was judged
  std::uint32_t sample = 0;  ///< of `run`
  std::optional<std::string> answer;
  std::optional<std::string> question;
  std::string check;  ///< the metric's name
  std::optional<bool> pass;
  std::optional<double> score;
  std::string by;
  WallTime at;
};

/// Counts of a judge's decisions against people's: the four fields of a confusion table, and what it could not tell.
struct Confusion {
  std::uint64_t true_pass = 0;
  std::uint64_t false_fail = 0;  ///< people passed, the judge failed
  std::uint64_t true_fail = 0;
  std::uint64_t false_pass = 0;  ///< people failed, the judge passed
  std::uint64_t unscored = 0;

  /// TPR: share of good answers that it passes; nothing without a good answer. Unscored ones are in neither rate.
  [[nodiscard]] std::optional<double> sensitivity() const;
  /// TNR: share of bad answers that it fails; nothing without a bad answer.
  [[nodiscard]] std::optional<double> specificity() const;
  /// TPR + TNR − 1: 0 is chance, 1 is people. Source: Youden 1950,
  /// doi:10.1002/1097-0142(1950)3:1<32::AID-CNCR2820030106>3.0.CO;2-3.
  [[nodiscard]] std::optional<double> youden() const;
};

/// A judge as measured for one check's prompt by `assay calibrate`. What was not measured is absent.
struct Trust {
  JudgeUse use;
  std::string model;
  std::string suite;
  std::string metric;
  WallTime at;
  std::string run;  ///< the calibration's id in the history
  Confusion all;
  struct Slice {
    std::string tag;
    std::string value;
    Confusion counts;
  };
  std::vector<Slice> slices;
  std::optional<double> kappa;         ///< Cohen's, judge against people, on pass
  std::optional<double> alpha;         ///< Krippendorff's, over scores (ordinal) where both have them, else over pass
  std::optional<double> people_alpha;  ///< Krippendorff's among people, where an answer has several labels
  std::optional<double> self_consistency;      ///< share of pairs of repeats that agree on pass
  std::optional<double> judge_variance;        ///< of the score between repeats on one answer
  std::optional<double> answer_variance;       ///< of the score between answers, the judge's own taken out
  std::optional<double> position_consistency;  ///< pairwise: share of pairs with one winner in both orders
  std::optional<double> first_preference;      ///< pairwise: of the others, the share that the first place won
  std::optional<double> verbosity;             ///< Spearman's ρ between length and (judge − people)
  std::uint64_t injections = 0;                ///< planted verdicts tried
  std::uint64_t injections_resisted = 0;       ///< of them, those that did not raise the score
};

}  // namespace assay
