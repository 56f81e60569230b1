// What a library user does: decide on evidence of one's own.
#include <assay/gate/gate.hpp>

#include <iostream>

int main() {
  assay::RunEvidence evidence;
  evidence.run = "consumer";
  assay::SuiteEvidence suite;
  suite.id = "mine";
  for (std::uint32_t i = 0; i < 40; ++i) {
    suite.cases.add(i, "case-" + std::to_string(i), "", "", {});
    suite.rows.push_back({i, assay::OutcomeKind::scored, true});
  }
  suite.balance.planned = suite.balance.scored = suite.rows.size();
  evidence.suites.push_back(suite);

  assay::Diagnostics diagnostics;
  const auto policy = assay::gate::apply(assay::gate::default_policy(), {{.id = "mine", .cases = 40}}, diagnostics);
  const auto verdict = assay::gate::decide(policy, evidence);
  std::cout << name(verdict.kind) << '\n';
  return verdict.kind == assay::VerdictKind::pass ? 0 : 1;
}
