// Which runs and cases a candidate is compared with, and what becomes of gates that have none.

#include "tests/unit/gate/baseline_builder.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace assay::gate {
namespace {

using testing::against;
using testing::any_contains;
using testing::compared_policy;
using testing::contains;
using testing::decide_pair;
using testing::floor_gate;
using testing::kDayMs;
using testing::margin_gate;
using testing::Pair;
using testing::paired;
using testing::policy_of;
using testing::run_named;
using testing::run_of;
using testing::SuiteBuilder;
using testing::zero_gate;

/// Cases `first` … `first + count − 1`, each passing, with that digest.
SuiteBuilder cases(int first, int count, const std::string& digest = "sha256:0", std::string_view samples = "p") {
  SuiteBuilder builder;
  for (int c = first; c < first + count; ++c) builder.add(samples, {}, {}, "c" + std::to_string(c));
  if (digest == "sha256:0") return builder;
  CaseTable table;
  for (std::uint32_t c = 0; c < builder.suite.cases.size(); ++c) {
    table.add(c, builder.suite.cases.id(c), digest, {}, {});
  }
  builder.suite.cases = table;
  return builder;
}

/// `builder` and after it the cases of `more`.
SuiteBuilder joined(SuiteBuilder builder, const SuiteBuilder& more) {
  CaseTable table;
  auto& suite = builder.suite;
  for (const CaseTable* part : {&std::as_const(suite.cases), &more.suite.cases}) {
    for (std::size_t c = 0; c < part->size(); ++c) {
      const auto kase = (*part)[c];
      table.add(static_cast<std::uint32_t>(table.size()), kase.id, kase.digest, kase.cluster, kase.tags);
    }
  }
  const auto offset = static_cast<std::uint32_t>(suite.cases.size());
  suite.cases = table;
  for (auto row : more.suite.rows) {
    row.case_index += offset;
    suite.rows.push_back(row);
  }
  suite.balance.planned += more.suite.balance.planned;
  suite.balance.scored += more.suite.balance.scored;
  return builder;
}

TEST(Pairing, is_by_id_and_digest_whatever_the_order) {
  const auto candidate = run_named("candidate", joined(cases(0, 95), joined(cases(200, 10), cases(95, 5, "sha256:x"))));
  auto turned = cases(50, 53);
  turned = joined(turned, cases(0, 50));
  const auto verdict = decide(compared_policy({margin_gate(0.10)}), candidate, against({run_named("b1", turned, 98)}));
  ASSERT_TRUE(verdict.baseline);
  EXPECT_EQ(verdict.baseline->ref, "main");
  EXPECT_EQ(verdict.baseline->runs, std::vector<std::string>{"b1"});
  EXPECT_EQ(verdict.baseline->age_s, 2 * 86400);
  EXPECT_EQ(verdict.baseline->common, 95u);
  EXPECT_EQ(verdict.baseline->added.size(), 10u);
  EXPECT_EQ(verdict.baseline->added.at(0), "capitals/c200");
  EXPECT_EQ(verdict.baseline->changed.size(), 5u);
  EXPECT_EQ(verdict.baseline->changed.at(0), "capitals/c95");
  EXPECT_EQ(verdict.baseline->removed, (std::vector<std::string>{"capitals/c100", "capitals/c101", "capitals/c102"}));
  EXPECT_EQ(verdict.gates.at(0).n, 95u);
  EXPECT_EQ(verdict.kind, VerdictKind::pass) << verdict.reasons.at(0);
}

TEST(Pairing, takes_no_empty_digest_for_equal) {
  auto bare = cases(0, 100, "");
  const auto verdict =
      decide(compared_policy({margin_gate(0.10)}), run_named("candidate", bare), against({run_named("b1", bare)}));
  EXPECT_EQ(verdict.kind, VerdictKind::error);
}

TEST(Pairing, an_added_case_does_not_void_the_history_and_a_changed_one_is_not_compared) {
  const auto baseline = run_named("b1", cases(0, 100));
  for (const int common : {90, 89}) {
    const auto candidate = run_named("candidate", joined(cases(0, common), cases(common, 300, "sha256:new")));
    const auto verdict = decide(compared_policy({margin_gate(0.10)}), candidate, against({baseline}));
    EXPECT_EQ(verdict.kind, common == 90 ? VerdictKind::pass : VerdictKind::error) << verdict.reasons.at(0);
    if (common == 89) {
      EXPECT_TRUE(any_contains(verdict.reasons, "89 of 100 cases of suite 'capitals' in common"));
    }
  }
}

TEST(Baseline, of_several_runs_is_the_newest_that_are_asked_for) {
  const auto candidate = run_named("candidate", cases(0, 100));
  std::vector<RunEvidence> runs;
  for (int i = 0; i < 7; ++i) runs.push_back(run_named("b" + std::to_string(i), cases(0, 100), 99 - i));
  auto policy = compared_policy({margin_gate(0.10)});
  EXPECT_EQ(decide(policy, candidate, against(runs)).baseline->runs.size(), 5u);
  policy.baseline->runs = 2;
  EXPECT_EQ(decide(policy, candidate, against(runs)).baseline->runs, (std::vector<std::string>{"b0", "b1"}));
  policy.baseline->runs = 9;
  const auto fewer = decide(policy, candidate, against(runs));
  EXPECT_EQ(fewer.baseline->runs.size(), 7u);
  EXPECT_TRUE(any_contains(fewer.warnings, "baseline 'main' has 7 of the 9 runs that the policy averages"));
}

TEST(Baseline, passes_over_what_cannot_be_compared_and_says_so) {
  struct Row {
    const char* why;
    std::function<void(RunEvidence&)> spoil;
  };
  const auto candidate = run_named("candidate", cases(0, 100));
  for (const Row& row :
       {Row{"is older than max_age 14d", [](RunEvidence& run) { run.started.unix_ms = 85 * kDayMs; }},
        Row{"narrowed", [](RunEvidence& run) { run.limit = 100; }},
        Row{"failed: 20 calls in a row", [](RunEvidence& run) { run.stopped = "20 calls in a row failed"; }},
        Row{"several models: m-1, m-2", [](RunEvidence& run) { run.served_models = {"m-1", "m-2"}; }},
        Row{"has no suite 'capitals'", [](RunEvidence& run) { run.suites[0].id = "rivers"; }},
        Row{"is not whole",
            [](RunEvidence& run) {
              run.suites[0].balance.planned += 10;
              run.suites[0].balance.skipped += 10;
            }},
        Row{"has another judge or prompt",
            [](RunEvidence& run) {
              run.suites[0].judged.push_back({"polite", true, {"strict", "sha256:j", "sha256:p"}, "m"});
            }},
        Row{"3 of 100 samples of suite 'capitals' errored", [](RunEvidence& run) {
              run.suites[0] = joined(cases(0, 97), cases(97, 3)).suite;
              for (std::size_t i = 97; i < 100; ++i)
                run.suites[0].rows[i] = {std::uint32_t(i), OutcomeKind::endpoint_error};
              run.suites[0].balance.scored -= 3;
              run.suites[0].balance.errored += 3;
            }}}) {
    SCOPED_TRACE(row.why);
    auto spoiled = run_named("old", cases(0, 100), 99);
    auto own = candidate;
    if (std::string_view(row.why).starts_with("has another judge")) {
      own.suites[0].judged.push_back({"polite", true, {"strict", "sha256:k", "sha256:p"}, "m"});
    }
    row.spoil(spoiled);
    auto policy = compared_policy({margin_gate(0.10)});
    policy.baseline->max_age = std::chrono::hours(24 * 14);
    const auto alone = decide(policy, own, against({spoiled}));
    EXPECT_EQ(alone.kind, VerdictKind::error);
    EXPECT_EQ(alone.exit, ExitCode::error);
    EXPECT_TRUE(any_contains(alone.reasons, row.why)) << alone.reasons.at(0);
    EXPECT_TRUE(any_contains(alone.reasons, "run 'old'")) << alone.reasons.at(0);
    auto good = run_named("good", cases(0, 100), 98);
    good.suites[0].judged = own.suites[0].judged;
    const auto other = decide(policy, own, against({spoiled, good}));
    EXPECT_EQ(other.kind, VerdictKind::pass);
    EXPECT_EQ(other.baseline->runs, std::vector<std::string>{"good"});
    EXPECT_TRUE(any_contains(other.warnings, row.why));
    EXPECT_TRUE(any_contains(other.warnings, "so it was passed over"));
  }
}

TEST(Baseline, says_why_a_run_cannot_be_compared_before_it_is_loaded) {
  const auto candidate = run_named("candidate", cases(0, 100));
  EXPECT_EQ(cannot_be_compared(run_named("b1", cases(0, 100)), candidate, std::nullopt), std::nullopt);
  EXPECT_EQ(cannot_be_compared(candidate, candidate, std::nullopt), "run 'candidate' is the candidate itself");
  EXPECT_EQ(*cannot_be_compared(run_named("b1", cases(50, 100)), candidate, std::nullopt),
            "run 'b1' has 50 of 100 cases of suite 'capitals' in common with the candidate, fewer than 90 % (0 "
            "changed, 50 removed)");
  const auto old = run_named("b1", cases(0, 100), 90);
  EXPECT_EQ(cannot_be_compared(old, candidate, std::chrono::hours(240)), std::nullopt);
  EXPECT_TRUE(contains(*cannot_be_compared(old, candidate, std::chrono::hours(239)), "older than max_age"));
}

TEST(Baseline, that_is_missing_is_an_error_unless_it_is_the_first_run) {
  const auto candidate = run_named("candidate", cases(0, 100));
  auto gate = margin_gate(0.10);
  gate.floor = 0.8;
  gate.warn_if_open = true;
  auto policy = compared_policy({gate});
  policy.warn_on_inconclusive = true;
  const auto missing = decide(policy, candidate, against({}));
  EXPECT_EQ(missing.kind, VerdictKind::error);
  EXPECT_EQ(missing.gates.at(0).state, GateState::pass) << "the floor stands";
  EXPECT_EQ(missing.gates.at(1).state, GateState::error);
  EXPECT_TRUE(any_contains(missing.reasons, "`assay baseline set main RUN`"));
  policy.baseline->bootstrap = true;
  const auto first = decide(policy, candidate, against({}));
  EXPECT_EQ(first.kind, VerdictKind::inconclusive);
  EXPECT_EQ(first.exit, ExitCode::inconclusive) << "a missing baseline is never warned away";
  EXPECT_EQ(first.reasons.size(), 1u);
}

TEST(Baseline, that_nobody_named_is_an_error) {
  const auto verdict = decide(policy_of({margin_gate(0.10)}), run_named("candidate", cases(0, 100)));
  EXPECT_EQ(verdict.kind, VerdictKind::error);
  EXPECT_TRUE(any_contains(verdict.reasons, "the policy names no baseline"));
}

TEST(Baseline, that_was_run_beside_has_no_age) {
  auto policy = compared_policy({margin_gate(0.10)});
  policy.baseline->max_age = std::chrono::hours(1);
  auto background = against({run_named("b1", cases(0, 100), 50)});
  EXPECT_EQ(decide(policy, run_named("candidate", cases(0, 100)), background).kind, VerdictKind::error);
  background.baseline->beside = true;
  EXPECT_EQ(decide(policy, run_named("candidate", cases(0, 100)), background).kind, VerdictKind::pass);
}

TEST(Baseline, of_a_suite_that_is_new_is_missing_and_the_others_keep_theirs) {
  auto rivers = SuiteBuilder("rivers").add_many(100, "p");
  auto candidate = run_of({cases(0, 100).suite, rivers.suite});
  candidate.run = "candidate";
  candidate.started = {100 * kDayMs};
  const auto verdict =
      decide(compared_policy({margin_gate(0.10)}), candidate, against({run_named("b1", cases(0, 100), 99)}));
  EXPECT_EQ(verdict.gates.at(0).state, GateState::pass);
  EXPECT_EQ(verdict.gates.at(1).state, GateState::error);
  EXPECT_TRUE(contains(verdict.gates.at(1).reason, "has no suite 'rivers'")) << verdict.gates.at(1).reason;
}

TEST(Anchor, with_too_little_in_common_is_a_warning) {
  auto policy = compared_policy({margin_gate(0.10)});
  policy.baseline->anchor = "ga";
  auto background = against({run_named("b1", cases(0, 100), 99)});
  background.anchor = BaselineEvidence{"ga", false, {run_named("r0", cases(80, 100), 1)}, {}};
  const auto verdict = decide(policy, run_named("candidate", cases(0, 100)), background);
  EXPECT_EQ(verdict.kind, VerdictKind::pass) << verdict.reasons.at(0);
  EXPECT_TRUE(any_contains(verdict.warnings, "anchor 'ga'"));
  background.anchor = BaselineEvidence{"ga", false, {}, {}};
  EXPECT_EQ(decide(policy, run_named("candidate", cases(0, 100)), background).kind, VerdictKind::error)
      << "one that is not there is missing";
}

TEST(Gone, failing_and_required_cases_are_named) {
  auto theirs = joined(cases(0, 95), cases(95, 5, "sha256:0", "f"));
  const auto ours = joined(cases(0, 94), cases(94, 3, "sha256:new"));
  auto verdict = decide(compared_policy({margin_gate(0.10)}), run_named("candidate", ours),
                        against({run_named("b1", theirs, 99)}));
  EXPECT_TRUE(any_contains(verdict.warnings,
                           "3 cases that failed in the baseline were removed since: capitals/c97, capitals/c98, "
                           "capitals/c99"));
  EXPECT_TRUE(any_contains(verdict.warnings,
                           "2 cases that failed in the baseline were changed since, and not compared: capitals/c95, "
                           "capitals/c96"));
  SuiteBuilder critical;
  critical.add_many(100, "p").add("p", {{"severity", "critical"}}, {}, "crash");
  SuiteBuilder without;
  without.add_many(100, "p");
  verdict = decide(compared_policy({margin_gate(0.10), zero_gate({{"severity", "critical"}})}),
                   run_named("candidate", without), against({run_named("b1", critical, 99)}));
  EXPECT_TRUE(
      any_contains(verdict.warnings, "1 case that a zero-tolerance gate covered was removed since: capitals/crash"));
}

TEST(Gone, cases_that_a_look_did_not_reach_are_not_gone) {
  auto candidate = run_named("candidate", cases(0, 0));
  SuiteBuilder part;
  for (int c = 0; c < 100; ++c) {
    const auto id = "c" + std::to_string(c);
    if (position(candidate.seed, "capitals", id) < 0.5) part.add("p", {}, {}, id);
  }
  candidate.suites = {part.suite};
  candidate.stop = StopPoint{1, 0, 0.5, 50};
  auto policy = compared_policy({margin_gate(0.10)});
  policy.sampling = Sampling{{0.5, 1}, stats::Spending::pocock, std::nullopt};
  const auto verdict = decide(policy, candidate, against({run_named("b1", cases(0, 100), 99)}));
  EXPECT_TRUE(verdict.baseline->removed.empty());
  EXPECT_EQ(verdict.baseline->common, part.suite.cases.size());
  EXPECT_LT(verdict.gates.at(0).alpha, 0.05) << "a look is stricter";
  policy.sampling.reset();
  const auto other = decide(policy, candidate, against({run_named("b1", cases(0, 100), 99)}));
  EXPECT_EQ(other.kind, VerdictKind::inconclusive) << "without looks in the policy the run is not whole";
  EXPECT_EQ(other.exit, ExitCode::inconclusive);
}

TEST(Standing, is_shown_where_nothing_compares) {
  const auto verdict = decide(compared_policy({floor_gate(0.8)}), run_named("candidate", cases(0, 100)),
                              against({run_named("b1", cases(0, 100), 99)}));
  EXPECT_EQ(verdict.kind, VerdictKind::pass);
  ASSERT_TRUE(verdict.baseline);
  EXPECT_EQ(verdict.baseline->common, 100u);
}

}  // namespace
}  // namespace assay::gate
