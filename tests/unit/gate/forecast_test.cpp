/// What a policy could show, against the powers of stats and the simulated operating characteristics of the gate.

#include "tests/unit/gate/evidence_builder.hpp"

#include <assay/gate/forecast.hpp>
#include <assay/stats/power.hpp>
#include <assay/stats/proportion.hpp>

#include <gtest/gtest.h>

#include <cmath>

namespace assay::gate {
namespace {

using testing::floor_gate;
using testing::policy_of;
using testing::SuiteBuilder;
using testing::zero_gate;

/// `n` planned cases. `restless` of them passed once of two times, all others always: a spread of ½ a case.
Outlook outlook_of(std::uint64_t n, std::uint64_t restless) {
  Outlook outlook;
  outlook.planned = SuiteBuilder().add_many(static_cast<int>(n), "p").suite;
  for (std::uint64_t i = 0; i < n; ++i) outlook.history.push_back({2, i < restless ? 1U : 2U});
  return outlook;
}

GateSpec margin_gate(double margin) {
  auto gate = floor_gate(0);
  gate.floor.reset();
  gate.margin = margin;
  return gate;
}

GateForecast one(const GateSpec& gate, const Outlook& outlook, double opponents_samples = 5) {
  const std::vector<Outlook> suites{outlook};
  const std::vector<Opponent> opponents{{Against::baseline, opponents_samples}};
  const auto rows = forecast(policy_of({gate}), suites, opponents);
  EXPECT_EQ(rows.size(), 1u);
  return rows.empty() ? GateForecast{} : rows.front();
}

/// Operating characteristics of these rules, simulated on a noisy population of 200 cases, margin 0.05: discordance
/// 0.115 between two single runs.
TEST(Forecast, a_margin_agrees_with_the_simulated_gate) {
  struct Row {
    double samples;  // of the opponent
    double pass;
    double pass_half, block_one, pass_one, block_two;  // of δ and 2δ; half is not simulated
  };
  constexpr double kNear = 0.05;
  const Row rows[] = {{1, 0.650, 0, 0.551, 0.046, 0.945}, {5, 0.836, 0, 0.677, 0.060, 0.986}};
  for (const auto& row : rows) {
    SCOPED_TRACE(row.samples);
    const auto forecast = one(margin_gate(0.05), outlook_of(200, 23), row.samples);
    EXPECT_FALSE(forecast.assumed);
    EXPECT_EQ(forecast.known, 200u);
    EXPECT_NEAR(*forecast.discordance, 0.0575 * (1 + 1 / row.samples), 1e-12);
    EXPECT_NEAR(*forecast.pass, row.pass, kNear);
    EXPECT_NEAR(*forecast.false_block, 0.05, 0.01);
    ASSERT_EQ(forecast.losses.size(), 3u);
    EXPECT_DOUBLE_EQ(forecast.losses[0].loss, 0.025);
    EXPECT_DOUBLE_EQ(forecast.losses[2].loss, 0.10);
    EXPECT_NEAR(forecast.losses[1].block, row.block_one, kNear);
    EXPECT_NEAR(forecast.losses[1].pass, row.pass_one, 0.02);
    EXPECT_NEAR(forecast.losses[2].block, row.block_two, kNear);
    EXPECT_LT(forecast.losses[2].pass, 0.005);
    EXPECT_EQ(*forecast.least, 52u);
  }
}

TEST(Forecast, a_margin_has_the_powers_of_the_paired_design) {
  const auto row = one(margin_gate(0.05), outlook_of(200, 23), 1);
  const stats::PairedDesign unchanged{0.115, 0};
  EXPECT_DOUBLE_EQ(*row.pass, stats::margin_power(200, unchanged, 0.05, 0.05));
  EXPECT_EQ(*row.enough, *stats::margin_n(unchanged, 0.05, 0.05));
  EXPECT_DOUBLE_EQ(row.losses[1].block, stats::harm_power(200, {0.165, -0.05}, 0.05));
  // The MDE is the loss whose power is 80 %.
  EXPECT_NEAR(stats::harm_power(200, {0.115 + *row.mde, -*row.mde}, 0.05), 0.8, 1e-6);
}

TEST(Forecast, without_history_one_case_of_ten_is_believed_to_differ) {
  auto outlook = outlook_of(200, 0);
  outlook.history.clear();
  EXPECT_TRUE(one(margin_gate(0.05), outlook, 1).assumed);
  EXPECT_DOUBLE_EQ(*one(margin_gate(0.05), outlook, 1).discordance, 0.10);
  EXPECT_DOUBLE_EQ(*one(margin_gate(0.05), outlook, 5).discordance, 0.06);
  // One sample of a case says nothing of how it varies, and nine cases too little.
  outlook.history.assign(200, {1, 1});
  EXPECT_TRUE(one(margin_gate(0.05), outlook).assumed);
  for (int i = 0; i < 9; ++i) outlook.history[static_cast<std::size_t>(i)] = {4, 2};
  EXPECT_TRUE(one(margin_gate(0.05), outlook).assumed);
  outlook.history[9] = {4, 2};
  EXPECT_FALSE(one(margin_gate(0.05), outlook).assumed);
}

TEST(Forecast, a_suite_below_the_least_n_never_passes_a_margin) {
  EXPECT_DOUBLE_EQ(*one(margin_gate(0.05), outlook_of(51, 0)).pass, 0);
  EXPECT_GT(*one(margin_gate(0.05), outlook_of(80, 0)).pass, 0.8);
}

TEST(Forecast, more_samples_and_more_baseline_runs_halve_the_noise) {
  auto outlook = outlook_of(200, 23);
  const auto single = one(margin_gate(0.05), outlook, 1);
  outlook.samples = 4;
  const auto repeated = one(margin_gate(0.05), outlook, 20);
  EXPECT_NEAR(*repeated.discordance, 0.0575 * (0.25 + 0.05), 1e-12);
  EXPECT_GT(*repeated.pass, *single.pass + 0.2);
  EXPECT_LT(*repeated.mde, *single.mde);
}

TEST(Forecast, a_floor_passes_as_often_as_the_binomial_says_at_the_rate_of_history) {
  const auto row = one(floor_gate(0.8), outlook_of(200, 40));  // 160 cases at 1, 40 at ½
  EXPECT_DOUBLE_EQ(*row.expected, 0.9);
  EXPECT_DOUBLE_EQ(*row.pass, stats::floor_power(200, 0.8, 0.9, 0.05));
  EXPECT_DOUBLE_EQ(*row.least_rate, *stats::floor_detectable(200, 0.8, 0.05));
  EXPECT_DOUBLE_EQ(*row.mde, *row.least_rate - 0.8);
  EXPECT_EQ(*row.least, 11u);
  EXPECT_EQ(*row.enough, *stats::floor_n(0.8, 0.9, 0.05));
}

TEST(Forecast, a_floor_without_history_says_what_rate_it_takes_and_no_chance) {
  auto outlook = outlook_of(50, 0);
  outlook.history.clear();
  const auto row = one(floor_gate(0.8), outlook);
  EXPECT_FALSE(row.pass);
  EXPECT_FALSE(row.expected);
  EXPECT_TRUE(row.least_rate);
  EXPECT_NE(row.note.find("no history"), std::string::npos);
}

TEST(Forecast, zero_tolerance_passes_if_every_case_does) {
  auto outlook = outlook_of(50, 0);
  outlook.history[7] = {10, 9};
  outlook.samples = 2;
  EXPECT_NEAR(*one(zero_gate(), outlook).pass, 0.81, 1e-12);
  auto rate = zero_gate();
  rate.max_rate = 0.01;
  const auto row = one(rate, outlook);
  EXPECT_EQ(*row.least, 299u);
  EXPECT_DOUBLE_EQ(*row.pass, 0);
  EXPECT_NE(row.note.find("below 5.8 %"), std::string::npos) << row.note;
}

TEST(Forecast, a_quantile_counts_samples_and_takes_its_values_from_an_earlier_run) {
  auto gate = floor_gate(0);
  gate.floor.reset();
  gate.metric = "latency_p95";
  gate.max = 1.0;
  auto outlook = outlook_of(58, 0);
  EXPECT_EQ(*one(gate, outlook).least, 59u);
  EXPECT_DOUBLE_EQ(*one(gate, outlook).pass, 0);

  // 100 of 100 samples of an earlier run were within: so will all 59 be.
  auto earlier = SuiteBuilder().add_many(100, "p").suite;
  earlier.columns.push_back(
      {"latency", Unit::seconds, Direction::down, std::vector<double>(100, 0.4), std::vector<std::uint8_t>(100, 1)});
  outlook = outlook_of(59, 0);
  outlook.earlier = &earlier;
  EXPECT_NEAR(*one(gate, outlook).pass, 1, 1e-12);
  // 2 of 100 were not: all 59 are within with 0.98^59.
  earlier.columns.back().values[0] = earlier.columns.back().values[1] = 3;
  EXPECT_NEAR(*one(gate, outlook).pass, std::pow(0.98, 59), 1e-9);
}

TEST(Forecast, slices_have_rows_of_their_own_and_a_block_must_survive_holm) {
  Outlook outlook;
  SuiteBuilder builder;
  for (const auto* name : {"a", "b"}) builder.add_many(100, "p", {{"topic", name}});
  outlook.planned = builder.suite;
  auto gate = margin_gate(0.10);
  gate.by = "topic";
  const std::vector<Outlook> suites{outlook};
  const std::vector<Opponent> opponents{{Against::baseline, 1}};
  const auto rows = forecast(policy_of({gate}), suites, opponents);
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[1].slice, (Tags{{"topic", "b"}}));
  EXPECT_FALSE(rows[1].blocking);
  EXPECT_DOUBLE_EQ(rows[1].losses[2].block, stats::harm_power(100, {0.30, -0.20}, 0.025));
}

TEST(Forecast, claims_against_a_baseline_have_no_row_where_there_is_none) {
  auto gate = margin_gate(0.05);
  gate.floor = 0.8;
  const std::vector<Outlook> suites{outlook_of(100, 0)};
  EXPECT_EQ(forecast(policy_of({gate}), suites, {}).size(), 1u);
}

TEST(Forecast, an_anchor_has_its_own_margin) {
  auto policy = policy_of({margin_gate(0.05)});
  policy.baseline = BaselinePolicy{.ref = "main", .anchor = "ga", .anchor_margin = 0.10};
  const std::vector<Outlook> suites{outlook_of(200, 23)};
  const std::vector<Opponent> opponents{{Against::baseline, 5}, {Against::anchor, 1}};
  const auto rows = forecast(policy, suites, opponents);
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[1].against, Against::anchor);
  EXPECT_DOUBLE_EQ(*rows[1].margin, 0.10);
  EXPECT_NE(rows[1].claim.find("ga"), std::string::npos);
}

/// Simulated: five O'Brien–Fleming looks at n = 500 spare an unchanged candidate 44 % of its calls.
TEST(Forecast, looks_spare_what_the_simulation_spared) {
  auto policy = policy_of({margin_gate(0.05)});
  policy.sampling = Sampling{.looks = {0.2, 0.4, 0.6, 0.8, 1.0}};
  const std::vector<Outlook> suites{outlook_of(500, 58)};
  const std::vector<Opponent> opponents{{Against::baseline, 5}};
  const auto rows = forecast(policy, suites, opponents);
  const auto looks = forecast_looks(policy, rows);
  ASSERT_TRUE(looks);
  EXPECT_NEAR(1 - looks->fraction, 0.44, 0.04);
  EXPECT_EQ(looks->decided.size(), 5u);
  EXPECT_EQ(looks->slowest, rows.front().id);
  policy.sampling.reset();
  EXPECT_FALSE(forecast_looks(policy, rows));
}

}  // namespace
}  // namespace assay::gate
