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
      {one_gate("id: a, metric: pass_rate, margin: 5"), "`margin: 0.05`"},
      {one_gate("id: a, metric: pass_rate, margin: 0"), "both excluded"},
      {one_gate("id: a, metric: pass_rate, margin: 1"), "both excluded"},
      {one_gate("id: a, metric: latency_p95, margin: 0.05"), "write `max_increase:` instead"},
      {one_gate("id: a, metric: pass_rate, max_increase: 0.1"), "write `margin:` instead"},
      {one_gate("id: a, metric: cost_per_pass, max_increase: 0"), "above 0"},
      {one_gate("id: a, metric: pass_rate, improvement: -0.1"), "write `margin:`"},
      {one_gate("id: a, metric: pass_rate, improvement: 5"), "`improvement: 0.05`"},
      {one_gate("id: a, metric: flake_rate, max_increase: 0.1"), "no baseline has one"},
      {one_gate("id: a, metric: cost_per_pass, improvement: 0.01"), "write `max:` or `max_increase:`"},
      {one_gate("id: a, metric: pass_rate, floor: 0.8, confirm: second"), "zero_tolerance only"},
      {one_gate("id: a, metric: pass_rate, zero_tolerance: true, confirm: ''"), "names no judge"},
      {one_gate("id: a, metric: pass_rate, floor: 0.8, axis: safty"), "safety"},
      {one_gate("id: a, metric: pass_rate, by: t, zero_tolerance: true, min_n: auto"), "margin or floor"},
      {one_gate("id: a, metric: pass_rate, by: t, floor: 0.8, min_n: some"), "min_n"},
      {"version: 1\nbaseline: main\n", "baseline must be a mapping"},
      {"version: 1\nbaseline: {ref: ''}\n", "ref is empty"},
      {"version: 1\nbaseline: {ref: main, runs: 0}\n", "runs"},
      {"version: 1\nbaseline: {ref: main, max_age: 14}\n", "max_age"},
      {"version: 1\nbaseline: {ref: main, max_age: 0d}\n", "above 0"},
      {"version: 1\nbaseline: {ref: main, anchor: ga}\n", "needs an anchor_margin"},
      {"version: 1\nbaseline: {ref: main, anchor_margin: 0.1}\n", "needs an anchor:"},
      {"version: 1\nbaseline: {ref: main, anchor: ga, anchor_margin: 10}\n", "`anchor_margin: 0.1`"},
      {"version: 1\nbaseline: {ref: main, bootstrap: yes}\n", "bootstrap"},
      {"version: 1\nbaseline: {reff: main}\n", "did you mean 'ref'"},
      {"version: 1\nsampling: {}\n", "looks"},
      {"version: 1\nsampling: {looks: []}\n", "a list of shares"},
      {"version: 1\nsampling: {looks: [0.5, 0.8]}\n", "the last look must be 1"},
      {"version: 1\nsampling: {looks: [0.8, 0.5, 1]}\n", "must ascend"},
      {"version: 1\nsampling: {looks: [0, 1]}\n", "above 0"},
      {"version: 1\nsampling: {looks: [50, 100]}\n", "at most 1"},
      {"version: 1\nsampling: {looks: [0.998, 1]}\n", "0.005 apart"},
      {"version: 1\nsampling: {looks: [1], spending: even}\n", "pocock"},
      {"version: 1\nsampling: {looks: [1], repeat: {max_rounds: 0}}\n", "max_rounds"},
      {"version: 1\nsampling: {looks: [1], repeat: {only: all}}\n", "history_flaky"},
      {"version: 1\nwaivers: ''\n", "waivers is empty"},
      {"version: 1\nwaivers: [a]\n", "waivers"},
      {"version: 1\nsignoff: {}\n", "required"},
      {"version: 1\nsignoff: {required: []}\n", "requires no role"},
      {"version: 1\nsignoff: {required: [a, a]}\n", "twice"},
      {"version: 1\ncanary: {}\n", "stages"},
      {"version: 1\ncanary: {stages: [0.5, 0.25]}\n", "must ascend"},
      {"version: 1\ncanary: {stages: [1], tolerated_ratio: 1}\n", "above 1"},
      {"version: 1\ncanary: {stages: [1], failure_rate: 2}\n", "both excluded"},
      {"version: 1\ncanary: {stages: [1], failure_rate: 0.6, tolerated_ratio: 2}\n", "every canary would be tolerated"},
      {"version: 1\ncanary: {stages: [1], rollback: {to: v6}}\n", "a digest"},
      {"version: 1\ncanary: {stages: [1], rollback: {}}\n", "to"},
      {"version: 1\ncanary: {stages: [1], checklist: {pager: x}}\n", "oncall"},
      {"version: 1\ncanary: {stages: [1], checklist: {oncall: ''}}\n", "oncall is empty"},
      {"version: 1\nreplay: {}\n", "max_age"},
      {"version: 1\nreplay: {max_age: 0s}\n", "above 0"},
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

/// The contract's policy, with what else may be written.
constexpr auto kEverything = R"(
version: 1
baseline: {ref: main, runs: 3, max_age: 14d, anchor: ga-2026-09, anchor_margin: 0.10, bootstrap: true}
gates:
  - {id: overall, metric: pass_rate, floor: 0.80, margin: 0.05, axis: safety}
  - {id: critical, metric: pass_rate, where: {severity: critical}, zero_tolerance: true, confirm: second}
  - {id: by-continent, suite: capitals, metric: pass_rate, by: continent, margin: 0.10, min_n: auto}
  - {id: cost, metric: cost_per_pass, max: 0.02, max_increase: 0.10}
  - {id: better, metric: polite, improvement: 0}
  - {id: flaky, metric: flake_rate, max: 0.1}
sampling: {looks: [0.4, 0.6, 0.8, 1.0], spending: pocock, repeat: {max_rounds: 4, spending: obf, only: history_flaky}}
waivers: waivers.yaml
signoff: {required: [quality, platform]}
canary: {stages: [0.05, 0.25, 0.5, 1.0], tolerated_ratio: 3, failure_rate: 0.02, rollback: {to: "sha256:ab"},
         checklist: {runbook: "https://r", oncall: geo, kill_switch: flag-1, fallback: v6, dashboard: "https://d"}}
replay: {max_age: 7d}
)";

TEST(LoadPolicy, reads_what_a_release_is_compared_with_and_who_lets_it_pass) {
  Diagnostics diagnostics;
  const auto policy = load(kEverything, diagnostics);
  ASSERT_TRUE(policy) << all(diagnostics);
  EXPECT_TRUE(diagnostics.warnings().empty());
  ASSERT_TRUE(policy->baseline);
  EXPECT_EQ(policy->baseline->ref, "main");
  EXPECT_EQ(policy->baseline->runs, 3u);
  EXPECT_EQ(policy->baseline->max_age, std::chrono::hours(14 * 24));
  EXPECT_EQ(policy->baseline->anchor, "ga-2026-09");
  EXPECT_EQ(policy->baseline->anchor_margin, 0.10);
  EXPECT_TRUE(policy->baseline->bootstrap);
  EXPECT_EQ(policy->gates[0].margin, 0.05);
  EXPECT_EQ(policy->gates[0].axis, Axis::safety);
  EXPECT_EQ(policy->gates[1].confirm, "second");
  EXPECT_EQ(policy->gates[2].min_n, 25u) << "the least that a margin of 0.10 takes";
  EXPECT_EQ(policy->gates[3].max_increase, 0.10);
  EXPECT_EQ(policy->gates[4].improvement, 0.0);
  EXPECT_EQ(policy->gates[5].metric, "flake_rate");
  ASSERT_TRUE(policy->sampling);
  EXPECT_EQ(policy->sampling->looks, (std::vector<double>{0.4, 0.6, 0.8, 1.0}));
  EXPECT_EQ(policy->sampling->spending, stats::Spending::pocock);
  ASSERT_TRUE(policy->sampling->repeat);
  EXPECT_EQ(policy->sampling->repeat->max_rounds, 4u);
  EXPECT_EQ(policy->sampling->repeat->spending, stats::Spending::obrien_fleming);
  EXPECT_EQ(policy->waivers, "waivers.yaml");
  EXPECT_EQ(policy->folder, std::filesystem::temp_directory_path());
  EXPECT_EQ(policy->signoff, (std::vector<std::string>{"quality", "platform"}));
  ASSERT_TRUE(policy->canary);
  EXPECT_EQ(policy->canary->stages.size(), 4u);
  EXPECT_EQ(policy->canary->tolerated_ratio, 3);
  EXPECT_EQ(policy->canary->failure_rate, 0.02);
  EXPECT_EQ(policy->canary->rollback, "sha256:ab");
  EXPECT_EQ(policy->canary->checklist.size(), 5u);
  EXPECT_EQ(policy->replay_max_age, std::chrono::hours(7 * 24));
}

TEST(LoadPolicy, auto_min_n_goes_by_the_margin_and_the_floor_at_the_policys_alpha) {
  struct Row {
    std::string claim;
    std::uint64_t least;
  };
  for (const auto& row : {Row{"floor: 0.8", 11}, Row{"margin: 0.05", 52}, Row{"margin: 0.10, floor: 0.95", 52}}) {
    SCOPED_TRACE(row.claim);
    Diagnostics diagnostics;
    const auto policy = load(one_gate("id: a, metric: pass_rate, by: t, min_n: auto, " + row.claim), diagnostics);
    ASSERT_TRUE(policy) << all(diagnostics);
    EXPECT_EQ(policy->gates[0].min_n, row.least);
  }
  Diagnostics diagnostics;
  const auto strict =
      load("alpha: 0.01\n" + one_gate("id: a, metric: score, by: t, min_n: auto, margin: 0.05"), diagnostics);
  ASSERT_TRUE(strict) << all(diagnostics);
  EXPECT_EQ(strict->gates[0].min_n, 103u);
}

TEST(LoadPolicy, warns_of_a_baseline_that_nothing_is_compared_with) {
  struct Row {
    std::string text;
    std::string says;
  };
  const std::string floor = "\ngates: [{id: a, metric: pass_rate, floor: 0.8}]\n";
  for (const auto& row :
       {Row{"baseline: {ref: main}" + floor, "names a baseline"}, Row{"baseline: {ref: main}\n", "names a baseline"},
        Row{"baseline: {anchor: ga, anchor_margin: 0.1}" + floor, "names an anchor"},
        Row{"baseline: {ref: main}\ngates: [{id: a, metric: output_tokens, max_increase: 0.1}]\n", ""},
        Row{"baseline: {runs: 3}" + floor, ""}}) {
    SCOPED_TRACE(row.text);
    Diagnostics diagnostics;
    EXPECT_TRUE(load("version: 1\n" + row.text, diagnostics)) << all(diagnostics);
    ASSERT_EQ(diagnostics.warnings().size(), row.says.empty() ? 0u : 1u);
    if (row.says.empty()) continue;
    EXPECT_NE(diagnostics.warnings()[0].message.find(row.says), std::string::npos);
    EXPECT_EQ(diagnostics.warnings()[0].at.line, 2);
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

TEST(PolicyJson, keeps_all_that_may_be_written) {
  Diagnostics diagnostics;
  const auto policy = load(kEverything, diagnostics);
  ASSERT_TRUE(policy) << all(diagnostics);
  const auto back = policy_from_json(Json::parse(to_json(*policy).dump()));
  ASSERT_TRUE(back) << to_string(back.error());
  EXPECT_EQ(to_json(*back), to_json(*policy));
  EXPECT_EQ(back->folder, policy->folder);
  EXPECT_EQ(back->gates[0].axis, Axis::safety);
  EXPECT_EQ(back->sampling->repeat->max_rounds, 4u);
  EXPECT_EQ(back->canary->checklist, policy->canary->checklist);
}

TEST(PolicyJson, every_key_changes_the_digest_and_the_folder_does_not) {
  Diagnostics diagnostics;
  const auto policy = load(kEverything, diagnostics);
  ASSERT_TRUE(policy) << all(diagnostics);
  const auto digest = [](const Policy& of) { return policy_from_json(to_json(of))->digest; };
  auto elsewhere = *policy;
  elsewhere.folder = "somewhere/else";
  EXPECT_EQ(digest(elsewhere), digest(*policy));
  using Change = void (*)(Policy&);
  const std::vector<std::pair<std::string, Change>> changes{
      {"margin", [](Policy& p) { p.gates[0].margin = 0.06; }},
      {"axis", [](Policy& p) { p.gates[0].axis = Axis::quality; }},
      {"confirm", [](Policy& p) { p.gates[1].confirm = "third"; }},
      {"max_increase", [](Policy& p) { p.gates[3].max_increase = 0.2; }},
      {"improvement", [](Policy& p) { p.gates[4].improvement = 0.1; }},
      {"ref", [](Policy& p) { p.baseline->ref = "next"; }},
      {"runs", [](Policy& p) { p.baseline->runs.reset(); }},
      {"max_age", [](Policy& p) { p.baseline->max_age.reset(); }},
      {"anchor", [](Policy& p) { p.baseline->anchor = "ga"; }},
      {"anchor_margin", [](Policy& p) { p.baseline->anchor_margin = 0.2; }},
      {"bootstrap", [](Policy& p) { p.baseline->bootstrap = false; }},
      {"looks", [](Policy& p) { p.sampling->looks = {1}; }},
      {"spending", [](Policy& p) { p.sampling->spending = stats::Spending::obrien_fleming; }},
      {"repeat", [](Policy& p) { p.sampling->repeat.reset(); }},
      {"waivers", [](Policy& p) { p.waivers = "w.yaml"; }},
      {"signoff", [](Policy& p) { p.signoff = {"quality"}; }},
      {"stages", [](Policy& p) { p.canary->stages = {1}; }},
      {"tolerated_ratio", [](Policy& p) { p.canary->tolerated_ratio = 2; }},
      {"failure_rate", [](Policy& p) { p.canary->failure_rate = 0.03; }},
      {"rollback", [](Policy& p) { p.canary->rollback = "sha256:cd"; }},
      {"checklist", [](Policy& p) { p.canary->checklist.erase("oncall"); }},
      {"replay", [](Policy& p) { p.replay_max_age.reset(); }}};
  for (const auto& [key, change] : changes) {
    SCOPED_TRACE(key);
    auto other = *policy;
    change(other);
    EXPECT_NE(digest(other), digest(*policy));
  }
}

TEST(PolicyJson, of_a_policy_without_the_newer_keys_is_as_it_was) {
  Policy policy;
  policy.gates.push_back({.id = "g", .metric = "pass_rate", .floor = 0.8});
  const auto json = to_json(policy);
  EXPECT_FALSE(json.contains("judge")) << "digests of stored policies stay";
  for (const auto* key : {"baseline", "sampling", "canary", "signoff", "replay_max_age_ns", "waivers", "folder"}) {
    EXPECT_FALSE(json.contains(key)) << key;
  }
  for (const auto* key : {"at_least", "margin", "max_increase", "improvement", "confirm", "axis"}) {
    EXPECT_FALSE(json["gates"][0].contains(key)) << key;
  }
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
                          "on_inconclusive", "at_least", "margin", "max_increase", "improvement", "confirm", "axis"}) {
    EXPECT_TRUE(gate.contains(key)) << key;
  }
  EXPECT_EQ(gate.size(), 17u);
  EXPECT_EQ(schema["properties"].size(), 12u);
  for (const auto& [section, value] : schema["properties"].items()) {
    SCOPED_TRACE(section);
    EXPECT_TRUE(value.contains("description"));
    const auto keys = value.value("properties", OrderedJson::object());
    for (const auto& [key, inner] : keys.items()) {
      SCOPED_TRACE(key);
      EXPECT_TRUE(inner.contains("description"));
      Diagnostics diagnostics;
      (void)load("version: 1\n" + section + ": {" + key + ": [[]]}\n", diagnostics);
      EXPECT_EQ(all(diagnostics).find("unknown key"), std::string::npos) << all(diagnostics);
    }
  }
}

}  // namespace
}  // namespace assay::gate
