#include <assay/reports/simulation.hpp>

#include <gtest/gtest.h>

namespace assay::reports {
namespace {

SimulationView view_of() {
  SimulationView view{.run = "20261121-0932", .history = 6, .samples = 1, .baseline = 5, .replicates = 2000, .seed = 1};
  view.margin = 0.05;
  view.fixed = 0.84;
  view.tuned = 0.8125;
  view.suites = {{"capitals", 200, 0.859, 0.115, false}};
  view.rows = {
      {.change = "unchanged", .loss = 0, .pass = {0.83, 0.81, 0.85}, .block = {0.04, 0.032, 0.049}, .samples = 200},
      {.change = "broken cases", .loss = 0.1, .block = {0.98, 0.97, 0.99}, .samples = 200}};
  view.blame = {{"overall", "capitals", {0.04, 0.032, 0.049}}};
  view.left_out = {"ttft"};
  return view;
}

TEST(Simulation, the_text_says_who_is_wrong_how_often_and_what_was_left_out) {
  const auto text = simulation_text(view_of(), {.color = false, .width = 140});
  for (const char* part : {"6 runs of history", "5 baseline runs", "suite capitals: 200 cases", "chance 0.115",
                           "unchanged", "4.0 % [3.2, 4.9]", "broken cases, −10 pp", "98.0 % [97.0, 99.0]", "fixed 84 %",
                           "tuned 81.2 %", "not simulated, for they read more than who passes: ttft",
                           "blocks an unchanged candidate most: overall (capitals)"}) {
    EXPECT_NE(text.find(part), std::string::npos) << part << " is missing in\n" << text;
  }
  EXPECT_EQ(text.find("error"), std::string::npos) << "a column without a value";
}

TEST(Simulation, the_json_holds_every_rate_with_its_interval) {
  const auto json = simulation_json(view_of());
  EXPECT_EQ(json.at("rows").size(), 2u);
  EXPECT_EQ(json.at("rows")[1].at("block").at("share"), 0.98);
  EXPECT_EQ(json.at("rows")[1].at("block").at("interval")[0], 0.97);
  EXPECT_EQ(json.at("blame")[0].at("gate"), "overall");
  EXPECT_EQ(json.at("suites")[0].at("assumed"), false);
}

TEST(Simulation, a_discordance_that_no_history_shows_is_said_to_be_assumed) {
  auto view = view_of();
  view.suites[0].assumed = true;
  view.blame.clear();
  const auto text = simulation_text(view, {.color = false, .width = 140});
  EXPECT_NE(text.find("assumed: no case was seen twice"), std::string::npos) << text;
  EXPECT_NE(text.find("no gate blocked an unchanged candidate"), std::string::npos) << text;
}

}  // namespace
}  // namespace assay::reports
