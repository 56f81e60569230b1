// What a judge must have shown before its checks may decide, and what is said of it in any case.

#include "runner/gate/vendor.hpp"
#include "tests/unit/gate/evidence_builder.hpp"

#include <assay/core/json.hpp>
#include <assay/stats/youden.hpp>

#include <gtest/gtest.h>

#include <algorithm>

namespace assay::gate {
namespace {

using testing::contains;
using testing::floor_gate;
using testing::max_gate;
using testing::policy_of;
using testing::run_of;
using testing::SuiteBuilder;
using testing::zero_gate;

constexpr std::int64_t kDay = 24LL * 3600 * 1000;
constexpr WallTime kStarted{1000 * kDay};

JudgeUse strict() {
  return {"strict", "sha256:j", "sha256:p"};
}

/// `passes[i]` is what the judge said of sample i: 1, 0, or -1 where it had no say.
SuiteEvidence judged_suite(SuiteBuilder builder, std::vector<double> passes, bool required = true) {
  builder.column("polite.pass", Unit::share, passes);
  builder.column("polite", Unit::share, std::move(passes));
  builder.suite.judged = {{"polite", required, strict(), "judge-1"}};
  return builder.suite;
}

RunEvidence judged_run(int passing, int failing) {
  SuiteBuilder builder;
  builder.add_many(passing, "p").add_many(failing, "f");
  std::vector<double> passes(static_cast<std::size_t>(passing), 1);
  passes.resize(static_cast<std::size_t>(passing + failing), 0);
  auto run = run_of({judged_suite(std::move(builder), std::move(passes))});
  run.started = kStarted;
  return run;
}

Trust measured(const Confusion& all, std::int64_t days_ago = 10) {
  Trust trust;
  trust.use = strict();
  trust.suite = "capitals";
  trust.metric = "polite";
  trust.at = {kStarted.unix_ms - days_ago * kDay};
  trust.all = all;
  return trust;
}

Confusion good() {
  return {.true_pass = 95, .false_fail = 5, .true_fail = 90, .false_pass = 10};
}

Policy asking(std::vector<GateSpec> gates) {
  auto policy = policy_of(std::move(gates));
  policy.judge = JudgePolicy{0.6, std::chrono::hours(24 * 90)};
  return policy;
}

std::string all(const std::vector<std::string>& lines) {
  std::string text;
  for (const auto& line : lines) text += line + "\n";
  return text;
}

TEST(Youden, its_lower_bound_is_wilsons_squared_and_added) {
  // Wilson's one-sided lower bounds of 95 and 90 of 100, computed elsewhere: 0.900839 and 0.839644
  const auto low = stats::youden_lower({100, 95, 100, 90}, .05);
  ASSERT_TRUE(low);
  EXPECT_NEAR(*low, 0.772157, 1e-6);
  EXPECT_FALSE(stats::youden_lower({10, 10, 0, 0}, .05)) << "without a bad answer nothing is known of TNR";
  // 5 of 5 twice: 1 - sqrt(2) * (1 - 5/(5 + 1.6449^2))
  EXPECT_NEAR(*stats::youden_lower({5, 5, 5, 5}, .05), 1 - std::sqrt(2.0) * (1 - 5 / (5 + 2.705543)), 1e-6);
}

TEST(JudgeTrust, the_state_says_what_was_shown_and_only_a_trusted_judge_decides) {
  struct Row {
    std::vector<Trust> trust;
    std::string state;
    std::vector<std::string> says;
  };
  const std::vector<Row> rows{
      {{measured(good())}, "trusted", {}},
      {{}, "unmeasured", {"judge 'strict' may not decide on 'polite'", "never measured", "assay calibrate"}},
      {{measured(good(), 91)}, "stale", {"older than max_age 90d", "Youden 0.85", "assay calibrate"}},
      {{measured({60, 40, 70, 30})}, "weak", {"Youden 0.30", "at least 0.1", "min_youden 0.6", "a better judge"}},
      {{measured({8, 2, 9, 1})},
       "weak",
       {"Youden 0.70", "at least 0.34", "about 183 labels like these would", "20 labels"}},
      {{measured({20, 1, 0, 0, 3})}, "weak", {"24 labels", "no bad answer", "TNR"}},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.state);
    const auto verdict = decide(asking({floor_gate(0.8)}), judged_run(190, 10), {.trust = row.trust});
    ASSERT_EQ(verdict.judges.size(), 1u);
    EXPECT_EQ(verdict.judges[0].state, row.state);
    const bool trusted = row.state == "trusted";
    EXPECT_EQ(verdict.kind, trusted ? VerdictKind::pass : VerdictKind::inconclusive);
    EXPECT_EQ(verdict.exit, trusted ? ExitCode::pass : ExitCode::inconclusive);
    for (const auto& part : row.says) EXPECT_TRUE(contains(verdict.gates[0].reason, part)) << verdict.gates[0].reason;
    if (!trusted) EXPECT_TRUE(contains(verdict.gates[0].reason, "so far pass_rate is 0.95 over 200 cases"));
    EXPECT_TRUE(verdict.warnings.empty()) << "said in the reasons: " << all(verdict.warnings);
  }
}

TEST(JudgeTrust, an_untrusted_judge_neither_passes_nor_blocks_and_no_warn_opens_that) {
  auto policy = asking({floor_gate(0.8)});
  policy.warn_on_inconclusive = true;
  for (const auto& run : {judged_run(200, 0), judged_run(20, 180)}) {
    const auto verdict = decide(policy, run);
    EXPECT_EQ(verdict.kind, VerdictKind::inconclusive);
    EXPECT_EQ(verdict.exit, ExitCode::inconclusive);
  }
  EXPECT_EQ(decide(policy, judged_run(20, 180), {.trust = std::vector{measured(good())}}).kind, VerdictKind::block);
}

TEST(JudgeTrust, an_untrusted_judge_makes_no_pass_of_a_slice_that_it_blocked) {
  auto sliced = floor_gate(0.8);
  sliced.by = "continent";
  EXPECT_EQ(decide(policy_of({sliced}), judged_run(20, 180)).kind, VerdictKind::block);
  const auto verdict = decide(asking({sliced}), judged_run(20, 180));
  EXPECT_EQ(verdict.kind, VerdictKind::inconclusive);
  EXPECT_EQ(verdict.exit, ExitCode::inconclusive);
  EXPECT_TRUE(contains(all(verdict.reasons), "never measured")) << all(verdict.reasons);
}

TEST(JudgeTrust, what_one_judge_leaves_open_is_one_reason) {
  auto other = floor_gate(0.5, "polite");
  other.id = "polite";
  const auto verdict = decide(asking({floor_gate(0.8), other}), judged_run(190, 10));
  ASSERT_EQ(verdict.reasons.size(), 1u) << all(verdict.reasons);
  EXPECT_TRUE(verdict.reasons[0].starts_with("overall, polite (capitals): judge 'strict' may not decide"))
      << verdict.reasons[0];
}

TEST(JudgeTrust, holds_the_gates_that_read_the_judge_and_no_others) {
  struct Row {
    GateSpec gate;
    bool required;
    bool held;
  };
  for (const auto& row :
       {Row{floor_gate(0.5), true, true}, Row{floor_gate(0.5), false, false}, Row{zero_gate(), true, true},
        Row{floor_gate(0.5, "polite"), false, true}, Row{floor_gate(0.5, "polite.pass"), false, true},
        Row{floor_gate(0.5, "score"), false, true}, Row{floor_gate(0.5, "contains"), true, false},
        Row{floor_gate(0.5, "pass_at_1"), true, true}, Row{floor_gate(0.5, "pass_pow_1"), false, false},
        Row{max_gate(1, "cost_per_pass"), true, true}, Row{max_gate(1, "cost_per_case"), true, false},
        Row{max_gate(2, "latency_p50"), true, false}, Row{max_gate(0.5, "unscored_rate"), true, false}}) {
    SCOPED_TRACE(row.gate.metric + (row.required ? " required" : ""));
    auto builder = SuiteBuilder().add_many(60, "p");
    const std::vector<double> ones(60, 1);
    for (const auto* metric : {"score", "contains"}) builder.column(metric, Unit::share, ones);
    builder.column("latency", Unit::seconds, ones, Direction::down).column("cost", Unit::usd, std::vector(60, 0.1));
    const auto run = run_of({judged_suite(std::move(builder), ones, row.required)});
    const auto verdict = decide(asking({row.gate}), run);
    EXPECT_EQ(verdict.kind, row.held ? VerdictKind::inconclusive : VerdictKind::pass) << verdict.reasons[0];
    EXPECT_EQ(contains(all(verdict.warnings), "may not decide"), !row.held) << all(verdict.warnings);
  }
}

TEST(JudgeTrust, a_gate_on_cases_that_the_judge_never_saw_is_decided) {
  SuiteBuilder builder;
  builder.add_many(40, "p", {{"kind", "sums"}}).add_many(40, "p", {{"kind", "talk"}});
  std::vector<double> passes(40, -1);
  passes.resize(80, 1);
  auto sums = floor_gate(0.8);
  sums.where = {{"kind", "sums"}};
  auto talk = floor_gate(0.8);
  talk.where = {{"kind", "talk"}};
  const auto verdict = decide(asking({sums, talk}), run_of({judged_suite(std::move(builder), passes)}));
  EXPECT_EQ(verdict.gates.at(0).state, GateState::pass);
  EXPECT_EQ(verdict.gates.at(1).state, GateState::inconclusive);
}

TEST(JudgeTrust, a_failure_that_a_computed_check_proved_stands) {
  SuiteBuilder builder;
  builder.add_many(40, "p").add("f");
  std::vector<double> judge_failed(41, 1);
  judge_failed[40] = 0;
  const std::vector<double> judge_passed(41, 1);
  const auto policy = asking({zero_gate()});
  EXPECT_EQ(decide(policy, run_of({judged_suite(builder, judge_failed)})).kind, VerdictKind::inconclusive);
  EXPECT_EQ(decide(policy, run_of({judged_suite(builder, judge_passed)})).kind, VerdictKind::block);
  auto both = run_of({judged_suite(builder, judge_failed)});
  both.suites[0].rows[40].computed_failure = true;
  EXPECT_EQ(decide(policy, both).kind, VerdictKind::block) << "whatever the judge said";
  auto unread = run_of({judged_suite(builder, judge_passed)});
  unread.suites[0].columns.clear();
  EXPECT_EQ(decide(policy, unread).kind, VerdictKind::inconclusive) << "what the judge said is not known";
}

TEST(JudgeTrust, a_gate_that_only_warns_warns) {
  auto advisory = floor_gate(0.8, "polite.pass");
  advisory.warn_if_open = true;
  const auto verdict = decide(asking({advisory}), judged_run(20, 180));
  EXPECT_EQ(verdict.kind, VerdictKind::pass) << "an untrusted judge proves no harm either";
  EXPECT_TRUE(contains(all(verdict.warnings), "open, and not blocking: overall (capitals): judge 'strict' may not"));
}

TEST(JudgeTrust, samples_that_were_never_run_do_not_hide_the_judge) {
  auto run = judged_run(190, 10);
  run.suites[0].balance.planned += 20;
  run.suites[0].balance.skipped += 20;
  const auto verdict = decide(asking({floor_gate(0.8)}), run);
  EXPECT_EQ(verdict.exit, ExitCode::inconclusive);
  EXPECT_TRUE(contains(all(verdict.reasons), "not whole")) << all(verdict.reasons);
  EXPECT_TRUE(contains(all(verdict.reasons), "may not decide")) << all(verdict.reasons);
}

TEST(JudgeTrust, is_that_of_the_same_judge_and_prompt) {
  auto other_prompt = measured(good());
  other_prompt.use.prompt = "sha256:q";
  auto other_judge = measured(good());
  other_judge.use.digest = "sha256:k";
  const auto policy = asking({floor_gate(0.8)});
  EXPECT_EQ(decide(policy, judged_run(190, 10), {.trust = std::vector{other_prompt, other_judge}}).judges[0].state,
            "unmeasured");
  auto elsewhere = measured(good());
  elsewhere.suite = "rivers";
  EXPECT_EQ(decide(policy, judged_run(190, 10), {.trust = std::vector{elsewhere}}).judges[0].state, "trusted");
  auto here = measured({60, 40, 70, 30}, 20);
  EXPECT_EQ(decide(policy, judged_run(190, 10), {.trust = std::vector{elsewhere, here}}).judges[0].state, "weak")
      << "what was measured on this suite and metric goes before what is newer";
  auto renamed = measured(good());
  renamed.use.judge = "lenient";
  EXPECT_EQ(decide(policy, judged_run(190, 10), {.trust = std::vector{renamed}}).judges[0].state, "trusted")
      << "a name is no identity";
}

TEST(JudgeTrust, a_measurement_made_after_the_run_counts_when_it_is_decided_again) {
  const auto verdict =
      decide(asking({floor_gate(0.8)}), judged_run(190, 10), {.trust = std::vector{measured(good(), -3)}});
  EXPECT_EQ(verdict.kind, VerdictKind::pass);
  EXPECT_EQ(verdict.judges[0].age_s, 0);
}

TEST(JudgeTrust, equal_states_give_equal_decisions_whatever_the_clock) {
  const auto policy = asking({floor_gate(0.8)});
  const auto run = judged_run(190, 10);
  const auto a = decide(policy, run, {.trust = std::vector{measured(good(), 10)}});
  EXPECT_EQ(a.decision, decide(policy, run, {.trust = std::vector{measured(good(), 11)}}).decision);
  const auto stale = decide(policy, run, {.trust = std::vector{measured(good(), 100)}});
  EXPECT_NE(a.decision, stale.decision);
  EXPECT_EQ(stale.decision, decide(policy, run, {.trust = std::vector{measured(good(), 101)}}).decision);
}

TEST(JudgeWarnings, without_the_key_the_judge_decides_and_the_verdict_says_so) {
  const auto policy = policy_of({floor_gate(0.8)});
  const auto unmeasured = decide(policy, judged_run(190, 10));
  EXPECT_EQ(unmeasured.kind, VerdictKind::pass);
  EXPECT_EQ(unmeasured.judges.at(0).state, "unmeasured");
  EXPECT_TRUE(contains(all(unmeasured.warnings),
                       "judge 'strict' was never measured against people on 'polite' of "
                       "capitals, and decides all the same"))
      << all(unmeasured.warnings);
  const auto fine = decide(policy, judged_run(190, 10), {.trust = std::vector{measured(good(), 1000)}});
  EXPECT_EQ(fine.judges.at(0).state, "measured");
  EXPECT_TRUE(fine.warnings.empty()) << all(fine.warnings);
  const auto chance = decide(policy, judged_run(190, 10), {.trust = std::vector{measured({5, 5, 6, 4})}});
  EXPECT_TRUE(contains(all(chance.warnings), "not told from chance")) << all(chance.warnings);
}

TEST(JudgeWarnings, one_for_a_judge_however_much_it_judges) {
  auto run = judged_run(40, 0);
  for (int i = 0; i < 5; ++i) run.suites[0].judged.push_back({"m" + std::to_string(i), true, strict(), "judge-1"});
  const auto verdict = decide(policy_of({floor_gate(0.8)}), run);
  ASSERT_EQ(verdict.warnings.size(), 1u) << all(verdict.warnings);
  EXPECT_TRUE(contains(verdict.warnings[0], "'m1' of capitals and 3 more")) << verdict.warnings[0];
}

TEST(JudgeWarnings, judge_and_candidate_of_one_vendor) {
  struct Row {
    std::string candidate, judge, says;
  };
  for (const auto& row : {Row{"gpt-5", "gpt-4o-mini", "are both of OpenAI"}, Row{"m", "m", "are one model, m"},
                          Row{"claude-sonnet-5", "gpt-5", ""}, Row{"support", "judge-1", ""}}) {
    SCOPED_TRACE(row.candidate + " and " + row.judge);
    auto run = judged_run(190, 10);
    run.model = row.candidate;
    run.served_models = {row.candidate};
    run.suites[0].judged[0].model = row.judge;
    const auto verdict = decide(policy_of({floor_gate(0.8)}), run, {.trust = std::vector{measured(good())}});
    EXPECT_EQ(verdict.warnings.size(), row.says.empty() ? 0u : 1u) << all(verdict.warnings);
    EXPECT_TRUE(contains(all(verdict.warnings), row.says)) << all(verdict.warnings);
  }
}

TEST(JudgeWarnings, a_judge_that_was_talked_round_and_scores_that_people_changed) {
  auto trust = measured(good());
  trust.injections = 40;
  trust.injections_resisted = 37;
  auto run = judged_run(190, 10);
  run.edited = 2;
  const auto verdict = decide(policy_of({floor_gate(0.8)}), run, {.trust = std::vector{trust}});
  EXPECT_TRUE(contains(all(verdict.warnings), "3 of 40 planted verdicts raised its score")) << all(verdict.warnings);
  EXPECT_TRUE(contains(all(verdict.warnings), "2 scores were changed by people")) << all(verdict.warnings);
}

TEST(Vendor, is_read_from_a_models_name) {
  struct Row {
    std::string model, vendor;
  };
  for (const auto& row : {Row{"gpt-4o", "OpenAI"},
                          Row{"openai/gpt-5-mini", "OpenAI"},
                          Row{"ft:gpt-4o:acme", "OpenAI"},
                          Row{"o3-mini", "OpenAI"},
                          Row{"o300", ""},
                          Row{"Claude-Opus-5", "Anthropic"},
                          Row{"us.anthropic.claude-sonnet-5", "Anthropic"},
                          Row{"gemini-3-pro", "Google"},
                          Row{"gemma2:9b", "Google"},
                          Row{"meta-llama/Llama-3.3-70B", "Meta"},
                          Row{"llama3", "Meta"},
                          Row{"mixtral-8x7b", "Mistral"},
                          Row{"Qwen2.5-7B-Instruct", "Alibaba"},
                          Row{"deepseek-r1-distill-qwen-7b", "DeepSeek"},
                          Row{"command-r-plus", "Cohere"},
                          Row{"grok-4", "xAI"},
                          Row{"phi-4", "Microsoft"},
                          Row{"phil-the-model", ""},
                          Row{"nova-pro", "Amazon"},
                          Row{"SmolLM2-135M", "Hugging Face"},
                          Row{"support-2026-11", ""},
                          Row{"", ""}}) {
    EXPECT_EQ(vendor_of(row.model), row.vendor) << row.model;
  }
}

TEST(RoganGladen, the_share_corrected_for_the_judges_errors_stands_beside_what_it_passes) {
  // Lee et al. 2025: p .78 of 1,000, TNR .70 and TPR .90 of 250 labels each; at 2.5 % on each side [.7338, .8720]
  auto policy = policy_of({floor_gate(0.5)});
  policy.alpha = 0.025;
  const auto verdict = decide(policy, judged_run(780, 220), {.trust = std::vector{measured({225, 25, 175, 75})}});
  const auto& judge = verdict.judges.at(0);
  EXPECT_NEAR(judge.observed.value_or(0), .78, 1e-12);
  EXPECT_NEAR(judge.corrected.value_or(0), .8, 1e-12);
  ASSERT_TRUE(judge.corrected_interval);
  EXPECT_NEAR(judge.corrected_interval->first, .7338, 5e-5);
  EXPECT_NEAR(judge.corrected_interval->second, .8720, 5e-5);
  EXPECT_EQ(judge.labels, 500u);
  const auto json = verdict_json(verdict)["judges"][0];
  EXPECT_EQ(json["state"], "measured");
  EXPECT_NEAR(json["corrected_interval"][0].get<double>(), .7338, 5e-5);
}

TEST(RoganGladen, counts_cases_and_not_their_samples) {
  SuiteBuilder builder;
  builder.add_many(30, "ppp").add_many(10, "fff");
  std::vector<double> passes(90, 1);
  passes.resize(120, 0);
  const auto thrice = run_of({judged_suite(std::move(builder), passes)});
  const auto trust = std::vector{measured(good())};
  const auto policy = policy_of({floor_gate(0.5)});
  const auto a = decide(policy, thrice, {.trust = trust}).judges.at(0);
  const auto b = decide(policy, judged_run(30, 10), {.trust = trust}).judges.at(0);
  EXPECT_EQ(a.observed, b.observed);
  EXPECT_EQ(a.corrected_interval, b.corrected_interval);
}

TEST(RoganGladen, a_floor_that_holds_in_the_judges_eyes_only_is_a_warning) {
  // TPR .95, TNR .60: 90 % passed are (.9 + .6 - 1)/.55 = 90.9 % with people, 80 % passed are 72.7 %
  const auto lenient = std::vector{measured({190, 10, 120, 80})};
  const auto verdict = decide(policy_of({floor_gate(0.75, "polite.pass")}), judged_run(800, 200), {.trust = lenient});
  EXPECT_EQ(verdict.kind, VerdictKind::pass);
  EXPECT_TRUE(contains(all(verdict.warnings), "corrected for its errors polite.pass is 0.7273"))
      << all(verdict.warnings);
  const auto above = decide(policy_of({floor_gate(0.75, "polite.pass")}), judged_run(900, 100), {.trust = lenient});
  EXPECT_TRUE(above.warnings.empty()) << all(above.warnings);
}

// The judge passes 80 of 100; people, of 40 of these, pass 20 where it passes 30.
RunEvidence overlapping(int labels) {
  auto run = judged_run(80, 20);
  for (int i = 0; i < labels; ++i) {
    const bool judge = i % 4 != 3;
    run.suites[0].overlaps.push_back({"polite", i % 2 == 0, judge});
  }
  return run;
}

TEST(PeoplesLabels, of_the_runs_own_answers_mend_what_the_judge_says_of_the_rest) {
  const auto verdict = decide(policy_of({floor_gate(0.5)}), overlapping(40));
  const auto& judge = verdict.judges.at(0);
  EXPECT_EQ(judge.people_labels, 40U);
  EXPECT_EQ(judge.observed, 0.8);
  ASSERT_TRUE(judge.with_people && judge.with_people_interval);
  // λ = Cov(y, f) / ((1 + 40/60) · Var f) with Cov = 5/39, Var = 100 · 0.8 · 0.2 / 99: 0.475962;
  // mean = λ · 50/60 + (0.5 − λ · 30/40).
  EXPECT_NEAR(*judge.with_people, 0.5396635, 1e-6);
  EXPECT_LT(judge.with_people_interval->first, 0.5);
  EXPECT_GT(judge.with_people_interval->second, 0.6);
  EXPECT_LT(judge.with_people_interval->second, 0.8) << "people would not pass as many";
}

TEST(PeoplesLabels, take_twenty) {
  const auto verdict = decide(policy_of({floor_gate(0.5)}), overlapping(19));
  EXPECT_EQ(verdict.judges.at(0).people_labels, 19U);
  EXPECT_FALSE(verdict.judges.at(0).with_people);
}

TEST(PeoplesLabels, estimate_nothing_where_people_changed_what_the_judge_said) {
  auto run = overlapping(40);
  run.edited = 1;
  const auto verdict = decide(policy_of({floor_gate(0.5)}), run);
  EXPECT_EQ(verdict.judges.at(0).people_labels, 40U);
  EXPECT_FALSE(verdict.judges.at(0).with_people);
}

}  // namespace
}  // namespace assay::gate
