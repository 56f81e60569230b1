#pragma once
/// A run with something of everything: a block, a waiver, an open row, a baseline, an early stop, a quarantine.

#include <assay/reports/report.hpp>

#include <string>

namespace assay::reports {

inline GateResult row_fixture(std::string id, GateState state, double estimate, std::pair<double, double> interval) {
  GateResult gate;
  gate.id = std::move(id);
  gate.suite = "capitals";
  gate.metric = "pass_rate";
  gate.n = 220;
  gate.estimate = estimate;
  gate.interval = interval;
  gate.claim = "pass_rate >= 0.8";
  gate.state = state;
  gate.method = "wilson";
  gate.owner = "geo-team";
  gate.reason = gate.id + " is what it is";
  return gate;
}

inline GateResult compared_fixture(std::string id, GateState state, double candidate, double baseline,
                                   std::pair<double, double> interval) {
  GateResult gate = row_fixture(std::move(id), state, candidate - baseline, interval);
  gate.claim = "pass_rate - baseline > -0.05";
  gate.method = "t";
  gate.against = Against::baseline;
  gate.margin = 0.05;
  gate.of = std::pair(candidate, baseline);
  return gate;
}

inline std::vector<GateResult> rows_fixture() {
  std::vector<GateResult> gates{row_fixture("overall", GateState::pass, 0.912, {0.871, 0.951}),
                                compared_fixture("overall", GateState::block, 0.912, 0.983, {-0.104, -0.038}),
                                row_fixture("by-continent", GateState::block, 0.714, {0.652, 0.771}),
                                compared_fixture("by-continent", GateState::inconclusive, 0.91, 0.93, {-0.06, 0.02}),
                                row_fixture("ttft", GateState::inconclusive, 1.42, {1.1, 1.9}),
                                row_fixture("cost", GateState::error, 0, {0, 0})};
  gates[2].slice = {{"continent", "asia"}};
  gates[2].waiver = "W-12";
  gates[3].slice = {{"continent", "europe"}};
  gates[3].blocking = false;
  gates[4].metric = "ttft_p95";
  gates[4].claim = "ttft_p95 <= 1.5";
  gates[4].unit = Unit::seconds;
  gates[4].axis = Axis::platform;
  gates[4].owner = "ml-platform";
  gates[5].estimate.reset();
  gates[5].interval.reset();
  gates[5].claim = "cost_per_pass <= 0.02";
  gates[5].unit = Unit::usd;
  gates[5].axis = Axis::cost;
  gates[5].owner = "";
  return gates;
}

inline Verdict verdict_fixture() {
  Verdict v;
  v.run = "20261121-153959-ead1a9";
  v.kind = VerdictKind::block;
  v.exit = ExitCode::block;
  v.decision = "sha256:" + std::string(64, 'd');
  v.meta = {{"commit", "3fa9c2"}};
  v.reasons = {"overall (capitals) blocks: pass_rate fell by 7.1 pp, and even its upper bound of -3.8 pp is below 0"};
  v.warnings = {"case jp was removed, and failed in the baseline"};
  v.target = "v7";
  v.model = "support-2026-11";
  v.served_model = "support-2026-11-02";
  v.candidate_digest = "sha256:" + std::string(64, 'c');
  v.policy_digest = "sha256:" + std::string(64, 'e');
  v.gates = rows_fixture();
  v.suites = {{"capitals", "golden", "sha256:" + std::string(64, '5'), "sha256:2", "sha256:3", {300, 290, 2, 3, 5}}};
  v.baseline =
      BaselineStanding{"main", {"r5", "r4", "r3", "r2", "r1"}, 3 * 86400, 219, {"capitals/new"}, {"capitals/old"}, {}};
  v.stop = StopStanding{
      2,
      4,
      0,
      0.6,
      300,
      200,
      "stopped at look 2 of 4, after 60 % of the cases: every blocking gate was decided; 200 samples were not needed"};
  v.waivers = {{"W-12",
                "by-continent",
                "capitals",
                {{"continent", "asia"}},
                "used",
                "",
                "known, mended in v8",
                "ben",
                "ana",
                "quality",
                "T-7",
                "2026-12-15T00:00:00Z"},
               {"W-9",
                "overall",
                "",
                {},
                "expired",
                "it ended on 2026-11-01",
                "old",
                "ben",
                "ana",
                "quality",
                "",
                "2026-11-01T00:00:00Z"}};
  v.waivers_digest = "sha256:" + std::string(64, 'f');
  v.quarantine = {{"capitals", "q1", "geo", "two spellings", "2026-12-01T00:00:00Z", true}};
  v.canary.score = 0;
  v.canary.weakest = "overall (capitals): pass_rate >= main - 0.05 with p 0.98";
  v.canary.checklist = {{"oncall", "geo"}};
  v.canary.missing = {"a verdict of PASS", "a runbook"};
  v.canary.stages = {{0.05, 637, 250, 0.004, 0.02, 12, 640}};
  v.canary.rollback = "sha256:" + std::string(64, 'b');
  v.cost = {.calls = 300, .attempts = 304, .cached = 0, .input_tokens = 12040, .output_tokens = 3412, .usd = 0.0385};
  v.timing.wall_s = 91.2;
  v.timing.concurrency = 16;
  v.timing.e2e_ms = {1420, 2900, 4100};
  v.seed = 7;
  v.created_at = "2026-11-21T15:41:30Z";
  v.prev_hash = "sha256:" + std::string(64, 'a');
  return v;
}

/// A suite of five cases: one that passes, one that fails, a flaky one, one without an answer, one in quarantine.
inline SuiteEvidence suite_fixture() {
  SuiteEvidence suite;
  suite.id = "capitals";
  suite.digest = "sha256:" + std::string(64, '5');
  suite.owners = {{"quality", "geo-team"}};
  suite.balance = {300, 290, 2, 3, 5};
  Column latency{"latency", Unit::seconds, Direction::down, {}, {}};
  const auto add = [&](std::uint32_t kase, OutcomeKind outcome, bool pass, double seconds) {
    suite.rows.push_back({kase, outcome, pass, false});
    latency.values.push_back(seconds);
    latency.known.push_back(outcome == OutcomeKind::scored ? 1 : 0);
  };
  for (const char* id : {"fr", "jp", "de", "it", "q1"}) {
    suite.cases.add(static_cast<std::uint32_t>(suite.cases.size()), id, "", "", {{"continent", "europe"}});
  }
  add(0, OutcomeKind::scored, true, 0.5);
  add(0, OutcomeKind::scored, true, 0.7);
  add(1, OutcomeKind::scored, false, 0.4);
  add(1, OutcomeKind::scored, false, 0.4);
  add(2, OutcomeKind::scored, true, 0.4);
  add(2, OutcomeKind::scored, false, 0.4);
  add(3, OutcomeKind::endpoint_error, false, 0);
  add(3, OutcomeKind::endpoint_error, false, 0);
  add(4, OutcomeKind::scored, false, 0.4);
  add(4, OutcomeKind::scored, true, 0.4);
  suite.columns = {latency};
  return suite;
}

inline FailingCase failing_fixture(std::string id, std::string what, std::uint32_t failed, std::string answer) {
  FailingCase kase;
  kase.suite = "capitals";
  kase.id = std::move(id);
  kase.what = std::move(what);
  kase.failed = failed;
  kase.samples = 2;
  kase.check = "contains";
  kase.answer = std::move(answer);
  kase.tags = {{"continent", "europe"}};
  kase.latency_s = 0.4;
  return kase;
}

inline Report report_fixture() {
  Report report;
  report.verdict = verdict_fixture();
  report.files = {{"capitals", "suites/capitals.yaml"}};
  report.suites = {suite_fixture()};
  report.failing.worst = {failing_fixture("jp", "contains: the answer does not contain 'Tokyo'", 2, "Kyoto,\nI think"),
                          failing_fixture("de", "contains: the answer does not contain 'Berlin'", 1, "Bonn"),
                          failing_fixture("it", "no first token within 30 s; raise timeout.first_token", 2, ""),
                          failing_fixture("q1", "contains: the answer does not contain 'Kyiv'", 1, "Kiev")};
  report.failing.worst[0].blocked = 1;
  report.failing.worst[1].waivers = {"W-12"};
  report.failing.worst[2].check = "";
  report.failing.worst[2].outcome = OutcomeKind::endpoint_error;
  report.failing.worst[3].quarantined = true;
  report.failing.others = 3;
  return report;
}

}  // namespace assay::reports
