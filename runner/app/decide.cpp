#include "runner/app/decide.hpp"

namespace assay::app {

Result<Verdict> decide_run(store::Store& store, const store::RunRow& run, const gate::Policy& policy) {
  const auto evidence = store.evidence(run.header.id, {.metrics = gate::wanted_metrics(policy)});
  if (!evidence) return evidence.error();
  auto verdict = gate::decide(policy, *evidence);
  verdict.policy_sealed_at = to_rfc3339(run.header.sealed);
  verdict.created_at = to_rfc3339(wall_now());
  if (const auto added = store.add_verdict(run.header.id, verdict); !added) return added.error();
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
      fact.tag_sets = evidence.suites[i].cases.tag_sets();
      fact.cases = evidence.suites[i].cases.size();
    }
    facts.push_back(std::move(fact));
  }
  return facts;
}

}  // namespace assay::app
