/// Two runs side by side, against worked numbers.

#include "tests/unit/gate/evidence_builder.hpp"

#include <assay/gate/compare.hpp>
#include <assay/stats/multiplicity.hpp>

#include <gtest/gtest.h>

namespace assay::gate {
namespace {

using testing::run_of;
using testing::SuiteBuilder;

RunEvidence named(std::string id, SuiteEvidence suite) {
  auto run = run_of({std::move(suite)});
  run.run = std::move(id);
  return run;
}

const MetricComparison& metric(const SuiteComparison& suite, std::string_view name) {
  for (const auto& line : suite.metrics) {
    if (line.metric == name) return line;
  }
  ADD_FAILURE() << "no metric " << name;
  return suite.metrics.front();
}

/// 160 pass in each run: 8 gained, 18 lost, 14 fail in both.
std::pair<RunEvidence, RunEvidence> worked_example() {
  SuiteBuilder first;
  SuiteBuilder second;
  const auto add = [&](int n, const char* before, const char* after) {
    first.add_many(n, before);
    second.add_many(n, after);
  };
  add(160, "p", "p");
  add(8, "f", "p");
  add(18, "p", "f");
  add(14, "f", "f");
  return {named("a", first.suite), named("b", second.suite)};
}

TEST(CompareRuns, pass_rates_have_tangos_interval) {
  const auto [first, second] = worked_example();
  const auto suites = compare_runs(first, second, std::nullopt);
  ASSERT_EQ(suites.size(), 1u);
  const auto& line = metric(suites[0], "pass_rate");
  EXPECT_EQ(line.n, 200u);
  EXPECT_EQ(line.method, "tango");
  EXPECT_DOUBLE_EQ(*line.first, 0.89);
  EXPECT_DOUBLE_EQ(*line.second, 0.84);
  EXPECT_NEAR(*line.difference, -0.05, 1e-12);
  EXPECT_NEAR(line.interval->first, -0.1037, 5e-5);
  EXPECT_NEAR(line.interval->second, -0.00003, 5e-6);
  EXPECT_LT(*line.p, 0.05);
}

TEST(CompareRuns, flips_are_regressions_and_fixes) {
  const auto [first, second] = worked_example();
  const auto suites = compare_runs(first, second, std::nullopt);
  ASSERT_EQ(suites[0].regressed.size(), 18u);
  ASSERT_EQ(suites[0].fixed.size(), 8u);
  EXPECT_EQ(second.suites[0].cases.id(suites[0].regressed[0].second), "c168");
  EXPECT_EQ(second.suites[0].cases.id(suites[0].fixed[0].second), "c160");
}

TEST(CompareRuns, the_greatest_loss_comes_first_and_half_is_no_pass) {
  auto first = SuiteBuilder().add("pppp").add("pppp").add("pppp").add("ppff");
  auto second = SuiteBuilder().add("ppff").add("ffff").add("pppf").add("ffff");
  const auto suites = compare_runs(named("a", first.suite), named("b", second.suite), std::nullopt);
  const auto& regressed = suites[0].regressed;
  ASSERT_EQ(regressed.size(), 2u);
  EXPECT_EQ(regressed[0].second, 1u);
  EXPECT_EQ(regressed[1].second, 0u);
  EXPECT_DOUBLE_EQ(regressed[1].after, 0.5);
  EXPECT_EQ(metric(suites[0], "pass_rate").method, "t-paired");
}

TEST(CompareRuns, only_cases_of_equal_digest_are_compared) {
  SuiteBuilder first;
  SuiteBuilder second;
  first.suite.cases.add(0, "same", "sha256:" + std::string(64, '1'), "", {});
  first.suite.cases.add(1, "changed", "sha256:" + std::string(64, '2'), "", {});
  first.suite.cases.add(2, "gone", "sha256:" + std::string(64, '3'), "", {});
  second.suite.cases.add(0, "new", "sha256:" + std::string(64, '4'), "", {});
  second.suite.cases.add(1, "same", "sha256:" + std::string(64, '1'), "", {});
  second.suite.cases.add(2, "changed", "sha256:" + std::string(64, '5'), "", {});
  for (std::uint32_t i = 0; i < 3; ++i) {
    first.suite.rows.push_back({i, OutcomeKind::scored, true});
    second.suite.rows.push_back({i, OutcomeKind::scored, false});
  }
  const auto suites = compare_runs(named("a", first.suite), named("b", second.suite), std::nullopt);
  const auto& suite = suites[0];
  EXPECT_EQ(suite.common, 1u);
  EXPECT_EQ(suite.added, std::vector<std::string>{"new"});
  EXPECT_EQ(suite.removed, std::vector<std::string>{"gone"});
  EXPECT_EQ(suite.changed, std::vector<std::string>{"changed"});
  ASSERT_EQ(suite.regressed.size(), 1u);
  EXPECT_EQ(suite.regressed[0].first, 0u);
  EXPECT_EQ(suite.regressed[0].second, 1u);
  EXPECT_EQ(metric(suite, "pass_rate").n, 1u);
}

TEST(CompareRuns, latency_is_the_shift_of_hodges_and_lehmann) {
  auto first = SuiteBuilder().add_many(8, "p").column("latency", Unit::seconds,
                                                      {412, 455, 430, 520, 610, 398, 447, 501}, Direction::down);
  auto second = SuiteBuilder().add_many(8, "p").column("latency", Unit::seconds,
                                                       {488, 530, 475, 602, 700, 457, 540, 590}, Direction::down);
  const auto suites = compare_runs(named("a", first.suite), named("b", second.suite), std::nullopt);
  const auto& line = metric(suites[0], "latency");
  EXPECT_EQ(line.method, "hodges-lehmann");
  EXPECT_DOUBLE_EQ(*line.difference, 76.5);
  EXPECT_DOUBLE_EQ(line.interval->first, 2);
  EXPECT_DOUBLE_EQ(line.interval->second, 155);
  EXPECT_DOUBLE_EQ(*line.first, 451);
}

TEST(CompareRuns, a_cost_that_rose_has_a_positive_difference) {
  auto first = SuiteBuilder().add_many(4, "p").column("cost", Unit::usd, {1, 2, 3, 4}, Direction::down);
  auto second = SuiteBuilder().add_many(4, "p").column("cost", Unit::usd, {2, 3, 4.5, 4.5}, Direction::down);
  const auto suites = compare_runs(named("a", first.suite), named("b", second.suite), std::nullopt);
  const auto& line = metric(suites[0], "cost_per_case");
  // Differences 1, 1, 1.5, 0.5: mean 1, standard error 0.20412, t(3, 0.975) = 3.18245.
  EXPECT_NEAR(*line.difference, 1, 1e-12);
  EXPECT_NEAR(line.interval->first, 1 - 3.182446 * 0.2041241, 1e-5);
  EXPECT_NEAR(line.interval->second, 1 + 3.182446 * 0.2041241, 1e-5);
}

TEST(CompareRuns, a_quiet_suite_is_not_sure_of_itself) {
  auto first = SuiteBuilder().add_many(200, "pp");
  const auto suites = compare_runs(named("a", first.suite), named("b", first.suite), std::nullopt);
  const auto& line = metric(suites[0], "pass_rate");
  EXPECT_DOUBLE_EQ(*line.difference, 0);
  // Tango without a case that differs, n = 200: ± 0.0188.
  EXPECT_NEAR(line.interval->first, -0.0188, 4e-4);
  EXPECT_NEAR(line.interval->second, 0.0188, 4e-4);
  EXPECT_DOUBLE_EQ(*line.p, 1);
}

TEST(CompareRuns, slices_are_corrected_together) {
  SuiteBuilder first;
  SuiteBuilder second;
  for (const char* topic : {"a", "b", "c"}) {
    first.add_many(40, "p", {{"topic", topic}});
    second.add_many(40, topic[0] == 'b' ? "f" : "p", {{"topic", topic}});
  }
  const auto suites = compare_runs(named("a", first.suite), named("b", second.suite), "topic");
  const auto& slices = suites[0].slices;
  ASSERT_EQ(slices.size(), 3u);
  std::vector<double> p_values;
  for (const auto& slice : slices) p_values.push_back(*slice.p);
  const auto adjusted = stats::benjamini_hochberg(p_values);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_DOUBLE_EQ(*slices[i].adjusted, adjusted[i]);
  EXPECT_EQ(slices[1].slice, (Tags{{"topic", "b"}}));
  EXPECT_LT(*slices[1].adjusted, 0.001);
  EXPECT_GT(*slices[0].adjusted, 0.9);
}

TEST(CompareRuns, a_check_of_zero_and_one_is_shown_once) {
  const std::vector<double> values{1, 1, 0};
  auto suite = SuiteBuilder().add("p").add("p").add("f");
  suite.column("contains", Unit::share, values).column("contains.pass", Unit::share, values);
  suite.column("rubric", Unit::share, {0.5, 0.7, 0.2}).column("rubric.pass", Unit::share, {0, 1, 0});
  const auto suites = compare_runs(named("a", suite.suite), named("b", suite.suite), std::nullopt);
  std::vector<std::string> names;
  for (const auto& line : suites[0].metrics) names.push_back(line.metric);
  EXPECT_EQ(names, (std::vector<std::string>{"pass_rate", "contains", "rubric", "rubric.pass"}));
  EXPECT_EQ(metric(suites[0], "contains").method, "tango");
  EXPECT_EQ(metric(suites[0], "rubric").method, "t-paired");
  EXPECT_EQ(metric(suites[0], "rubric.pass").method, "tango");
}

TEST(CompareRuns, a_score_of_pass_and_fail_alone_is_not_shown) {
  auto plain = SuiteBuilder().add("p").add("f").column("score", Unit::share, {1, 0});
  auto graded = SuiteBuilder().add("p").add("f").column("score", Unit::share, {0.8, 0});
  const auto shown = [](const SuiteEvidence& suite) {
    return compare_runs(named("a", suite), named("b", suite), std::nullopt)[0].metrics.size();
  };
  EXPECT_EQ(shown(plain.suite), 1u);
  EXPECT_EQ(shown(graded.suite), 2u);
}

TEST(CompareRuns, samples_that_were_not_scored_flip_nothing) {
  auto first = SuiteBuilder().add("p").add("p");
  auto second = SuiteBuilder().add("e").add("p");
  const auto suites = compare_runs(named("a", first.suite), named("b", second.suite), std::nullopt);
  EXPECT_TRUE(suites[0].regressed.empty());
  EXPECT_EQ(suites[0].unmeasured, 1u);
}

}  // namespace
}  // namespace assay::gate
