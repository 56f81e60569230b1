#include "runner/gate/deliberation.hpp"
#include "runner/gate/looks.hpp"
#include "runner/gate/waive.hpp"

#include <assay/core/digest.hpp>
#include <assay/gate/readiness.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace assay::gate {

namespace {

void describe_run(Verdict& verdict, const Deliberation& d) {
  const auto& evidence = d.evidence;
  verdict.run = evidence.run;
  verdict.meta = evidence.meta;
  verdict.target = evidence.target;
  verdict.model = evidence.model;
  const auto& served = evidence.served_models;
  if (!served.empty()) verdict.served_model = fmt::format("{}", fmt::join(served, ", "));
  verdict.candidate_digest = evidence.candidate_digest;
  verdict.policy_digest = d.policy.digest;
  verdict.where = evidence.where;
  verdict.limit = evidence.limit;
  verdict.replayed = evidence.replayed;
  verdict.oldest_replayed = evidence.oldest_replayed;
  verdict.cost = evidence.cost;
  verdict.timing = evidence.timing;
  verdict.seed = evidence.seed;
  for (const auto& suite : evidence.suites) {
    verdict.suites.push_back({suite.id, suite.kind, suite.digest, suite.prompt, suite.params, suite.balance});
  }
  if (d.baseline) verdict.baseline = d.baseline->standing;
  if (d.anchor) verdict.anchor = d.anchor->standing;
  verdict.quarantine = d.quarantine;
}

}  // namespace

bool covers(const GateSpec& gate, std::string_view suite) {
  return gate.suites.empty() || std::find(gate.suites.begin(), gate.suites.end(), suite) != gate.suites.end();
}

Verdict decide(const Policy& policy, const RunEvidence& evidence, const Background& background) {
  Deliberation d{policy, evidence, background};
  d.narrowed = !evidence.where.empty() || evidence.limit.has_value();
  d.judges = standing_of(policy, evidence, background.trust);
  check_run(d);
  decide_gates(d);
  auto waivers = apply_waivers(d);
  warn(d);
  Verdict verdict;
  describe_run(verdict, d);
  verdict.kind = aggregate(d);
  verdict.exit = exit_of(d, verdict.kind);
  verdict.reasons = reasons_of(d, verdict.kind);
  verdict.warnings = std::move(d.warnings);
  verdict.stop = standing_of_stop(policy, evidence, verdict.kind, d.rows);
  verdict.waivers = std::move(waivers);
  verdict.waivers_digest = background.waivers.digest;
  for (auto& row : d.rows) {
    row.result.repeats_help = repeats_help(policy, row);
    verdict.gates.push_back(std::move(row.result));
  }
  for (auto& judge : d.judges) verdict.judges.push_back(std::move(judge.standing));
  verdict.canary = readiness(policy, verdict, evidence.started);
  verdict.decision = to_string(sha256(canonical_json(decision_json(verdict))));
  apply_signoffs(policy, background.waivers, verdict);
  return verdict;
}

}  // namespace assay::gate
