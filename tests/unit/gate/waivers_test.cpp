#include "tests/support/temp_dir.hpp"
#include "tests/unit/gate/evidence_builder.hpp"

#include <assay/gate/gate.hpp>

#include <gtest/gtest.h>

namespace assay::gate {
namespace {

using testing::contains;
using testing::floor_gate;
using testing::max_gate;
using testing::policy_of;
using testing::run_of;
using testing::SuiteBuilder;
using testing::zero_gate;

std::string all(const Diagnostics& diagnostics) {
  std::string text;
  for (const auto& error : diagnostics.errors()) text += to_string(error) + "\n";
  return text;
}

std::optional<Waivers> load(const std::string& text, Diagnostics& diagnostics) {
  const test::TempDir folder;
  return load_waivers(folder.write("waivers.yaml", text), diagnostics);
}

WallTime at(std::string_view time) {
  return *from_rfc3339(time);
}

// ------------------------------------------------------------------------------------------------ the file

constexpr std::string_view kWaiver =
    "id: W-12, gate: by-continent, suite: capitals, slice: {continent: asia}, candidate: \"sha256:ab\", limit: 0.74, "
    "reason: known, author: ben, approver: ana, role: quality, ticket: GEO-1, expires: 2026-12-15";

TEST(LoadWaivers, reads_the_contracts_file) {
  Diagnostics diagnostics;
  const auto waivers = load("version: 1\nwaivers:\n  - {" + std::string(kWaiver) + R"(}
signoffs: [{decision: "sha256:cd", candidate: "sha256:ef", role: quality, by: ana, at: 2026-11-21T10:00:00Z}]
quarantine: [{suite: capitals, case: jp, owner: geo, reason: flaky, expires: 2026-12-01}]
weakenings: [{gate: overall, key: floor, from: 0.85, to: 0.80, reason: "too strict", by: ana}]
)",
                            diagnostics);
  ASSERT_TRUE(waivers) << all(diagnostics);
  ASSERT_EQ(waivers->waivers.size(), 1u);
  const auto& waiver = waivers->waivers[0];
  EXPECT_EQ(waiver.id, "W-12");
  EXPECT_EQ(waiver.gate, "by-continent");
  EXPECT_EQ(waiver.suite, "capitals");
  EXPECT_EQ(waiver.slice, (Tags{{"continent", "asia"}}));
  EXPECT_EQ(waiver.candidate, "sha256:ab");
  EXPECT_EQ(waiver.limit, 0.74);
  EXPECT_EQ(waiver.ticket, "GEO-1");
  EXPECT_EQ(to_rfc3339(waiver.expires), "2026-12-15T23:59:59Z") << "a date is good for its day";
  EXPECT_EQ(waiver.at.line, 3);
  ASSERT_EQ(waivers->signoffs.size(), 1u);
  EXPECT_EQ(waivers->signoffs[0].candidate, "sha256:ef");
  EXPECT_EQ(to_rfc3339(waivers->signoffs[0].at), "2026-11-21T10:00:00Z");
  ASSERT_EQ(waivers->quarantine.size(), 1u);
  EXPECT_EQ(waivers->quarantine[0].case_id, "jp");
  ASSERT_EQ(waivers->weakenings.size(), 1u);
  EXPECT_EQ(waivers->weakenings[0].to, "0.80") << "as written";
  EXPECT_TRUE(waivers->digest.starts_with("sha256:"));
}

TEST(LoadWaivers, refuses_each_fault_by_name) {
  const auto with = [](std::string_view from, std::string_view to) {
    std::string line(kWaiver);
    const auto found = line.find(from);
    EXPECT_NE(found, std::string::npos) << from;
    line.replace(found, from.size(), to);
    return "version: 1\nwaivers:\n  - {" + line + "}\n";
  };
  struct Row {
    std::string text;
    std::string says;
  };
  const std::vector<Row> rows{
      {with("reason: known, ", ""), "needs the key 'reason'"},
      {with("reason: known", "reason: ' '"), "reason is empty"},
      {with("ticket: GEO-1, ", ""), "needs the key 'ticket'"},
      {with("approver: ana, ", ""), "needs the key 'approver'"},
      {with("author: ben, ", ""), "needs the key 'author'"},
      {with("role: quality, ", ""), "needs the key 'role'"},
      {with("limit: 0.74, ", ""), "needs the key 'limit'"},
      {with("limit: 0.74", "limit: low"), "limit must be a number or a duration"},
      {with("gate: by-continent, ", ""), "needs the key 'gate'"},
      {with("id: W-12, ", ""), "needs the key 'id'"},
      {with(", expires: 2026-12-15", ""), "needs the key 'expires'"},
      {with("2026-12-15", "soon"), "expires must be a date"},
      {with("2026-12-15", "2026-13-15"), "expires must be a date"},
      {with("approver: ana", "approver: ' Ben '"), "approved by its author"},
      {with("expires: ", "created: 2026-11-01, expires: "), "more than 30 days"},
      {with("expires: ", "created: 2026-12-16, expires: "), "before it was created"},
      {with("limit: ", "limits: 1, limit: "), "unknown key 'limits'"},
      {with("expires: 2026-12-15", "expires: 2026-12-15}\n  - {" + std::string(kWaiver)), "two waivers with the id"},
      {"version: 1\nwaivers: {id: a}\n", "waivers must be a list"},
      {"version: 1\nwaivers: [W-12]\n", "waiver must be a mapping"},
      {"version: 2\n", "version 2"},
      {"waivers: []\n", "version"},
      {"version: 1\nwaiver: []\n", "did you mean 'waivers'"},
      {"version: 1\nsignoffs: [{decision: a, role: quality, by: ana}]\n", "needs the key 'at'"},
      {"version: 1\nquarantine: [{suite: a, case: b, owner: c, expires: 2026-12-01}]\n", "needs the key 'reason'"},
      {"version: 1\nweakenings: [{gate: a, key: floor, from: 1, to: 0, by: ana}]\n", "needs the key 'reason'"},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.text);
    Diagnostics diagnostics;
    EXPECT_FALSE(load(row.text, diagnostics));
    EXPECT_TRUE(contains(all(diagnostics), row.says)) << all(diagnostics);
  }
}

TEST(LoadWaivers, reports_all_faults_with_their_lines) {
  Diagnostics diagnostics;
  EXPECT_FALSE(load("version: 1\nwaivers:\n  - {id: a}\nsignoffs:\n  - {role: quality}\n", diagnostics));
  EXPECT_EQ(diagnostics.error_count(), 11u) << all(diagnostics);
  EXPECT_EQ(diagnostics.errors().front().at.line, 3);
  EXPECT_EQ(diagnostics.errors().back().at.line, 5);
}

TEST(LoadWaivers, thirty_days_from_a_date_are_allowed_and_no_more) {
  for (const auto& [expires, ok] : {std::pair("2026-12-15", true), std::pair("2026-12-16", false)}) {
    SCOPED_TRACE(expires);
    std::string line(kWaiver);
    line.replace(line.find("expires"), std::string::npos, std::string("created: 2026-11-15, expires: ") + expires);
    Diagnostics diagnostics;
    EXPECT_EQ(load("version: 1\nwaivers: [{" + line + "}]\n", diagnostics).has_value(), ok) << all(diagnostics);
  }
}

TEST(WaiversSchema, knows_the_keys_that_the_loader_reads_and_no_other) {
  const auto schema = waivers_schema();
  EXPECT_EQ(schema["additionalProperties"], false);
  std::size_t keys = 0;
  for (const auto& [list, value] : schema["properties"].items()) {
    EXPECT_TRUE(value.contains("description")) << list;
    if (list == "version") continue;
    for (const auto& [key, inner] : value["items"]["properties"].items()) {
      SCOPED_TRACE(list + "." + key);
      EXPECT_TRUE(inner.contains("description"));
      Diagnostics diagnostics;
      (void)load("version: 1\n" + list + ": [{" + key + ": [[]]}]\n", diagnostics);
      EXPECT_EQ(all(diagnostics).find("unknown key"), std::string::npos) << all(diagnostics);
      ++keys;
    }
  }
  EXPECT_EQ(keys, 13u + 5u + 5u + 7u);
}

// -------------------------------------------------------------------------------------------- the decision

constexpr std::string_view kNow = "2026-11-21T10:00:00Z";

/// A waiver that covers the gate `overall` of suite `capitals` down to a pass rate of 0.4.
Waiver waiver() {
  return {.id = "W-12",
          .gate = "overall",
          .suite = "capitals",
          .slice = {},
          .candidate = {},
          .limit = 0.4,
          .reason = "known",
          .author = "ben",
          .approver = "ana",
          .role = "quality",
          .ticket = "GEO-1",
          .created = {},
          .expires = at("2026-12-01T00:00:00Z"),
          .at = {}};
}

/// Half of the cases pass: a floor of 0.8 blocks.
SuiteBuilder half() {
  SuiteBuilder suite;
  for (int i = 0; i < 40; ++i) suite.add(i % 2 == 0 ? "p" : "f", {{"continent", i < 20 ? "asia" : "europe"}});
  return suite;
}

Verdict decide_with(const Policy& policy, const RunEvidence& run, std::vector<Waiver> waivers) {
  Background background;
  background.waivers.waivers = std::move(waivers);
  background.waivers.digest = "sha256:file";
  background.now = at(kNow);
  return decide(policy, run, background);
}

Verdict decide_with(std::vector<Waiver> waivers, GateSpec gate = floor_gate(0.8)) {
  auto run = run_of({half().suite});
  run.candidate_digest = "sha256:ab";
  return decide_with(policy_of({std::move(gate)}), run, std::move(waivers));
}

bool warned(const Verdict& verdict, std::string_view of) {
  return std::any_of(verdict.warnings.begin(), verdict.warnings.end(),
                     [&](const std::string& warning) { return contains(warning, of); });
}

TEST(Waiver, turns_a_block_into_a_pass_that_says_so) {
  const auto plain = decide_with(std::vector<Waiver>{});
  ASSERT_EQ(plain.kind, VerdictKind::block);
  const auto verdict = decide_with({waiver()});
  EXPECT_EQ(verdict.kind, VerdictKind::pass_with_waiver);
  EXPECT_EQ(verdict.exit, ExitCode::pass);
  EXPECT_EQ(verdict.gates[0].state, GateState::block) << "what was proved stays proved";
  EXPECT_EQ(verdict.gates[0].waiver, "W-12");
  ASSERT_EQ(verdict.waivers.size(), 1u);
  EXPECT_EQ(verdict.waivers[0].state, "used");
  EXPECT_EQ(verdict.waivers[0].expires, "2026-12-01T00:00:00Z");
  EXPECT_EQ(verdict.waivers_digest, "sha256:file");
  EXPECT_TRUE(contains(verdict.reasons.at(0), "waiver W-12")) << verdict.reasons[0];
  EXPECT_TRUE(contains(verdict.reasons.at(0), "approved by ana")) << verdict.reasons[0];
  EXPECT_NE(verdict.decision, plain.decision);
}

TEST(Waiver, that_does_not_hold_leaves_the_block) {
  struct Row {
    std::string what;
    void (*change)(Waiver&);
    std::string state;
    std::string why;
    std::string warning;
  };
  const std::vector<Row> rows{
      {"another gate", [](Waiver& w) { w.gate = "other"; }, "unused", "nothing", "gate 'other', which the policy"},
      {"another suite", [](Waiver& w) { w.suite = "rivers"; }, "unused", "nothing", ""},
      {"a slice of it", [](Waiver& w) { w.slice = {{"continent", "asia"}}; }, "unused", "nothing", ""},
      {"another candidate", [](Waiver& w) { w.candidate = "sha256:cd"; }, "unused", "another candidate",
       "does not cover gate 'overall'"},
      {"beyond its limit", [](Waiver& w) { w.limit = 0.51; }, "unused", "0.5, worse than its limit 0.51",
       "does not cover gate 'overall'"},
      {"expired", [](Waiver& w) { w.expires = at(kNow); }, "expired", "2026-11-21T10:00:00Z",
       "W-12 is ignored: it expired"},
      {"too long from now", [](Waiver& w) { w.expires = at("2026-12-22T10:00:00Z"); }, "refused", "more than 30 days",
       "W-12 is ignored"},
      {"too long from its creation",
       [](Waiver& w) {
         w.created = at("2026-10-20T00:00:00Z");
         w.expires = at("2026-11-30T00:00:00Z");
       },
       "refused", "more than 30 days", "W-12 is ignored"},
      {"created in the future, which buys no days",
       [](Waiver& w) {
         w.created = at("2099-01-01T00:00:00Z");
         w.expires = at("2099-01-20T00:00:00Z");
       },
       "refused", "more than 30 days", "W-12 is ignored"},
      {"approved by its author", [](Waiver& w) { w.approver = " BEN"; }, "refused", "its author ben", "is ignored"},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.what);
    auto changed = waiver();
    row.change(changed);
    const auto verdict = decide_with({changed});
    EXPECT_EQ(verdict.kind, VerdictKind::block);
    EXPECT_EQ(verdict.exit, ExitCode::block);
    EXPECT_FALSE(verdict.gates[0].waiver);
    EXPECT_EQ(verdict.waivers.at(0).state, row.state);
    EXPECT_TRUE(contains(verdict.waivers[0].why, row.why)) << verdict.waivers[0].why;
    EXPECT_EQ(warned(verdict, "waiver W-12"), !row.warning.empty());
    if (!row.warning.empty()) EXPECT_TRUE(warned(verdict, row.warning)) << ::testing::PrintToString(verdict.warnings);
  }
}

TEST(Waiver, holds_as_long_as_it_may) {
  struct Row {
    std::string what;
    void (*change)(Waiver&);
  };
  for (const auto& row : {Row{"every suite", [](Waiver& w) { w.suite.clear(); }},
                          Row{"this candidate", [](Waiver& w) { w.candidate = "sha256:ab"; }},
                          Row{"its limit exactly", [](Waiver& w) { w.limit = 0.5; }},
                          Row{"its last moment", [](Waiver& w) { w.expires = {at(kNow).unix_ms + 1}; }},
                          Row{"thirty days from now", [](Waiver& w) { w.expires = at("2026-12-21T10:00:00Z"); }}}) {
    SCOPED_TRACE(row.what);
    auto changed = waiver();
    row.change(changed);
    EXPECT_EQ(decide_with({changed}).kind, VerdictKind::pass_with_waiver);
  }
}

TEST(Waiver, of_a_slice_covers_exactly_that_slice) {
  auto gate = floor_gate(0.8);
  gate.by = "continent";
  auto asia = waiver();
  asia.slice = {{"continent", "asia"}};
  const auto one = decide_with({asia}, gate);
  EXPECT_EQ(one.kind, VerdictKind::block) << "europe blocks still";
  EXPECT_EQ(one.gates[0].waiver, "W-12");
  EXPECT_FALSE(one.gates[1].waiver);
  auto europe = asia;
  europe.id = "W-13";
  europe.slice = {{"continent", "europe"}};
  EXPECT_EQ(decide_with({asia, europe}, gate).kind, VerdictKind::pass_with_waiver);
}

TEST(Waiver, of_a_ceiling_holds_below_its_limit) {
  SuiteBuilder suite;
  suite.add_many(40, "p").column("length", Unit::chars, std::vector<double>(40, 700), Direction::down);
  auto gate = max_gate(600, "length");
  auto longer = waiver();
  longer.gate = gate.id;
  for (const auto& [limit, kind] : {std::pair(750.0, VerdictKind::pass_with_waiver), {650.0, VerdictKind::block}}) {
    SCOPED_TRACE(limit);
    longer.limit = limit;
    EXPECT_EQ(decide_with(policy_of({gate}), run_of({suite.suite}), {longer}).kind, kind);
  }
}

TEST(Waiver, of_a_floor_beside_a_ceiling_holds_above_its_limit) {
  SuiteBuilder suite;
  suite.add_many(40, "p").column("length", Unit::chars, std::vector<double>(40, 3), Direction::up);
  auto gate = max_gate(600, "length");
  gate.floor = 10;
  auto shorter = waiver();
  shorter.gate = gate.id;
  for (const auto& [limit, kind] : {std::pair(2.0, VerdictKind::pass_with_waiver), {5.0, VerdictKind::block}}) {
    SCOPED_TRACE(limit);
    shorter.limit = limit;
    EXPECT_EQ(decide_with(policy_of({gate}), run_of({suite.suite}), {shorter}).kind, kind);
  }
}

TEST(Waiver, of_a_comparison_where_less_is_better_holds_below_its_limit) {
  SuiteBuilder before;
  before.add_many(40, "p").column("length", Unit::chars, std::vector<double>(40, 100), Direction::down);
  auto baseline = run_of({before.suite});
  baseline.run = "r0";
  SuiteBuilder now;
  now.add_many(40, "p").column("length", Unit::chars, std::vector<double>(40, 700), Direction::down);
  Background background;
  background.baseline = {.ref = "main", .runs = {baseline}};
  background.now = at(kNow);
  const GateSpec gate{.id = "overall", .metric = "length", .margin = 50};
  for (const auto& [limit, kind] : {std::pair(750.0, VerdictKind::pass_with_waiver), {650.0, VerdictKind::block}}) {
    SCOPED_TRACE(limit);
    auto longer = waiver();
    longer.limit = limit;
    background.waivers.waivers = {longer};
    const auto verdict = decide(policy_of({gate}), run_of({now.suite}), background);
    EXPECT_EQ(verdict.kind, kind) << verdict.gates.at(0).reason;
  }
}

TEST(Waiver, of_a_comparison_is_held_against_the_candidates_own_value) {
  SuiteBuilder before;
  before.add_many(40, "p");
  auto baseline = run_of({before.suite});
  baseline.run = "r0";
  Background background;
  background.baseline = {.ref = "main", .runs = {baseline}};
  background.now = at(kNow);
  GateSpec gate{.id = "overall", .metric = "pass_rate", .margin = 0.1};
  for (const auto& [limit, kind] : {std::pair(0.4, VerdictKind::pass_with_waiver), {0.6, VerdictKind::block}}) {
    SCOPED_TRACE(limit);
    auto lower = waiver();
    lower.limit = limit;
    background.waivers.waivers = {lower};
    const auto verdict = decide(policy_of({gate}), run_of({half().suite}), background);
    ASSERT_EQ(verdict.gates.size(), 1u);
    ASSERT_TRUE(verdict.gates[0].estimate) << verdict.gates[0].reason;
    EXPECT_NEAR(*verdict.gates[0].estimate, -0.5, 1e-9) << "half of the cases were lost";
    EXPECT_EQ(verdict.kind, kind);
  }
}

TEST(Waiver, of_a_safety_gate_takes_the_security_approver) {
  auto gate = zero_gate();
  gate.id = "overall";
  gate.axis = Axis::safety;
  const auto quality = decide_with({waiver()}, gate);
  EXPECT_EQ(quality.kind, VerdictKind::block) << "a proven failure, and the wrong approver";
  EXPECT_EQ(quality.waivers[0].state, "refused");
  EXPECT_TRUE(warned(quality, "takes an approver of the role security"));
  auto security = waiver();
  security.role = "Security";
  EXPECT_EQ(decide_with({security}, gate).kind, VerdictKind::pass_with_waiver);
  gate.axis = Axis::quality;
  EXPECT_EQ(decide_with({waiver()}, gate).kind, VerdictKind::pass_with_waiver) << "no safety, no security";
}

TEST(Waiver, is_never_good_for_an_error) {
  auto run = run_of({half().suite});
  run.stopped = "the endpoint is down";
  const auto verdict = decide_with(policy_of({floor_gate(0.8)}), run, {waiver()});
  EXPECT_EQ(verdict.kind, VerdictKind::error);
  EXPECT_FALSE(verdict.gates[0].waiver);
  auto gate = zero_gate();
  gate.id = "overall";
  const auto proven = decide_with(policy_of({gate}), run, {waiver()});
  EXPECT_EQ(proven.gates[0].waiver, "W-12") << "the failure is let pass";
  EXPECT_EQ(proven.kind, VerdictKind::error) << "the measurement is not";
  EXPECT_EQ(proven.exit, ExitCode::error);
}

TEST(Waiver, is_never_good_for_what_is_open) {
  SuiteBuilder few;
  few.add_many(8, "p");
  const auto open = decide_with(policy_of({floor_gate(0.8)}), run_of({few.suite}), {waiver()});
  EXPECT_EQ(open.kind, VerdictKind::inconclusive);
  EXPECT_FALSE(open.gates[0].waiver);
  auto other = floor_gate(0.52);
  other.id = "other";
  const auto both = decide_with(policy_of({floor_gate(0.8), other}), run_of({half().suite}), {waiver()});
  EXPECT_EQ(both.kind, VerdictKind::inconclusive) << "one gate is let pass, the other is open";
  EXPECT_EQ(both.exit, ExitCode::inconclusive);
}

TEST(Waiver, does_not_let_a_narrowed_run_pass) {
  auto run = run_of({half().suite});
  run.limit = 40;
  EXPECT_EQ(decide_with(policy_of({floor_gate(0.8)}), run, {waiver()}).kind, VerdictKind::inconclusive);
}

TEST(Waiver, one_of_two_that_fits_is_enough_and_the_other_is_reported) {
  auto expired = waiver();
  expired.id = "W-11";
  expired.expires = at("2026-11-01T00:00:00Z");
  auto spare = waiver();
  spare.id = "W-13";
  const auto verdict = decide_with({expired, waiver(), spare});
  EXPECT_EQ(verdict.gates[0].waiver, "W-12");
  EXPECT_EQ(verdict.waivers[0].state, "expired");
  EXPECT_EQ(verdict.waivers[1].state, "used");
  EXPECT_EQ(verdict.waivers[2].state, "unused");
}

// --------------------------------------------------------------------------------------------- signatures

TEST(Signoff, may_name_the_candidate_as_two_that_answer_alike_come_to_one_decision) {
  SuiteBuilder good;
  good.add_many(40, "p");
  auto run = run_of({good.suite});
  run.candidate_digest = "sha256:one";
  auto policy = policy_of({floor_gate(0.8)});
  policy.signoff = {"quality"};
  Background background;
  background.waivers.signoffs = {{decide(policy, run).decision, "quality", "ana", at(kNow), "sha256:one"}};
  EXPECT_TRUE(decide(policy, run, background).canary.unsigned_roles.empty());
  run.candidate_digest = "sha256:other";
  const auto other = decide(policy, run, background);
  EXPECT_EQ(other.decision, background.waivers.signoffs[0].decision);
  EXPECT_EQ(other.canary.unsigned_roles, policy.signoff);
}

TEST(Signoff, is_good_for_one_decision_and_is_no_part_of_it) {
  SuiteBuilder good;
  good.add_many(40, "p");
  const auto run = run_of({good.suite});
  auto policy = policy_of({floor_gate(0.8)});
  policy.signoff = {"quality", "platform"};
  const auto bare = decide(policy, run);
  EXPECT_EQ(bare.kind, VerdictKind::pass) << "a missing signature leaves the exit code";
  EXPECT_EQ(bare.exit, ExitCode::pass);
  EXPECT_EQ(bare.canary.unsigned_roles, policy.signoff);
  EXPECT_FALSE(bare.canary.ready);
  Background background;
  background.now = at(kNow);
  background.waivers.signoffs = {{bare.decision, "Quality", "ana", at(kNow), {}},
                                 {"sha256:of-another-decision", "platform", "ben", at(kNow), {}}};
  const auto half_signed = decide(policy, run, background);
  EXPECT_EQ(half_signed.decision, bare.decision);
  EXPECT_EQ(half_signed.canary.unsigned_roles, std::vector<std::string>{"platform"});
  ASSERT_EQ(half_signed.approvals.size(), 1u);
  EXPECT_EQ(half_signed.approvals[0].by, "ana");
  EXPECT_EQ(half_signed.approvals[0].at, kNow);
  background.waivers.signoffs[1].decision = bare.decision;
  const auto whole = decide(policy, run, background);
  EXPECT_TRUE(whole.canary.unsigned_roles.empty());
  EXPECT_EQ(whole.decision, bare.decision);
}

}  // namespace
}  // namespace assay::gate
