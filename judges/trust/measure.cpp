#include "judges/summary_counts.hpp"

#include <assay/judges/measure.hpp>
#include <assay/judges/summary.hpp>
#include <assay/stats/agreement.hpp>
#include <assay/stats/correlation.hpp>

#include <algorithm>
#include <array>
#include <map>
#include <utility>

namespace assay::judges {

namespace {

std::optional<bool> pass_of(const Label& label, const PeopleScale& scale) {
  if (label.pass || !label.score || !scale.pass_mark) return label.pass;
  return *label.score >= *scale.pass_mark;
}

std::optional<double> value_of(const Label& label, const PeopleScale& scale) {
  if (!label.score || !(scale.high > scale.low)) return std::nullopt;
  return (*label.score - scale.low) / (scale.high - scale.low);
}

// Nothing where people are split, or say nothing of it.
std::optional<bool> majority(const LabelledAnswer& answer, const PeopleScale& scale) {
  int passes = 0;
  for (const auto& label : answer.labels) {
    if (const auto pass = pass_of(label, scale)) passes += *pass ? 1 : -1;
  }
  return passes == 0 ? std::nullopt : std::optional(passes > 0);
}

std::optional<double> mean_value(const LabelledAnswer& answer, const PeopleScale& scale) {
  double sum = 0;
  double n = 0;
  for (const auto& label : answer.labels) {
    const auto value = value_of(label, scale);
    if (!value) continue;
    sum += *value;
    n += 1;
  }
  return n > 0 ? std::optional(sum / n) : std::nullopt;
}

const Score* first_reached(const LabelledAnswer& answer) {
  const auto reached = [](const Score& score) { return !std::holds_alternative<Error>(score.state); };
  const auto found = std::ranges::find_if(answer.repeats, reached);
  return found == answer.repeats.end() ? nullptr : &*found;
}

void count(Confusion& counts, bool people, const ScoreState& judge) {
  const auto* scored = std::get_if<Scored>(&judge);
  if (scored == nullptr) {
    ++counts.unscored;
  } else if (people) {
    ++(scored->pass ? counts.true_pass : counts.false_fail);
  } else {
    ++(scored->pass ? counts.false_pass : counts.true_fail);
  }
}

std::uint64_t answers_in(const Confusion& counts) {
  return counts.true_pass + counts.false_fail + counts.true_fail + counts.false_pass + counts.unscored;
}

std::optional<double> kappa_of(const Confusion& counts) {
  const auto cell = [](std::uint64_t n) { return static_cast<double>(n); };
  const std::array table{cell(counts.true_pass), cell(counts.false_fail), cell(counts.false_pass),
                         cell(counts.true_fail)};
  const auto kappa = stats::cohen_kappa(table, 2);
  return kappa ? std::optional(kappa->kappa) : std::nullopt;
}

// What people and the judge say of one answer.
struct Pair {
  bool people_pass = false;
  bool judge_pass = false;
  std::optional<double> people_value;
  double judge_value = 0;
  double chars = 0;
};

// By score where people scored every answer, else by pass.
bool all_scored(std::span<const Pair> pairs) {
  return std::ranges::all_of(pairs, [](const Pair& pair) { return pair.people_value.has_value(); });
}

std::optional<double> alpha_of(std::span<const Pair> pairs) {
  const bool by_score = all_scored(pairs);
  std::vector<std::vector<double>> units;
  for (const auto& pair : pairs) {
    units.push_back(by_score ? std::vector{*pair.people_value, pair.judge_value}
                             : std::vector{pair.people_pass ? 1.0 : 0.0, pair.judge_pass ? 1.0 : 0.0});
  }
  return stats::krippendorff_alpha(units, by_score ? stats::AlphaLevel::ordinal : stats::AlphaLevel::nominal);
}

std::optional<double> verbosity_of(std::span<const Pair> pairs) {
  const bool by_score = all_scored(pairs);
  std::vector<double> lengths;
  std::vector<double> excess;
  for (const auto& pair : pairs) {
    lengths.push_back(pair.chars);
    excess.push_back(by_score ? pair.judge_value - *pair.people_value
                              : (pair.judge_pass ? 1.0 : 0.0) - (pair.people_pass ? 1.0 : 0.0));
  }
  return stats::spearman(lengths, excess);
}

// Among people: over scores where each label has one, else over pass.
std::optional<double> people_alpha_of(std::span<const LabelledAnswer> answers, const PeopleScale& scale) {
  std::vector<std::vector<double>> passes;
  std::vector<std::vector<double>> values;
  bool by_score = true;
  for (const auto& answer : answers) {
    if (answer.labels.size() < 2) continue;
    auto& pass = passes.emplace_back();
    auto& value = values.emplace_back();
    for (const auto& label : answer.labels) {
      if (const auto said = pass_of(label, scale)) pass.push_back(*said ? 1 : 0);
      if (const auto said = value_of(label, scale)) value.push_back(*said);
    }
    by_score = by_score && value.size() == answer.labels.size();
  }
  return by_score ? stats::krippendorff_alpha(values, stats::AlphaLevel::ordinal)
                  : stats::krippendorff_alpha(passes, stats::AlphaLevel::nominal);
}

// Of n repeats with k passes, k(k−1)/2 + (n−k)(n−k−1)/2 of the n(n−1)/2 pairs agree.
std::optional<double> self_consistency_of(std::span<const LabelledAnswer> answers) {
  double agree = 0;
  double all = 0;
  for (const auto& answer : answers) {
    double n = 0;
    double passes = 0;
    for (const auto& score : answer.repeats) {
      const auto* scored = std::get_if<Scored>(&score.state);
      if (scored == nullptr) continue;
      n += 1;
      passes += scored->pass ? 1 : 0;
    }
    agree += passes * (passes - 1) + (n - passes) * (n - passes - 1);
    all += n * (n - 1);
  }
  return all > 0 ? std::optional(agree / all) : std::nullopt;
}

void split_variance(std::span<const LabelledAnswer> answers, Trust& trust) {
  NestedVariance variance;
  for (const auto& answer : answers) {
    std::vector<double> values;
    for (const auto& score : answer.repeats) {
      if (const auto* scored = std::get_if<Scored>(&score.state)) values.push_back(scored->value);
    }
    if (!values.empty()) variance.add({}, values);
  }
  const auto split = variance.split();
  trust.judge_variance = split.judge;
  if (split.judge) trust.answer_variance = split.answer;  // else the judge's own cannot be taken out
}

void weigh_positions(std::span<const LabelledAnswer> answers, Trust& trust) {
  MetricSummary summary;
  for (const auto& answer : answers) {
    const auto* score = first_reached(answer);
    if (score != nullptr) summary.add({}, *score);
  }
  const auto pairwise = summary.result().pairwise;
  if (!pairwise) return;
  trust.position_consistency = pairwise->position_consistency;
  trust.first_preference = pairwise->first_preference;
}

using Slices = std::map<std::pair<std::string, std::string>, Confusion>;

void keep_slices(const Slices& slices, Trust& trust) {
  trust.slices.clear();
  for (const auto& [tag, counts] : slices) {
    if (answers_in(counts) >= kLeastSlice) trust.slices.push_back({tag.first, tag.second, counts});
  }
}

}  // namespace

Measurement measure(Trust of, const PeopleScale& scale, std::span<const LabelledAnswer> answers) {
  Measurement result{.trust = std::move(of)};
  auto& trust = result.trust;
  trust.all = {};
  Slices slices;
  std::vector<Pair> pairs;
  for (const auto& answer : answers) {
    const auto people = majority(answer, scale);
    const auto* judge = first_reached(answer);
    result.undecided += people ? 0 : 1;
    result.failed += people && judge == nullptr ? 1 : 0;
    if (!people || judge == nullptr) continue;
    count(trust.all, *people, judge->state);
    for (const auto& tag : answer.tags) count(slices[tag], *people, judge->state);
    const auto* scored = std::get_if<Scored>(&judge->state);
    if (scored == nullptr) continue;
    pairs.push_back({*people, scored->pass, mean_value(answer, scale), scored->value, answer.chars});
  }
  keep_slices(slices, trust);
  trust.kappa = kappa_of(trust.all);
  trust.alpha = alpha_of(pairs);
  trust.verbosity = verbosity_of(pairs);
  trust.people_alpha = people_alpha_of(answers, scale);
  trust.self_consistency = self_consistency_of(answers);
  split_variance(answers, trust);
  weigh_positions(answers, trust);
  return result;
}

}  // namespace assay::judges
