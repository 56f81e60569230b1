#include <assay/core/verdict.hpp>

#include <gtest/gtest.h>

#include <limits>

namespace assay {
namespace {

// Every field differs from its default, so that one that is forgotten is seen.
Verdict full() {
  Verdict v;
  v.run = "r1";
  v.kind = VerdictKind::pass_with_waiver;
  v.exit = ExitCode::pass;
  v.decision = "sha256:d";
  v.meta = {{"commit", "3fa9c2"}};
  v.reasons = {"why"};
  v.warnings = {"mind"};
  v.target = "v7";
  v.model = "m";
  v.served_model = "m-1";
  v.candidate_digest = "sha256:c";
  v.policy_digest = "sha256:p";
  v.policy_sealed_at = "2026-11-21T10:00:00Z";
  v.where = {{"topic", "t1"}};
  v.limit = 7;
  v.suites = {{"s", "adversarial", "sha256:1", "sha256:2", "sha256:3", {10, 4, 3, 2, 1}}};
  GateResult gate;
  gate.id = "overall";
  gate.suite = "s";
  gate.metric = "ttft_p95";
  gate.slice = {{"topic", "t3"}};
  gate.n = 9;
  gate.estimate = 0.25;
  gate.interval = std::pair(-0.5, std::numeric_limits<double>::infinity());
  gate.alpha = 0.01;
  gate.claim = "not worse by 0.05";
  gate.state = GateState::block;
  gate.blocking = false;
  gate.method = "t";
  gate.p = 0.5;
  gate.mde = 0.1;
  gate.reason = "because";
  gate.waiver = "W-12";
  gate.unit = Unit::seconds;
  gate.axis = Axis::platform;
  gate.owner = "ml-platform";
  gate.against = Against::anchor;
  gate.margin = 0.05;
  gate.of = std::pair(1.5, 1.25);
  v.gates = {gate};
  JudgeStanding judge;
  judge.suite = "s";
  judge.metric = "rubric";
  judge.judge = "strict";
  judge.model = "j";
  judge.state = "weak";
  judge.tpr = 0.9;
  judge.tnr = 0.8;
  judge.youden = 0.7;
  judge.youden_lower = 0.6;
  judge.labels = 200;
  judge.age_s = 60;
  judge.observed = 0.78;
  judge.corrected = 0.75;
  judge.corrected_interval = std::pair(0.7, 0.8);
  judge.people_labels = 20;
  judge.with_people = 0.77;
  judge.with_people_interval = std::pair(0.72, 0.81);
  v.judges = {judge};
  v.baseline = BaselineStanding{"main", {"r0", "q0"}, 3600, 90, {"s/new"}, {"s/old"}, {"s/changed"}};
  v.anchor = BaselineStanding{"ga", {"a0"}, 7200, 80, {}, {}, {}};
  v.stop = StopStanding{2, 4, 1, 0.6, 300, 200, "every blocking gate is decided"};
  v.waivers = {{"W-12",
                "overall",
                "s",
                {{"topic", "t3"}},
                "used",
                "why",
                "reason",
                "ben",
                "ana",
                "quality",
                "T-1",
                "2026-12-15T00:00:00Z"}};
  v.waivers_digest = "sha256:w";
  v.approvals = {{"quality", "ana", "2026-11-21T10:00:00Z"}};
  v.quarantine = {{"s", "jp", "geo", "flaky", "2026-12-01T00:00:00Z", false}};
  v.canary.ready = true;
  v.canary.score = 97.5;
  v.canary.weakest = "overall";
  v.canary.missing = {"a runbook"};
  v.canary.unsigned_roles = {"platform"};
  v.canary.stages = {{0.05, 637, 250, 0.004, 0.02, 12, 640}};
  v.canary.tolerated_ratio = 3;
  v.canary.rollback = "sha256:b";
  v.canary.checklist = {{"oncall", "geo"}};
  v.replayed = 5;
  v.oldest_replayed = from_rfc3339("2026-11-20T10:00:00Z");
  v.cost = {.calls = 1, .attempts = 2, .cached = 3, .input_tokens = 4, .output_tokens = 5, .usd = 0.5};
  v.timing.wall_s = 12.5;
  v.timing.concurrency = 8;
  v.timing.retried = 2;
  v.timing.e2e_retried_ms = {1, 2, 3};
  v.timing.ttft_ms = {4, 5, 6};
  v.timing.e2e_ms = {7, 8, std::nullopt};
  v.timing.itl_ms = {10, 11, 12};
  v.seed = 42;
  v.created_at = "2026-11-21T10:05:00Z";
  v.prev_hash = "sha256:before";
  return v;
}

std::string text_of(const Verdict& verdict) {
  return verdict_json(verdict).dump(2);
}

TEST(VerdictRead, gives_back_every_field_that_was_written) {
  const auto written = text_of(full());
  const auto read = verdict_from_json(*parse_json(written));
  ASSERT_TRUE(read) << to_string(read.error());
  EXPECT_EQ(text_of(*read), written);
  EXPECT_EQ(canonical_json(decision_json(*read)), canonical_json(decision_json(full())));
}

TEST(VerdictRead, what_was_not_measured_stays_so) {
  const auto written = text_of(Verdict{});
  const auto read = verdict_from_json(*parse_json(written));
  ASSERT_TRUE(read) << to_string(read.error());
  EXPECT_EQ(text_of(*read), written);
}

// Whoever reads a verdict must not take something else for a PASS.
TEST(VerdictRead, refuses_what_is_no_verdict) {
  for (const char* text : {"null", "[]", "{}", R"({"schema": "assay.verdict/2", "verdict": "PASS", "exit_code": 0})",
                           R"({"schema": "assay.verdict/1", "verdict": "PASS"})",
                           R"({"schema": "assay.verdict/1", "verdict": 0, "exit_code": 0})",
                           R"({"schema": "assay.verdict/1", "verdict": "PASS", "exit_code": 0, "gates": [1]})"}) {
    EXPECT_FALSE(verdict_from_json(*parse_json(text))) << text;
  }
  const auto odd =
      verdict_from_json(*parse_json(R"({"schema": "assay.verdict/1", "verdict": "FINE", "exit_code": 0})"));
  ASSERT_TRUE(odd);
  EXPECT_EQ(odd->kind, VerdictKind::error);
}

}  // namespace
}  // namespace assay
