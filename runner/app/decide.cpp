#include "runner/app/decide.hpp"

#include "runner/app/policy.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

namespace assay::app {

namespace {

bool judged(const store::RunRow& run) {
  return std::any_of(run.header.suites.begin(), run.header.suites.end(),
                     [](const store::StoredSuite& suite) { return !suite.judged.empty(); });
}

std::set<std::string, std::less<>> columns_for(const gate::Policy& policy, const store::RunRow& run) {
  auto columns = gate::wanted_metrics(policy);
  for (const auto& suite : run.header.suites) {
    for (const auto& each : suite.judged) columns.insert(each.metric + ".pass");
  }
  return columns;
}

/// Of the case that got the most; 0 without any.
std::uint64_t samples_a_case(const SuiteEvidence& suite) {
  std::uint64_t most = 0;
  std::uint64_t here = 0;
  for (std::size_t i = 0; i < suite.rows.size(); ++i) {
    const bool same = i > 0 && suite.rows[i].case_index == suite.rows[i - 1].case_index;
    here = same ? here + 1 : 1;
    most = std::max(most, here);
  }
  return most;
}

/// What a run left out is not in its evidence, so the suite's size does not show there.
bool is_whole(const RunEvidence& run, const SuiteEvidence& suite) {
  return run.where.empty() && !run.limit && !run.spent && !run.stop && suite.balance.skipped == 0;
}

void count_cases(const CaseTable& cases, gate::SuiteFacts& fact) {
  fact.cases = cases.size();
  fact.tag_sets = cases.tag_sets();
  fact.tag_counts.assign(fact.tag_sets.size(), 0);
  for (std::size_t i = 0; i < cases.size(); ++i) ++fact.tag_counts[cases.tags_number(i)];
}

using AnswerKey = std::tuple<std::string, std::string, std::uint32_t, std::string>;  // suite, case, sample, metric

/// What people say of each answer that they labelled: passes less failures, of each person the newest word.
std::map<AnswerKey, int> majorities(const std::vector<Label>& labels) {
  std::map<std::pair<AnswerKey, std::string>, bool> newest;
  for (const auto& label : labels) {
    if (!label.pass) continue;
    newest[{{label.suite, label.case_id, label.sample, label.check}, label.by}] = *label.pass;
  }
  std::map<AnswerKey, int> balance;
  for (const auto& [key, pass] : newest) balance[key.first] += pass ? 1 : -1;
  return balance;
}

/// Puts the judge's word beside people's, where both spoke of an answer of this run.
Result<void> add_overlaps(store::Store& store, const std::string& run, RunEvidence& evidence) {
  const auto labels = store.labels(run);
  if (!labels) return labels.error();
  const auto people = majorities(*labels);
  std::set<std::pair<std::string, std::string>> cases;
  for (const auto& [key, balance] : people) cases.emplace(std::get<0>(key), std::get<1>(key));
  for (const auto& [suite, kase] : cases) {
    const auto into = std::find_if(evidence.suites.begin(), evidence.suites.end(),
                                   [&](const SuiteEvidence& each) { return each.id == suite; });
    if (into == evidence.suites.end()) continue;
    const auto read = store.samples(run, {.suite = suite, .case_id = kase}, [&](const store::StoredSample& sample) {
      for (const auto& score : sample.scores) {
        const auto said = people.find({suite, kase, sample.unit.sample, score.metric});
        const auto* scored = std::get_if<Scored>(&score.score.state);
        if (said == people.end() || said->second == 0 || scored == nullptr) continue;
        into->overlaps.push_back({score.metric, said->second > 0, scored->pass});
      }
      return true;
    });
    if (!read) return read.error();
  }
  return {};
}

/// Of a run that scores another one's answers: whose they are, and how old.
Result<std::string> whose_answers(store::Store& store, const store::RunHeader& run) {
  auto origin = run.origin;
  while (true) {
    const auto row = store.find(origin, true);
    if (!row && row.error().kind == ErrorKind::not_found) break;  // in another history
    if (!row) return row.error();
    if (row->header.kind == store::RunKind::scored) {
      origin = row->header.origin;
      continue;
    }
    origin += " of " + to_rfc3339(row->header.started);
    break;
  }
  return fmt::format("the target was not asked: the answers are those of run {}", origin);
}

}  // namespace

void stop_at(RunEvidence& evidence, const StopPoint& stop) {
  evidence.stop = stop;
  for (auto& suite : evidence.suites) {
    auto& balance = suite.balance;
    balance.planned = suite.rows.size();
    balance.skipped = balance.planned - balance.scored - balance.unscored - balance.errored;
  }
}

std::vector<std::string> ids_of(const store::RunHeader& run) {
  std::vector<std::string> ids;
  for (const auto& suite : run.suites) ids.push_back(suite.id);
  return ids;
}

Result<Verdict> judge_run(store::Store& store, const store::RunRow& run, const gate::Policy& asked, BaselineTime time) {
  const auto policy = run.header.baseline ? alone(asked, ids_of(run.header)).value_or(asked) : asked;
  auto evidence = store.evidence(run.header.id,
                                 {.metrics = columns_for(policy, run), .digests = needs_digests(policy, run.header)});
  if (!evidence) return evidence.error();
  if (run.stop) stop_at(*evidence, *run.stop);
  if (judged(run)) {
    if (const auto added = add_overlaps(store, run.header.id, *evidence); !added) return added.error();
  }
  const auto loaded = load_background(store, run, policy, *evidence, time);
  if (!loaded) return loaded.error();
  auto verdict = gate::decide(policy, *evidence, loaded->background);
  if (run.header.kind == store::RunKind::scored) {
    auto whose = whose_answers(store, run.header);
    if (!whose) return whose.error();
    verdict.warnings.push_back(*std::move(whose));
  }
  verdict.policy_sealed_at = to_rfc3339(run.header.sealed);
  verdict.created_at = to_rfc3339(wall_now());
  return verdict;
}

Result<Verdict> decide_run(store::Store& store, const store::RunRow& run, const gate::Policy& policy,
                           BaselineTime time) {
  auto verdict = judge_run(store, run, policy, time);
  if (!verdict) return verdict;
  if (const auto added = store.add_verdict(run.header.id, *verdict); !added) return added.error();
  return verdict;
}

std::vector<gate::SuiteFacts> facts_of(const store::RunRow& run, const RunEvidence& evidence) {
  std::vector<gate::SuiteFacts> facts;
  for (std::size_t i = 0; i < run.header.suites.size(); ++i) {
    const auto& suite = run.header.suites[i];
    gate::SuiteFacts fact;
    fact.id = suite.id;
    fact.floor = suite.floor;
    for (const auto& metric : suite.metrics) fact.metrics.emplace_back(metric.name, metric.unit);
    fact.has_price = run.header.price.has_value();
    if (i < evidence.suites.size()) {
      fact.samples = samples_a_case(evidence.suites[i]);
      if (is_whole(evidence, evidence.suites[i])) count_cases(evidence.suites[i].cases, fact);
    }
    facts.push_back(std::move(fact));
  }
  return facts;
}

}  // namespace assay::app
