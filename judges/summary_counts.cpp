#include "judges/summary_counts.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace assay::judges {

namespace {

constexpr std::size_t kNone = std::numeric_limits<std::size_t>::max();

/// Row and column sums of a confusion table.
struct Margins {
  std::vector<double> expected;
  std::vector<double> predicted;  ///< one more: no label
  std::vector<double> right;
  double all = 0;
  double hits = 0;
};

Margins margins_of(const ClassificationSummary& table) {
  const std::size_t k = table.labels.size();
  Margins margins{
      .expected = std::vector<double>(k), .predicted = std::vector<double>(k + 1), .right = std::vector<double>(k)};
  for (std::size_t i = 0; i < k; ++i) {
    for (std::size_t j = 0; j <= k; ++j) {
      const auto count = static_cast<double>(table.counts[i * (k + 1) + j]);
      margins.expected[i] += count;
      margins.predicted[j] += count;
      margins.all += count;
      if (i != j) continue;
      margins.right[i] = count;
      margins.hits += count;
    }
  }
  return margins;
}

double macro_f1(const Margins& margins) {
  Spread f1;
  for (std::size_t i = 0; i < margins.right.size(); ++i) {
    const double counted = margins.expected[i] + margins.predicted[i];  // 2·TP + FP + FN
    if (counted > 0) f1.add(2 * margins.right[i] / counted);
  }
  return f1.mean;
}

std::optional<double> matthews(const Margins& margins) {
  double both = 0;
  double expected = 0;
  double predicted = margins.predicted.back() * margins.predicted.back();
  for (std::size_t i = 0; i < margins.expected.size(); ++i) {
    both += margins.expected[i] * margins.predicted[i];
    expected += margins.expected[i] * margins.expected[i];
    predicted += margins.predicted[i] * margins.predicted[i];
  }
  const double squared = margins.all * margins.all;
  if (squared == expected || squared == predicted) return std::nullopt;
  return (margins.hits * margins.all - both) / std::sqrt((squared - expected) * (squared - predicted));
}

std::optional<double> ratio(double part, double whole) {
  return whole > 0 ? std::optional(part / whole) : std::nullopt;
}

}  // namespace

void Spread::add(double value) {
  n += 1;
  const double off = value - mean;
  mean += off / n;
  squares += off * (value - mean);
}

std::optional<std::size_t> ConfusionCounts::number(const std::string& label) {
  const auto known = numbers_.find(label);
  if (known != numbers_.end()) return known->second;
  if (numbers_.size() == kMostLabels) return std::nullopt;
  return numbers_.emplace(label, numbers_.size()).first->second;
}

void ConfusionCounts::add(const std::string& expected, const std::string* predicted) {
  const auto row = number(expected);
  const auto column = !row || predicted == nullptr ? std::optional(kNone) : number(*predicted);
  if (row && column) {
    ++counts_[{*row, *column}];
  } else {
    ++left_out_;
  }
}

std::optional<ClassificationSummary> ConfusionCounts::summary() const {
  if (counts_.empty()) return std::nullopt;
  ClassificationSummary table;
  const std::size_t k = numbers_.size();
  std::vector<std::size_t> place(k);  // of a label's number in alphabetical order
  for (const auto& [label, number] : numbers_) {
    place[number] = table.labels.size();
    table.labels.push_back(label);
  }
  table.counts.resize(k * (k + 1));
  for (const auto& [key, count] : counts_) {
    const std::size_t column = key.second == kNone ? k : place[key.second];
    table.counts[place[key.first] * (k + 1) + column] = count;
    table.samples += count;
  }
  table.left_out = left_out_;
  const Margins margins = margins_of(table);
  table.accuracy = margins.hits / margins.all;
  table.macro_f1 = macro_f1(margins);
  table.mcc = matthews(margins);
  return table;
}

void AlphaSums::add(std::span<const double> unit) {
  if (unit.size() < 2) return;
  Spread own;
  for (const double value : unit) {
    own.add(value);
    all_.add(value);
  }
  // The squared differences of all ordered pairs are 2·m·Σ(x − x̄)².
  observed_ += 2 * own.n * own.squares / (own.n - 1);
}

std::optional<double> AlphaSums::alpha() const {
  if (all_.n < 2 || all_.squares <= 0) return std::nullopt;
  const double expected = 2 * all_.squares / (all_.n - 1);
  return 1 - observed_ / all_.n / expected;
}

void PanelCounts::add(std::span<const double> votes, std::span<const double> values) {
  any_ = any_ || !votes.empty();
  votes_.add(votes);
  values_.add(values);
  if (votes.size() < 2) return;
  const auto n = static_cast<double>(votes.size());
  const auto passes = static_cast<double>(std::ranges::count(votes, 1.0));
  ++samples_;
  if (passes == 0 || passes == n) ++unanimous_;
  agreement_ += (passes * (passes - 1) + (n - passes) * (n - passes - 1)) / (n * (n - 1));
}

std::optional<PanelSummary> PanelCounts::summary() const {
  if (!any_) return std::nullopt;
  return PanelSummary{.samples = samples_,
                      .unanimous = unanimous_,
                      .agreement = ratio(agreement_, static_cast<double>(samples_)),
                      .alpha = votes_.alpha(),
                      .value_alpha = values_.alpha()};
}

void PairwiseCounts::end_case() {
  const auto decided = static_cast<double>(case_wins_ + case_losses_);
  if (decided > 0) {
    decided_ += 1;
    won_ += static_cast<double>(case_wins_) / decided;
  }
  case_wins_ = 0;
  case_losses_ = 0;
}

void PairwiseCounts::add(std::string_view case_id, std::string_view winner, std::string_view answer_first,
                         std::string_view answer_second) {
  if (case_id != case_id_) {
    end_case();
    case_id_ = case_id;
  }
  if (winner == "a") {
    ++wins_;
    ++case_wins_;
  } else if (winner == "b") {
    ++losses_;
    ++case_losses_;
  } else {
    ++ties_;
  }
  if (answer_first == answer_second) {
    ++consistent_;
    return;
  }
  (answer_first == "a" ? first_ : second_) += answer_first == "tie" ? 0 : 1;
  (answer_second == "b" ? first_ : second_) += answer_second == "tie" ? 0 : 1;
}

std::optional<PairwiseSummary> PairwiseCounts::summary() const {
  const std::uint64_t samples = wins_ + ties_ + losses_;
  if (samples == 0) return std::nullopt;
  PairwiseCounts whole = *this;
  whole.end_case();
  PairwiseSummary summary{.samples = samples, .wins = wins_, .ties = ties_, .losses = losses_};
  summary.win_rate = ratio(whole.won_, whole.decided_);
  if (whole.decided_ > 0) summary.interval = stats::wilson(whole.won_, whole.decided_, 0.05);
  summary.position_consistency = ratio(static_cast<double>(consistent_), static_cast<double>(samples));
  summary.first_preference = ratio(static_cast<double>(first_), static_cast<double>(first_ + second_));
  return summary;
}

void NestedVariance::end_case() {
  const double m = answers_.n;
  if (m == 0) return;
  answer_squares_ += answers_.squares;
  answer_freedom_ += m - 1;
  judge_in_answers_ += inverse_values_ * (m - 1) / m;
  cases_.add(answers_.mean);
  answer_in_cases_ += 1 / m;
  judge_in_cases_ += inverse_values_ / (m * m);
  answers_ = {};
  inverse_values_ = 0;
}

void NestedVariance::add(std::string_view case_id, std::span<const double> values) {
  if (case_id != case_id_) {
    end_case();
    case_id_ = case_id;
  }
  Spread own;
  for (const double value : values) own.add(value);
  judge_squares_ += own.squares;
  judge_freedom_ += own.n - 1;
  answers_.add(own.mean);
  inverse_values_ += 1 / own.n;
}

VarianceSplit NestedVariance::split() const {
  NestedVariance whole = *this;
  whole.end_case();
  VarianceSplit split;
  split.judge = ratio(whole.judge_squares_, whole.judge_freedom_);
  const double judge = split.judge.value_or(0);
  if (whole.answer_freedom_ > 0) {
    const double rest = whole.answer_squares_ - judge * whole.judge_in_answers_;
    split.answer = std::max(0.0, rest / whole.answer_freedom_);
  }
  if (whole.cases_.n > 1) {
    const double below = split.answer.value_or(0) * whole.answer_in_cases_ + judge * whole.judge_in_cases_;
    split.cases = std::max(0.0, whole.cases_.squares / (whole.cases_.n - 1) - below / whole.cases_.n);
  }
  return split;
}

}  // namespace assay::judges
