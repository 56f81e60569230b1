/// The screens of `assay plan`, `assay compare` and `assay history --flaky`, as a person sees them.

#include "reports/display.hpp"
#include "tests/support/golden.hpp"

#include <assay/reports/comparison.hpp>
#include <assay/reports/flaky.hpp>
#include <assay/reports/forecast.hpp>

#include <sstream>

namespace assay::reports {
namespace {

using test::expect_golden;

void expect_width(const std::string& text, int width) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) EXPECT_LE(display_width(line), width) << line;
}

GateForecast floor_row() {
  GateForecast row;
  row.id = "overall";
  row.suite = "support";
  row.metric = "pass_rate";
  row.claim = "pass_rate >= 0.8";
  row.n = 200;
  row.bound = 0.8;
  row.expected = 0.859;
  row.pass = 0.713;
  row.least_rate = 0.8712;
  row.mde = 0.0712;
  row.least = 11;
  row.enough = 243;
  return row;
}

GateForecast margin_row(std::string id, double margin) {
  GateForecast row;
  row.id = std::move(id);
  row.suite = "support";
  row.metric = "pass_rate";
  row.claim = "pass_rate >= main - 0.05";
  row.against = Against::baseline;
  row.n = 200;
  row.margin = margin;
  row.discordance = 0.069;
  row.known = 200;
  row.pass = 0.788;
  row.false_block = 0.05;
  row.losses = {{margin / 2, 0.297, 0.371}, {margin, 0.659, 0.05}, {2 * margin, 0.968, 0.0003}};
  row.mde = 0.0634;
  row.least = 52;
  row.enough = 208;
  return row;
}

ForecastView plan() {
  ForecastView view;
  view.target = "v7";
  view.model = "support-2026-11";
  view.policy = "gate.yaml";
  view.suites = {{"support", 200, 200, 1, 200, 12, 198, "20261120-081530-3fa9c2", "prompt"}};
  view.work = {
      {"target", "v7", "support-2026-11", 200, 12'400.0, 3'200.0, 0.00378, 17.8, false, "16 in flight, 1.42 s a call"},
      {"judge", "strict", "judge-1", 200, {}, {}, {}, {}, true, ""}};
  view.opponent = "main, the mean of 5 runs";
  auto zero = floor_row();
  zero.id = "critical";
  zero.claim = "no failing sample where severity=critical";
  zero.n = 50;
  zero.least_rate.reset();
  zero.least.reset();
  zero.enough.reset();
  zero.expected.reset();
  zero.pass = 0.81;
  zero.note = "50 cases without a failure show a failure rate below 5.8 %";
  view.gates = {floor_row(), zero, margin_row("overall", 0.05)};
  for (const char* topic : {"billing", "outage"}) {
    auto slice = margin_row("by-topic", 0.1);
    slice.slice = {{"topic", topic}};
    slice.blocking = false;
    slice.assumed = true;
    slice.n = 40;
    view.gates.push_back(slice);
  }
  view.looks = LooksForecast{0.761, {0.21, 0.62, 0.78, 0.83}, "overall"};
  view.spared = 47;
  view.notes = {"$LLM_KEY is not set: `assay run` would refuse to start"};
  return view;
}

TEST(LookAhead, as_a_person_sees_it) {
  const auto text = forecast_text(plan(), {});
  expect_golden("plan.txt", text);
  expect_width(text, 100);
  expect_width(forecast_text(plan(), {false, 80}), 80);
}

TEST(LookAhead, what_is_not_known_is_null) {
  const auto json = forecast_json(plan());
  EXPECT_TRUE(json.at("usd").is_null());
  EXPECT_TRUE(json.at("work")[1].at("input_tokens").is_null());
  EXPECT_TRUE(json.at("gates")[1].at("expected").is_null());
  EXPECT_EQ(json.at("gates")[2].at("losses")[1].at("block"), 0.659);
  EXPECT_EQ(json.at("gates")[3].at("discordance_from"), "assumed");
}

MetricComparison line(std::string metric, Unit unit, double first, double second, std::pair<double, double> interval) {
  MetricComparison line;
  line.metric = std::move(metric);
  line.unit = unit;
  line.n = 198;
  line.first = first;
  line.second = second;
  line.difference = second - first;
  line.interval = interval;
  line.method = "tango";
  line.p = line.adjusted = 0.2;
  return line;
}

ComparisonView comparison() {
  ComparisonView view;
  view.first = {"20261120-081530-3fa9c2", "PASS", {1763629200000}, "v6", "support-2026-08", "0123456789abcdef"};
  view.second = {"20261121-100200-77aa01", "BLOCK", {1763719320000}, "v7", "support-2026-11", ""};
  view.differences = {"target: v6, now v7", "model: support-2026-08, now support-2026-11"};
  view.by = "topic";
  SuiteComparisonView suite;
  suite.differences = {"temperature: 0, now 1.2"};
  auto& numbers = suite.numbers;
  numbers.suite = "support";
  numbers.common = 198;
  numbers.added = {"refund-9"};
  numbers.changed = {"a", "b", "c", "d", "e", "f", "g"};
  auto rate = line("pass_rate", Unit::share, 0.89, 0.84, {-0.1037, -0.00003});
  rate.adjusted = 0.04;
  auto latency = line("latency", Unit::seconds, 0.451, 0.528, {0.002, 0.155});
  latency.better = Direction::down;
  latency.method = "hodges-lehmann";
  latency.adjusted = 0.01;
  auto cost = line("cost_per_case", Unit::usd, 0.0021, 0.0018, {-0.0005, -0.0001});
  cost.better = Direction::down;
  cost.method = "t-paired";
  cost.adjusted = 0.01;
  numbers.metrics = {rate, line("polite", Unit::share, 0.95, 0.955, {-0.02, 0.03}), latency, cost};
  auto slice = line("pass_rate", Unit::share, 0.9, 0.6, {-0.45, -0.15});
  slice.slice = {{"topic", "billing"}};
  slice.adjusted = 0.001;
  numbers.slices = {slice};
  numbers.regressed.resize(18);
  numbers.fixed.resize(1);
  suite.regressed = {{"refund-1", 1, 0,
                      "contains: the answer does not contain 'refund': We are very sorry to hear that.", 12, 12, 11, 2},
                     {"refund-2", 1, 0.25, "rubric: rude", 1, 1, 1, 0}};
  suite.fixed = {{"outage-3", 0, 1, "equals: expected 'outage', got '\x1b[31mbilling'", 12, 12, 6, 7}};
  view.suites = {suite};
  view.only_second = {"extra"};
  return view;
}

TEST(Comparison, as_a_person_sees_it) {
  const auto text = comparison_text(comparison(), {});
  expect_golden("compare.txt", text);
  expect_width(text, 100);
  expect_width(comparison_text(comparison(), {false, 80}), 80);
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
}

TEST(Comparison, counts_what_it_does_not_list) {
  const auto json = comparison_json(comparison());
  EXPECT_EQ(json.at("suites")[0].at("regressed").at("count"), 18);
  EXPECT_EQ(json.at("suites")[0].at("regressed").at("cases").size(), 2u);
}

TEST(Flaky, as_a_person_sees_it) {
  FlakyView view;
  view.suite = "support";
  view.cases = 200;
  const double rates[] = {0.86, 0.85, 0.88, 0.86, 0.81, 0.83};
  for (std::size_t i = 0; i < std::size(rates); ++i) {
    view.trend.push_back(
        {"run-" + std::to_string(i), {1763629200000 + static_cast<std::int64_t>(i) * 86400000}, "PASS", 200, rates[i]});
  }
  view.flaky = {{"jp", 6, 24, 11, 4, true, false, ""},
                {"fr", 6, 24, 20, 1, true, true, "2026-12-01T00:00:00Z"},
                {"us", 6, 24, 20, 1, false, true, ""}};
  view.spreads = {{"polite", "strict", 0.0061, 0.0412, "3 scorings of run 20261120-081530-3fa9c2"}};
  view.entry =
      "quarantine:\n  - {suite: \"support\", case: \"jp\", owner: TEAM, reason: \"passes 11 of 24 samples in 6 runs\", "
      "expires: 2026-12-05}\n";
  expect_golden("history-flaky.txt", flaky_text(view, {}));
  EXPECT_EQ(flaky_json(view).at("flaky")[0].at("one_candidate"), true);
}

}  // namespace
}  // namespace assay::reports
