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
  v.created_at = "2026-11-21T10:00:00Z";
  return v;
}

TEST(VerdictJson, has_the_keys_of_the_contract_in_order) {
  std::vector<std::string> keys;
  const auto json = verdict_json(verdict());
  for (const auto& [key, value] : json.items()) keys.push_back(key);
  const std::vector<std::string> expected{"schema",   "run",       "verdict",   "exit_code", "decision", "meta",
                                          "reasons",  "warnings",  "candidate", "baseline",  "policy",   "selection",
                                          "replayed", "suites",    "gates",     "canary",    "cost",     "timing",
                                          "waivers",  "approvals", "seed",      "created_at"};
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

TEST(DecisionJson, leaves_out_ids_and_clock_times) {
  auto other = verdict();
  other.run = "r2";
  other.created_at = "2027-01-01T00:00:00Z";
  other.timing.wall_s = 9;
  EXPECT_EQ(canonical_json(decision_json(verdict())), canonical_json(decision_json(other)));
  other.gates[0].estimate = 0.6;
  EXPECT_NE(canonical_json(decision_json(verdict())), canonical_json(decision_json(other)));
}

}  // namespace
}  // namespace assay
