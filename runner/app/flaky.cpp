#include "runner/app/flaky.hpp"

#include "runner/app/background.hpp"
#include "runner/app/policy.hpp"

#include <assay/text/utf8.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>

namespace assay::app {

namespace {

constexpr std::int64_t kQuarantineDays = 14;
constexpr std::int64_t kDayMs = 24LL * 3600 * 1000;
constexpr std::size_t kSpreadRuns = 5;  // whose answers tell how they vary

/// What a case did under one candidate.
struct Outcomes {
  bool passed = false;
  bool failed = false;
};

/// What is known of each run, by id, oldest first in `order`.
class Runs {
 public:
  explicit Runs(const std::vector<store::RunRow>& newest_first) {
    for (auto row = newest_first.rbegin(); row != newest_first.rend(); ++row) {
      candidate_[row->header.id] = row->header.candidate_digest;
      points_.push_back({row->header.id, row->header.started, row->verdict.value_or(std::string(name(row->status)))});
      place_[row->header.id] = points_.size() - 1;
      sums_.push_back(0);
    }
  }

  void add(const store::CaseHistory& kase) {
    for (const auto& run : kase.runs) {
      const auto found = place_.find(run.run);
      if (found == place_.end() || run.scored == 0) continue;
      ++points_[found->second].cases;
      sums_[found->second] += static_cast<double>(run.passed) / run.scored;
    }
  }

  [[nodiscard]] std::string candidate(const std::string& run) const {
    const auto found = candidate_.find(run);
    return found == candidate_.end() ? std::string() : found->second;
  }

  [[nodiscard]] std::vector<reports::TrendPoint> trend() const {
    std::vector<reports::TrendPoint> trend;
    for (std::size_t i = 0; i < points_.size(); ++i) {
      if (points_[i].cases == 0) continue;
      trend.push_back(points_[i]);
      trend.back().pass_rate = sums_[i] / static_cast<double>(points_[i].cases);
    }
    return trend;
  }

 private:
  std::map<std::string, std::string> candidate_;
  std::map<std::string, std::size_t> place_;
  std::vector<reports::TrendPoint> points_;
  std::vector<double> sums_;
};

reports::FlakyCase case_of(const store::CaseHistory& history, const Runs& runs) {
  const auto record = record_of(history);
  reports::FlakyCase kase{.case_id = record.case_id,
                          .runs = record.runs,
                          .samples = record.samples,
                          .passes = record.passes,
                          .flips = record.flips};
  std::map<std::string, Outcomes> by_candidate;
  for (const auto& run : history.runs) {
    if (run.scored == 0) continue;
    kase.newest_passed = 2 * run.passed > run.scored;
    auto& outcomes = by_candidate[runs.candidate(run.run)];
    outcomes.passed = outcomes.passed || run.passed > 0;
    outcomes.failed = outcomes.failed || run.passed < run.scored;
  }
  kase.within = std::any_of(by_candidate.begin(), by_candidate.end(), [](const auto& each) {
    return !each.first.empty() && each.second.passed && each.second.failed;
  });
  return kase;
}

/// 4p(1−p): 1 for a case that passes every other time.
double flakiness_of(const reports::FlakyCase& kase) {
  const double p = static_cast<double>(kase.passes) / static_cast<double>(kase.samples);
  return 4 * p * (1 - p);
}

bool flakier(const reports::FlakyCase& a, const reports::FlakyCase& b) {
  return std::tuple(b.within, flakiness_of(b), b.flips, b.samples, a.case_id) <
         std::tuple(a.within, flakiness_of(a), a.flips, a.samples, b.case_id);
}

/// The quarantine of the newest run's policy. A file that cannot be read says nothing here.
void mark_quarantined(const store::RunRow& newest, reports::FlakyView& view) {
  const auto policy = sealed_policy(newest.header.policy);
  if (!policy) return;
  Diagnostics ignored;
  const auto waivers = waivers_of(*policy, ignored);
  if (!waivers) return;
  const auto now = wall_now();
  for (const auto& entry : waivers->quarantine) {
    if (entry.suite != view.suite || entry.expires <= now) continue;
    for (auto& kase : view.flaky) {
      if (kase.case_id == entry.case_id) kase.quarantine = to_rfc3339(entry.expires);
    }
  }
}

std::string quoted(const std::string& text) {
  return dump_json(Json(text));  // a JSON string is a YAML string
}

std::string ready_entry(const reports::FlakyView& view) {
  const auto worst = std::find_if(view.flaky.begin(), view.flaky.end(), [](const reports::FlakyCase& kase) {
    return kase.within && kase.quarantine.empty();
  });
  if (worst == view.flaky.end()) return {};
  const auto until = to_rfc3339({wall_now().unix_ms + kQuarantineDays * kDayMs}).substr(0, 10);
  return fmt::format(
      "quarantine:\n  - {{suite: {}, case: {}, owner: TEAM, reason: \"passes {} of {} samples in {} runs\", expires: "
      "{}}}\n",
      quoted(view.suite), quoted(worst->case_id), worst->passes, worst->samples, worst->runs, until);
}

/// Mean of the variances within groups of values.
class Within {
 public:
  void add(const std::vector<double>& values) {
    if (values.size() < 2) return;
    double mean = 0;
    for (const double value : values) mean += value / static_cast<double>(values.size());
    double sum = 0;
    for (const double value : values) sum += (value - mean) * (value - mean);
    sum_ += sum / static_cast<double>(values.size() - 1);
    ++groups_;
  }
  [[nodiscard]] std::optional<double> variance() const {
    return groups_ > 0 ? std::optional(sum_ / static_cast<double>(groups_)) : std::nullopt;
  }

 private:
  double sum_ = 0;
  std::uint64_t groups_ = 0;
};

using AnswerKey = std::pair<std::string, std::size_t>;  // case with its digest, sample

/// One judged metric of a run, by answer.
Result<std::map<AnswerKey, double>> scores_in(store::Store& store, const std::string& run, const std::string& suite,
                                              const std::string& metric) {
  std::map<AnswerKey, double> scores;
  const auto evidence = store.evidence(run, {.metrics = std::set<std::string, std::less<>>{metric}, .digests = true});
  if (!evidence) return evidence.error();
  for (const auto& each : evidence->suites) {
    const auto* column = each.column(metric);
    if (each.id != suite || !column) continue;
    std::size_t sample = 0;
    for (std::size_t row = 0; row < each.rows.size(); ++row) {
      const auto index = each.rows[row].case_index;
      sample = row > 0 && each.rows[row - 1].case_index == index ? sample + 1 : 0;
      if (column->known[row] != 1) continue;
      const auto kase = each.cases[index];
      scores[{std::string(kase.id) + '\n' + kase.digest, sample}] = column->values[row];
    }
  }
  return scores;
}

/// How the scores of equal answers differ, between a run and those that score its answers anew.
Result<std::optional<double>> judge_part(store::Store& store, const std::vector<std::string>& runs,
                                         const std::string& suite, const std::string& metric) {
  std::map<AnswerKey, std::vector<double>> answers;
  for (const auto& run : runs) {
    const auto scores = scores_in(store, run, suite, metric);
    if (!scores) return scores.error();
    for (const auto& [key, value] : *scores) answers[key].push_back(value);
  }
  Within within;
  for (const auto& [key, values] : answers) within.add(values);
  return within.variance();
}

/// How the scores of one case's answers differ, for one candidate.
Result<std::optional<double>> answers_part(store::Store& store, const std::vector<std::string>& runs,
                                           const std::string& suite, const std::string& metric) {
  std::map<std::string, std::vector<double>> cases;
  for (const auto& run : runs) {
    const auto scores = scores_in(store, run, suite, metric);
    if (!scores) return scores.error();
    for (const auto& [key, value] : *scores) cases[key.first].push_back(value);
  }
  Within within;
  for (const auto& [key, values] : cases) within.add(values);
  return within.variance();
}

std::vector<std::string> runs_like(const std::vector<store::RunRow>& rows, const store::RunRow& newest) {
  std::vector<std::string> ids;
  for (const auto& row : rows) {
    if (row.header.kind != store::RunKind::measured || row.status != store::RunStatus::finished) continue;
    if (row.header.candidate_digest == newest.header.candidate_digest && ids.size() < kSpreadRuns) {
      ids.push_back(row.header.id);
    }
  }
  return ids;
}

/// The runs that score the answers of one run, with that run; of the newest one that has any.
Result<std::vector<std::string>> scored_together(store::Store& store, const std::vector<store::RunRow>& rows) {
  for (const auto& row : rows) {
    if (row.header.kind != store::RunKind::measured) continue;
    const auto scored = store.scored_of(row.header.id);
    if (!scored) return scored.error();
    if (scored->empty()) continue;
    std::vector<std::string> ids{row.header.id};
    for (const auto& each : *scored) ids.push_back(each.header.id);
    return ids;
  }
  return std::vector<std::string>{};
}

Result<void> add_spreads(store::Store& store, const std::vector<store::RunRow>& rows, reports::FlakyView& view) {
  const auto& newest = rows.front();
  const auto& judged = newest.header.suite(view.suite)->judged;
  if (judged.empty()) return {};
  const auto together = scored_together(store, rows);
  if (!together) return together.error();
  const auto trust = store.trust();
  if (!trust) return trust.error();
  const auto alike = runs_like(rows, newest);
  for (const auto& each : judged) {
    reports::SpreadLine line{each.metric, each.use.judge, {}, {}, {}};
    const auto judge = judge_part(store, *together, view.suite, each.metric);
    if (!judge) return judge.error();
    line.judge_variance = *judge;
    if (line.judge_variance) line.from = fmt::format("{} scorings of run {}", together->size(), together->front());
    const auto answers = answers_part(store, alike, view.suite, each.metric);
    if (!answers) return answers.error();
    for (const auto& measured : *trust) {
      if (line.judge_variance || measured.use != each.use || measured.metric != each.metric) continue;
      line.judge_variance = measured.judge_variance;
      line.from = "its calibration";
    }
    if (*answers && line.judge_variance) line.answer_variance = std::max(0.0, **answers - *line.judge_variance);
    if (line.judge_variance || line.answer_variance) view.spreads.push_back(std::move(line));
  }
  return {};
}

}  // namespace

Result<reports::FlakyView> flakiness(store::Store& store, const std::string& suite, std::uint64_t runs) {
  auto rows = store.history(suite, runs);
  if (!rows) return rows.error();
  std::erase_if(*rows, [](const store::RunRow& row) { return row.header.kind == store::RunKind::calibration; });
  if (rows->empty()) {
    return Error{ErrorKind::not_found, fmt::format("the history has no run of suite {}", text::in_quotes(suite)),
                 "`assay history` lists the runs with their suites"};
  }
  reports::FlakyView view;
  view.suite = suite;
  Runs known(*rows);
  const auto read = store.case_history(suite, runs, [&](const store::CaseHistory& kase) {
    ++view.cases;
    known.add(kase);
    auto line = case_of(kase, known);
    if (line.passes > 0 && line.passes < line.samples) view.flaky.push_back(std::move(line));
    return true;
  });
  if (!read) return read.error();
  std::sort(view.flaky.begin(), view.flaky.end(), flakier);
  view.trend = known.trend();
  mark_quarantined(rows->front(), view);
  view.entry = ready_entry(view);
  if (const auto added = add_spreads(store, *rows, view); !added) return added.error();
  return view;
}

}  // namespace assay::app
