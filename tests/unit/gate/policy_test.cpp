#include <assay/gate/gate.hpp>

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace assay::gate {
namespace {

/// A policy file that lives as long as the test's row.
class PolicyFile {
 public:
  explicit PolicyFile(const std::string& text)
      : path_(std::filesystem::temp_directory_path() / ("assay-policy-" + std::to_string(::getpid()) + ".yaml")) {
    std::ofstream(path_) << text;
  }
  ~PolicyFile() { std::filesystem::remove(path_); }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

std::optional<Policy> load(const std::string& text, Diagnostics& diagnostics) {
  const PolicyFile file(text);
  return load_policy(file.path(), diagnostics);
}

std::string all(const Diagnostics& diagnostics) {
  std::string text;
  for (const auto& error : diagnostics.errors()) text += to_string(error) + "\n";
  return text;
}

std::string one_gate(const std::string& gate) {
  return "version: 1\ngates:\n  - {" + gate + "}\n";
}

TEST(LoadPolicy, reads_every_key_of_this_version) {
  Diagnostics diagnostics;
  const auto policy = load(R"(
version: 1
alpha: 0.01
max_error_rate: 0.05
judge: {min_youden: 0.6, max_age: 90d}
gates:
  - {id: overall, metric: pass_rate, floor: 0.80}
  - {id: critical, metric: pass_rate, where: {severity: critical, tier: 1}, zero_tolerance: true, max_rate: 0.01}
  - {id: by-continent, suite: capitals, metric: pass_rate, by: continent, floor: 0.6, min_n: 25, on_inconclusive: fail}
  - {id: ttft, suite: [capitals, other], metric: ttft_p95, max: 1.5s}
  - {id: cost, metric: cost_per_pass, max: 0.02}
  - {id: slow, metric: my_latency, max: 800ms, on_inconclusive: warn}
  - {id: reliable, metric: pass_pow_4, floor: 0.5}
  - {id: mostly, metric: polite.pass, at_least: 4, floor: 0.9}
on_inconclusive: warn
)",
                           diagnostics);
  ASSERT_TRUE(policy) << all(diagnostics);
  EXPECT_EQ(policy->alpha, 0.01);
  EXPECT_EQ(policy->max_error_rate, 0.05);
  EXPECT_TRUE(policy->warn_on_inconclusive);
  ASSERT_EQ(policy->gates.size(), 8u);
  ASSERT_TRUE(policy->judge);
  EXPECT_EQ(policy->judge->min_youden, 0.6);
  EXPECT_EQ(policy->judge->max_age, std::chrono::hours(90 * 24));
  EXPECT_EQ(policy->gates[7].at_least, 4u);
  EXPECT_EQ(policy->gates[0].floor, 0.8);
  EXPECT_TRUE(policy->gates[1].zero_tolerance);
  EXPECT_EQ(policy->gates[1].max_rate, 0.01);
  EXPECT_EQ(policy->gates[1].where, (Tags{{"severity", "critical"}, {"tier", "1"}}));
  EXPECT_EQ(policy->gates[2].by, "continent");
  EXPECT_EQ(policy->gates[2].min_n, 25u);
  EXPECT_EQ(policy->gates[2].warn_if_open, false);
  EXPECT_EQ(policy->gates[3].max, 1.5);
  EXPECT_EQ(policy->gates[3].suites, (std::vector<std::string>{"capitals", "other"}));
  EXPECT_EQ(policy->gates[4].max, 0.02);
  EXPECT_EQ(policy->gates[5].max, 0.8);
  EXPECT_EQ(policy->gates[5].warn_if_open, true);
  EXPECT_FALSE(policy->built_in);
  EXPECT_TRUE(reads_latency(*policy));
  EXPECT_EQ(wanted_metrics(*policy), (std::set<std::string, std::less<>>{"ttft", "cost", "my_latency", "polite.pass"}));
}

TEST(WantedMetrics, are_the_columns_that_a_decision_reads) {
  struct Row {
    std::string metric;
    std::string column;
  };
  for (const auto& row :
       {Row{"pass_rate", ""}, Row{"error_rate", ""}, Row{"unscored_rate", ""}, Row{"pass_at_3", ""},
        Row{"score", "score"}, Row{"latency_p95", "latency"}, Row{"itl_p50", "itl"}, Row{"cost_per_case", "cost"},
        Row{"cost_per_pass", "cost"}, Row{"input_tokens", "input_tokens"}, Row{"cache_hit_rate", "cache_hit_rate"},
        Row{"polite", "polite"}, Row{"polite.pass", "polite.pass"}}) {
    SCOPED_TRACE(row.metric);
    Policy policy;
    policy.gates.push_back({.id = "g", .metric = row.metric});
    const auto wanted = wanted_metrics(policy);
    EXPECT_EQ(wanted.size(), row.column.empty() ? 0u : 1u);
    EXPECT_EQ(wanted.contains(row.column), !row.column.empty());
  }
  EXPECT_TRUE(wanted_metrics(default_policy()).empty());
}

TEST(LoadPolicy, defaults_are_the_contracts) {
  Diagnostics diagnostics;
  const auto policy = load("version: 1\n", diagnostics);
  ASSERT_TRUE(policy) << all(diagnostics);
  EXPECT_EQ(policy->alpha, 0.05);
  EXPECT_EQ(policy->max_error_rate, 0.02);
  EXPECT_FALSE(policy->warn_on_inconclusive);
  EXPECT_TRUE(policy->gates.empty());
  EXPECT_FALSE(policy->judge);
  EXPECT_FALSE(reads_latency(*policy));
}

TEST(LoadPolicy, refuses_what_it_cannot_keep) {
  struct Row {
    std::string text;
    std::string says;
  };
  const std::vector<Row> rows{
      {one_gate("id: a, metric: pass_rate"), "has no condition"},
      {one_gate("id: a, metric: pass_rate, zero_tolerance: false"), "has no condition"},
      {one_gate("id: a, metric: pass_rate, flor: 0.8"), "floor"},
      {one_gate("id: a, metric: pass_rate, floor: 80"), "0.8"},
      {one_gate("id: a, metric: pass_rate, floor: -0.1"), "no share"},
      {one_gate("id: a, metric: pass_rate, floor: high"), "floor"},
      {one_gate("id: a, metric: pass_rate, max: 0.8"), "write `floor:` instead"},
      {one_gate("id: a, metric: polite.pass, max: 0.8"), "write `floor:` instead"},
      {one_gate("id: a, metric: latency_p95, floor: 0.8"), "write `max:` instead"},
      {one_gate("id: a, metric: latency_p95, max: 2"), "a duration with its unit"},
      {one_gate("id: a, metric: cost_per_case, max: 2s"), "must be a number"},
      {one_gate("id: a, metric: latency_p90, max: 2s"), "latency_p50, latency_p95 or latency_p99"},
      {one_gate("id: a, metric: flake_rate, max: 0.1"), "later version"},
      {one_gate("id: a, metric: score, zero_tolerance: true"), "no pass rate"},
      {one_gate("id: a, metric: polite, zero_tolerance: true"), "polite.pass"},
      {one_gate("id: a, metric: pass_rate, floor: 0.8, max_rate: 0.01"), "max_rate goes with zero_tolerance"},
      {one_gate("id: a, metric: pass_rate, zero_tolerance: true, max_rate: 0"), "both excluded"},
      {one_gate("id: a, metric: pass_rate, floor: 0.8, min_n: 25"), "needs `by`"},
      {one_gate("metric: pass_rate, floor: 0.8"), "id"},
      {one_gate("id: a, floor: 0.8"), "metric"},
      {one_gate("id: '', metric: pass_rate, floor: 0.8"), "must not be empty"},
      {one_gate("id: a, metric: pass_rate, floor: 0.8, suite: []"), "suite names none"},
      {one_gate("id: a, metric: pass_rate, floor: 0.8, on_inconclusive: maybe"), "on_inconclusive"},
      {one_gate("id: a, metric: pass_rate, floor: 0.8}\n  - {id: a, metric: score, floor: 0.8"),
       "two gates with the id 'a'"},
      {"version: 1\ngates: {a: b}\n", "gates must be a list"},
      {one_gate("id: a, metric: pass_at_0, floor: 0.5"), "there is no metric pass_at_0"},
      {one_gate("id: a, metric: pass_at_101, floor: 0.5"), "from 1 to 100"},
      {one_gate("id: a, metric: pass_pow_03, floor: 0.5"), "there is no metric pass_pow_03"},
      {one_gate("id: a, metric: pass_at_k, floor: 0.5"), "`pass_at_5`"},
      {one_gate("id: a, metric: pass_at_2, max: 0.5"), "write `floor:` instead"},
      {one_gate("id: a, metric: pass_at_2, floor: 0.5, at_least: 2"), "no pass rate"},
      {one_gate("id: a, metric: score, floor: 0.5, at_least: 2"), "`metric: pass_rate`"},
      {one_gate("id: a, metric: polite, floor: 0.5, at_least: 2"), "polite.pass"},
      {one_gate("id: a, metric: pass_rate, floor: 0.5, at_least: 0"), "at_least"},
      {one_gate("id: a, metric: pass_rate, zero_tolerance: true, at_least: 2"), "every sample of every case"},
      {"version: 1\njudge: {}\n", "min_youden"},
      {"version: 1\njudge: {max_age: 90d}\n", "min_youden"},
      {"version: 1\njudge: {min_youden: 1}\n", "below 1"},
      {"version: 1\njudge: {min_youden: 60}\n", "min_youden"},
      {"version: 1\njudge: {min_youden: 0.6, max_age: 90}\n", "max_age"},
      {"version: 1\njudge: {min_youden: 0.6, max_age: 0d}\n", "above 0"},
      {"version: 1\njudge: {min_yoden: 0.6}\n", "min_youden"},
      {"version: 1\njudge: 0.6\n", "judge"},
      {"version: 1\nalpha: 0\n", "alpha"},
      {"version: 1\nalpha: 0.6\n", "alpha"},
      {"version: 2\n", "version 2"},
      {"gates: []\n", "version"},
      {"version: 1\nmax_error_rate: 3\n", "max_error_rate"},
      {"", "gate policy"},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.text);
    Diagnostics diagnostics;
    EXPECT_FALSE(load(row.text, diagnostics));
    EXPECT_NE(all(diagnostics).find(row.says), std::string::npos) << all(diagnostics);
  }
}

TEST(LoadPolicy, refuses_keys_of_later_versions_by_name) {
  for (const std::string key : {"baseline", "sampling", "waivers", "signoff", "canary", "replay"}) {
    SCOPED_TRACE(key);
    Diagnostics diagnostics;
    EXPECT_FALSE(load("version: 1\n" + key + ": {a: b}\n", diagnostics));
    EXPECT_NE(all(diagnostics).find(key), std::string::npos) << all(diagnostics);
    EXPECT_NE(all(diagnostics).find("later version"), std::string::npos) << all(diagnostics);
  }
  for (const std::string key : {"margin", "max_increase", "improvement", "confirm"}) {
    SCOPED_TRACE(key);
    Diagnostics diagnostics;
    EXPECT_FALSE(load(one_gate("id: a, metric: pass_rate, " + key + ": 0.05"), diagnostics));
    EXPECT_EQ(diagnostics.error_count(), 1u) << all(diagnostics);
    EXPECT_NE(all(diagnostics).find("later version"), std::string::npos) << all(diagnostics);
  }
}

TEST(LoadPolicy, reports_all_faults_with_their_lines) {
  Diagnostics diagnostics;
  EXPECT_FALSE(load("version: 1\ngates:\n  - {id: a, metric: pass_rate}\n  - {id: b, metric: pass_rate, floor: 8}\n",
                    diagnostics));
  ASSERT_EQ(diagnostics.errors().size(), 2u) << all(diagnostics);
  EXPECT_EQ(diagnostics.errors()[0].at.line, 3);
  EXPECT_EQ(diagnostics.errors()[1].at.line, 4);
}

TEST(PolicyJson, comes_back_as_it_went_and_keeps_its_digest) {
  Diagnostics diagnostics;
  const auto policy = load(R"(
version: 1
gates:
  - {id: a, metric: pass_rate, where: {x: y}, by: topic, floor: 0.8, min_n: 3, on_inconclusive: fail}
  - {id: b, metric: pass_rate, zero_tolerance: true, max_rate: 0.1}
  - {id: c, metric: pass_rate, floor: 0.5, at_least: 3}
judge: {min_youden: 0.6, max_age: 36h}
)",
                           diagnostics);
  ASSERT_TRUE(policy) << all(diagnostics);
  const auto back = policy_from_json(Json::parse(to_json(*policy).dump()));
  ASSERT_TRUE(back) << to_string(back.error());
  EXPECT_EQ(to_json(*back), to_json(*policy));
  EXPECT_TRUE(back->digest.starts_with("sha256:"));
  auto other = *policy;
  other.gates[0].floor = 0.81;
  EXPECT_NE(policy_from_json(to_json(other))->digest, back->digest);
  auto laxer = *policy;
  laxer.judge->min_youden = 0.5;
  EXPECT_NE(policy_from_json(to_json(laxer))->digest, back->digest);
}

TEST(PolicyJson, of_a_policy_without_the_newer_keys_is_as_it_was) {
  Policy policy;
  policy.gates.push_back({.id = "g", .metric = "pass_rate", .floor = 0.8});
  const auto json = to_json(policy);
  EXPECT_FALSE(json.contains("judge")) << "digests of stored policies stay";
  EXPECT_FALSE(json["gates"][0].contains("at_least"));
}

TEST(PolicyJson, refuses_what_is_no_policy) {
  for (const auto* text :
       {"{}", "[]", "null", R"({"alpha":"x"})",
        R"({"alpha":7,"max_error_rate":0.1,"warn_on_inconclusive":false,"built_in":true,"gates":[]})",
        R"({"alpha":0.1,"max_error_rate":0.1,"warn_on_inconclusive":false,"built_in":true,"gates":[1]})"}) {
    SCOPED_TRACE(text);
    const auto policy = policy_from_json(Json::parse(text));
    ASSERT_FALSE(policy);
    EXPECT_FALSE(policy.error().hint.empty());
  }
}

TEST(PolicySchema, knows_the_keys_that_the_loader_reads_and_no_other) {
  const auto schema = policy_schema();
  EXPECT_EQ(schema["$schema"], "http://json-schema.org/draft-07/schema#");
  EXPECT_EQ(schema["additionalProperties"], false);
  const auto& gate = schema["properties"]["gates"]["items"]["properties"];
  for (const auto& [key, value] : gate.items()) {
    SCOPED_TRACE(key);
    EXPECT_TRUE(value.contains("description"));
    Diagnostics diagnostics;
    (void)load(
        one_gate("id: a, metric: pass_rate, " + (key == "id" || key == "metric" ? "floor: 0.1" : key + ": [[]]")),
        diagnostics);
    EXPECT_EQ(all(diagnostics).find("unknown key"), std::string::npos) << all(diagnostics);
  }
  for (const auto* key : {"id", "suite", "metric", "where", "by", "floor", "max", "zero_tolerance", "max_rate", "min_n",
                          "on_inconclusive", "at_least"}) {
    EXPECT_TRUE(gate.contains(key)) << key;
  }
  EXPECT_EQ(gate.size(), 12u);
  EXPECT_EQ(schema["properties"].size(), 6u);
  EXPECT_EQ(schema["properties"]["judge"]["properties"].size(), 2u);
}

}  // namespace
}  // namespace assay::gate
