#include <assay/core/verdict.hpp>

#include <gtest/gtest.h>

#include <limits>

namespace assay {
namespace {

Verdict verdict() {
  Verdict v;
  v.run = "r1";
  v.kind = VerdictKind::block;
  v.exit = ExitCode::block;
  v.reasons = {"pass_rate is too low"};
  v.gates.push_back({.id = "floor",
                     .suite = "s",
                     .metric = "pass_rate",
                     .n = 10,
                     .estimate = 0.5,
                     .interval = std::pair(0.2, 0.8),
                     .claim = "pass_rate >= 0.8",
                     .state = GateState::block,
                     .method = "wilson"});
  v.canary.missing = {"a canary plan"};
  v.created_at = "2026-11-21T10:00:00Z";
  return v;
}

TEST(VerdictJson, has_the_keys_of_the_contract_in_order) {
  std::vector<std::string> keys;
  const auto json = verdict_json(verdict());
  for (const auto& [key, value] : json.items()) keys.push_back(key);
  const std::vector<std::string> expected{
      "schema",     "run",      "verdict",    "exit_code", "decision",  "meta",     "reasons",        "warnings",
      "candidate",  "baseline", "anchor",     "policy",    "selection", "replayed", "stop",           "suites",
      "gates",      "judges",   "canary",     "cost",      "timing",    "waivers",  "waivers_digest", "approvals",
      "quarantine", "seed",     "created_at", "prev_hash"};
  EXPECT_EQ(keys, expected);
  EXPECT_EQ(json["verdict"], "BLOCK");
  EXPECT_EQ(json["gates"][0]["interval"], OrderedJson::array({0.2, 0.8}));
}

TEST(VerdictJson, shows_what_was_not_measured_as_null) {
  const auto json = verdict_json(verdict());
  EXPECT_TRUE(json["cost"]["usd"].is_null());
  EXPECT_TRUE(json["timing"]["ttft_ms"]["p50"].is_null());
  EXPECT_TRUE(json["gates"][0]["p"].is_null());
  auto open = verdict();
  open.gates[0].interval = std::pair(1.0, std::numeric_limits<double>::infinity());
  EXPECT_NE(verdict_json(open).dump().find("\"interval\":[1.0,null]"), std::string::npos);
}

TEST(VerdictJson, shows_what_came_from_a_cassette_and_what_was_retried) {
  auto v = verdict();
  EXPECT_EQ(verdict_json(v)["replayed"].dump(), R"({"samples":0,"oldest":null})");
  v.replayed = 12;
  v.oldest_replayed = WallTime{1'700'000'000'000};
  v.cost.cached = 13;
  v.timing.retried = 2;
  v.timing.e2e_retried_ms.p50 = 250;
  const auto json = verdict_json(v);
  EXPECT_EQ(json["replayed"].dump(), R"({"samples":12,"oldest":"2023-11-14T22:13:20Z"})");
  EXPECT_EQ(json["cost"]["cached"], 13);
  EXPECT_EQ(json["timing"]["retried"].dump(), R"({"samples":2,"e2e_ms":{"p50":250.0,"p95":null,"p99":null}})");
}

TEST(VerdictJson, shows_how_far_a_judge_may_be_believed) {
  auto v = verdict();
  v.judges.push_back({.suite = "s", .metric = "polite", .judge = "strict", .model = "judge-1", .state = "unmeasured"});
  v.judges.push_back(v.judges[0]);
  v.judges[1].state = "trusted";
  v.judges[1].youden = 0.8;
  v.judges[1].corrected_interval = std::pair(0.7, 0.9);
  const auto json = verdict_json(v)["judges"];
  EXPECT_EQ(json[0].dump(),
            R"({"suite":"s","metric":"polite","judge":"strict","model":"judge-1","state":"unmeasured","tpr":null,)"
            R"("tnr":null,"youden":null,"youden_lower":null,"labels":0,"age_s":null,"observed":null,"corrected":null,)"
            R"("corrected_interval":null,"people_labels":0,"with_people":null,"with_people_interval":null})");
  EXPECT_EQ(json[1]["youden"], 0.8);
  EXPECT_EQ(json[1]["corrected_interval"].dump(), "[0.7,0.9]");
}

TEST(DecisionJson, of_a_canary_that_lacks_fresh_answers_alone_is_that_of_a_ready_one) {
  auto live = verdict();
  live.canary = {.ready = true};
  auto replay = live;
  replay.canary.ready = false;
  replay.canary.missing = {std::string(kFreshAnswers)};
  EXPECT_EQ(canonical_json(decision_json(live)), canonical_json(decision_json(replay)));
  replay.canary.missing.emplace_back("a sign-off");
  EXPECT_NE(canonical_json(decision_json(live)), canonical_json(decision_json(replay)));
}

TEST(DecisionJson, leaves_out_ids_and_clock_times) {
  auto other = verdict();
  other.run = "r2";
  other.created_at = "2027-01-01T00:00:00Z";
  other.timing.wall_s = 9;
  other.timing.retried = 3;
  other.cost.cached = 10;
  other.replayed = 10;
  other.oldest_replayed = WallTime{1};
  other.canary.missing.emplace_back(kFreshAnswers);
  EXPECT_EQ(canonical_json(decision_json(verdict())), canonical_json(decision_json(other)));
  other.gates[0].estimate = 0.6;
  EXPECT_NE(canonical_json(decision_json(verdict())), canonical_json(decision_json(other)));
}

}  // namespace
}  // namespace assay
