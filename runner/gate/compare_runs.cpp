#include "runner/gate/difference.hpp"
#include "runner/gate/pairing.hpp"
#include "runner/gate/slices.hpp"
#include "runner/stats/normal.hpp"

#include <assay/gate/compare.hpp>
#include <assay/stats/multiplicity.hpp>
#include <assay/stats/quantile.hpp>
#include <assay/stats/rank.hpp>

#include <algorithm>
#include <cmath>

namespace assay::gate {

namespace {

constexpr double kSide = 0.025;  // of a two-sided 95 % interval

/// One suite of both runs.
struct Pair {
  const SuiteEvidence& first;
  const SuiteEvidence& second;
  SuiteView view;  ///< of the second
  SuiteBaseline baseline;

  [[nodiscard]] const Pairs& pairs() const { return baseline.runs.front().pairs; }
  [[nodiscard]] const SuiteView& first_view() const { return baseline.runs.front().view; }
  [[nodiscard]] bool common(std::uint32_t kase) const { return pairs().of[kase] < kOtherDigest; }
};

/// How the columns of evidence are called as metrics of gates.
Metric metric_of(const Column& column) {
  auto builtin = builtin_metric(column.metric == "cost" ? "cost_per_case" : column.metric);
  return builtin ? *builtin : check_metric(column.metric, column.unit, column.better);
}

bool is_latency(const std::string& column) {
  return column == "latency" || column == "ttft" || column == "itl";
}

MetricReader reader_of(const Metric& metric, const SuiteEvidence& suite, const std::string& column) {
  return {&suite, metric.measure, metric.from_check, column.empty() ? nullptr : suite.column(column)};
}

/// So that a quiet suite is not sure of itself: no narrower than Tango's interval without a case that differs.
double least_variance(std::uint64_t n) {
  const double z = stats::normal_quantile(1 - kSide);
  const auto cases = static_cast<double>(n);
  return z * z * cases / ((cases + z * z) * (cases + z * z));
}

void set_difference(MetricComparison& line, const Compared& compared) {
  line.n = compared.cases;
  line.first = compared.baseline;
  line.second = compared.candidate;
  line.method = method_name(compared);
  if (!line.first || !line.second) return;
  line.difference = *line.second - *line.first;
  const double floor = line.unit == Unit::share ? least_variance(compared.cases) : 0;
  const Floors strict{floor, floor, 0};
  const double low = lower_bound(compared, kSide, strict);
  const double high = upper_bound(compared, kSide, strict);
  const bool turned = compared.better_low;
  line.interval = turned ? std::pair(-high, -low) : std::pair(low, high);
  line.p = std::min(1.0, 2 * std::min(p_at_least(compared, 0, strict), p_at_most(compared, 0, strict)));
}

/// The metric on one slice of the second run's cases; nothing where no common case has it.
std::optional<MetricComparison> compare_metric(const Pair& pair, const Metric& metric, const std::string& column,
                                               const Slice& slice, double ceiling) {
  std::vector<std::uint32_t> cases;
  std::copy_if(slice.cases.begin(), slice.cases.end(), std::back_inserter(cases),
               [&](std::uint32_t kase) { return pair.common(kase); });
  if (cases.empty()) return std::nullopt;
  const auto reader = reader_of(metric, pair.second, column);
  const std::vector<BaselineSide> runs{{&pair.baseline.runs.front(), reader_of(metric, pair.first, column)}};
  MetricComparison line{.metric = metric.name, .slice = slice.tags, .unit = metric.unit, .better = metric.better};
  set_difference(line, difference_of({pair.view, cases, runs, metric, reader, ceiling}));
  return line;
}

std::vector<std::optional<double>> case_means(const SuiteView& view, const Column& column) {
  std::vector<std::optional<double>> means(view.evidence->cases.size());
  for (std::size_t kase = 0; kase < means.size(); ++kase) {
    double sum = 0;
    double n = 0;
    for (auto row = view.first_row[kase]; row < view.first_row[kase + 1]; ++row) {
      if (column.known[row] != 1) continue;
      sum += column.values[row];
      ++n;
    }
    if (n > 0) means[kase] = sum / n;
  }
  return means;
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return stats::sample_quantile(values, 0.5);
}

std::optional<MetricComparison> compare_latency(const Pair& pair, const Column& first, const Column& second) {
  const auto before = case_means(pair.first_view(), first);
  const auto after = case_means(pair.view, second);
  std::vector<double> a;
  std::vector<double> b;
  for (std::uint32_t kase = 0; kase < after.size(); ++kase) {
    if (!pair.common(kase) || !after[kase] || !before[pair.pairs().of[kase]]) continue;
    a.push_back(*before[pair.pairs().of[kase]]);
    b.push_back(*after[kase]);
  }
  const auto test = stats::mann_whitney(a, b);
  const auto shift = stats::hodges_lehmann(a, b, kSide);
  if (!test || !shift) return std::nullopt;
  MetricComparison line{.metric = second.metric, .unit = second.unit, .better = Direction::down, .n = a.size()};
  line.first = median(std::move(a));
  line.second = median(std::move(b));
  line.difference = shift->estimate;
  line.interval = {shift->interval.low, shift->interval.high};
  line.method = "hodges-lehmann";
  line.p = test->p_two_sided;
  return line;
}

bool equal(const Column* one, const Column* other) {
  return one && other && one != other && one->values == other->values && one->known == other->known;
}

/// A check of 0 or 1: its value and its `.pass` say the same.
bool is_binary(const Pair& pair, std::string_view metric) {
  const auto base = std::string(without_pass(metric));
  const auto same = [&](const SuiteEvidence& suite) { return equal(suite.column(base), suite.column(base + ".pass")); };
  return same(pair.first) && same(pair.second);
}

/// A score that is nothing but pass or fail.
bool repeats_the_pass_rate(const SuiteEvidence& suite, const Column& score) {
  for (std::size_t row = 0; row < suite.rows.size(); ++row) {
    if (score.known[row] == 1 && score.values[row] != (suite.rows[row].pass ? 1 : 0)) return false;
  }
  return true;
}

/// What another line says already.
bool is_said(const Pair& pair, const Column& first, const Column& second) {
  if (second.metric == "score") {
    return repeats_the_pass_rate(pair.first, first) && repeats_the_pass_rate(pair.second, second);
  }
  return without_pass(second.metric) != second.metric && is_binary(pair, second.metric);
}

std::vector<MetricComparison> compare_metrics(const Pair& pair) {
  std::vector<MetricComparison> lines;
  const auto add = [&](const Metric& metric, const std::string& column, double ceiling) {
    const auto reader = reader_of(metric, pair.second, column);
    for (const auto& slice : cut(pair.view, {}, reader)) {
      if (auto line = compare_metric(pair, metric, column, slice, ceiling)) lines.push_back(std::move(*line));
    }
  };
  add(*builtin_metric("pass_rate"), "", 1);
  for (const auto& column : pair.second.columns) {
    const auto* before = pair.first.column(column.metric);
    if (!before || before->unit != column.unit) continue;
    if (is_said(pair, *before, column)) continue;
    if (is_latency(column.metric)) {
      if (auto line = compare_latency(pair, *before, column)) lines.push_back(std::move(*line));
      continue;
    }
    auto metric = metric_of(column);
    metric.binary = metric.binary || is_binary(pair, column.metric);
    const auto after_range = known_range(reader_of(metric, pair.second, column.metric));
    const auto before_range = known_range(reader_of(metric, pair.first, column.metric));
    if (!after_range.any || !before_range.any) continue;
    add(metric, column.metric, std::max(after_range.greatest, before_range.greatest));
  }
  return lines;
}

std::vector<MetricComparison> compare_slices(const Pair& pair, const std::string& by) {
  GateSpec gate;
  gate.by = by;
  const auto metric = *builtin_metric("pass_rate");
  std::vector<MetricComparison> lines;
  for (const auto& slice : cut(pair.view, gate, reader_of(metric, pair.second, ""))) {
    if (auto line = compare_metric(pair, metric, "", slice, 1)) lines.push_back(std::move(*line));
  }
  return lines;
}

/// The share of a case's scored samples that pass.
std::optional<double> passing(const SuiteView& view, std::uint32_t kase) {
  double scored = 0;
  double passed = 0;
  for (auto row = view.first_row[kase]; row < view.first_row[kase + 1]; ++row) {
    const auto& sample = view.evidence->rows[row];
    if (sample.outcome != OutcomeKind::scored) continue;
    ++scored;
    passed += sample.pass ? 1 : 0;
  }
  return scored > 0 ? std::optional(passed / scored) : std::nullopt;
}

void find_flips(const Pair& pair, SuiteComparison& result) {
  for (std::uint32_t kase = 0; kase < pair.pairs().of.size(); ++kase) {
    if (!pair.common(kase)) continue;
    const auto partner = pair.pairs().of[kase];
    const auto before = passing(pair.first_view(), partner);
    const auto after = passing(pair.view, kase);
    if (!before || !after) {
      ++result.unmeasured;
      continue;
    }
    const FlippedCase flip{partner, kase, *before, *after};
    if (*before > 0.5 && *after <= 0.5) result.regressed.push_back(flip);
    if (*before <= 0.5 && *after > 0.5) result.fixed.push_back(flip);
  }
  const auto by_size = [](const FlippedCase& a, const FlippedCase& b) {
    return std::pair(std::abs(b.after - b.before), a.second) < std::pair(std::abs(a.after - a.before), b.second);
  };
  std::sort(result.regressed.begin(), result.regressed.end(), by_size);
  std::sort(result.fixed.begin(), result.fixed.end(), by_size);
}

void list_cases(const Pair& pair, SuiteComparison& result) {
  const auto& pairs = pair.pairs();
  result.common = pairs.common;
  for (std::uint32_t kase = 0; kase < pairs.of.size(); ++kase) {
    if (pairs.of[kase] == kAbsent) result.added.emplace_back(pair.second.cases.id(kase));
  }
  for (const auto kase : pairs.removed) result.removed.emplace_back(pair.first.cases.id(kase));
  for (const auto& [kase, other] : pairs.changed) result.changed.emplace_back(pair.second.cases.id(kase));
}

/// Rank-preserving: over all that have a p-value.
template <class Select>
void adjust(std::vector<SuiteComparison>& suites, Select select) {
  std::vector<MetricComparison*> lines;
  std::vector<double> p_values;
  for (auto& suite : suites) {
    for (auto& line : select(suite)) {
      if (!line.p) continue;
      lines.push_back(&line);
      p_values.push_back(*line.p);
    }
  }
  const auto adjusted = stats::benjamini_hochberg(p_values);
  for (std::size_t i = 0; i < lines.size(); ++i) lines[i]->adjusted = adjusted[i];
}

SuiteComparison compare_suite(const RunEvidence& first_run, const RunEvidence& second_run, const SuiteEvidence& first,
                              const SuiteEvidence& second, const std::optional<std::string>& by) {
  SuiteComparison result;
  result.suite = second.id;
  result.same_prompt = first.prompt == second.prompt;
  result.same_params = first.params == second.params;
  Pair pair{first, second, view_suite(second, 1, false), {}};
  pair.baseline.runs.push_back({&first_run, view_suite(first, 1, false), pair_cases(second_run, second, first)});
  list_cases(pair, result);
  if (pair.view.unusable || pair.first_view().unusable || result.common == 0) return result;
  result.metrics = compare_metrics(pair);
  if (by) result.slices = compare_slices(pair, *by);
  find_flips(pair, result);
  return result;
}

}  // namespace

std::vector<SuiteComparison> compare_runs(const RunEvidence& first, const RunEvidence& second,
                                          const std::optional<std::string>& by) {
  std::vector<SuiteComparison> suites;
  for (const auto& suite : second.suites) {
    const auto* other = first.suite(suite.id);
    if (other) suites.push_back(compare_suite(first, second, *other, suite, by));
  }
  adjust(suites, [](SuiteComparison& suite) -> auto& { return suite.metrics; });
  adjust(suites, [](SuiteComparison& suite) -> auto& { return suite.slices; });
  return suites;
}

}  // namespace assay::gate
