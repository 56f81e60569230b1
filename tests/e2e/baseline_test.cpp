/// A candidate against what is released: series of runs, cases that come and go, machines without history.

#include "tests/e2e/project.hpp"

#include <chrono>
#include <thread>

namespace assay::e2e {
namespace {

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

/// `lost-N` fails the first N of the questions.
constexpr const char* kStub = R"(version: 1
rules:
  - {when: {model: lost-3, last_user: {regex: "Question [123]\\?"}}, answer: "no"}
  - {when: {model: lost-6, last_user: {regex: "Question [1-6]\\?"}}, answer: "no"}
  - {when: {model: lost-9, last_user: {regex: "Question [1-9]\\?"}}, answer: "no"}
  - {when: {model: lost-40, last_user: {regex: "Question ([1-9]|[123][0-9]|40)\\?"}}, answer: "no"}
  - {when: {model: down}, fault: {status: 401}}
  - {answer: ok}
)";

constexpr int kCases = 100;

class Baseline : public ::testing::Test {
 protected:
  void SetUp() override {
    project_.write("stub.yaml", kStub);
    project_.write("suite.yaml", numbered_suite(kCases));
  }

  [[nodiscard]] Finished run(const std::string& model, const std::vector<std::string>& more = {}) const {
    std::vector<std::string> list{"run", "suite.yaml", "--url", "stub:stub.yaml", "--model", model, "--out", "out"};
    list.insert(list.end(), more.begin(), more.end());
    return project_.assay(list);
  }

  void set(const std::string& name, const std::string& what = "latest", const std::vector<std::string>& more = {}) {
    std::vector<std::string> list{"baseline", "set", name, what};
    list.insert(list.end(), more.begin(), more.end());
    const auto done = project_.assay(list);
    ASSERT_EQ(done.code, 0) << done.err;
  }

  [[nodiscard]] Json verdict() const { return json_of(project_.read("out/verdict.json")); }

  /// The row of a comparison with `against`; fails the test without one.
  [[nodiscard]] Json row(const std::string& against = "baseline") const {
    const auto json = verdict();
    for (const auto& gate : json.at("gates")) {
      if (gate.at("against") == against) return gate;
    }
    ADD_FAILURE() << "no gate is against a " << against << ": " << json.at("gates").dump(2);
    return nullptr;
  }

  /// The state of that row after a run by gate.yaml.
  [[nodiscard]] std::string row_state(const std::string& model) const {
    (void)run(model, {"--gate", "gate.yaml"});
    return row().at("state").get<std::string>();
  }

  Project project_;
};

TEST_F(Baseline, the_same_again_passes_and_says_what_it_was_compared_with) {
  ASSERT_EQ(run("good").code, 0);
  set("main");
  const auto ended = run("good", {"--baseline", "main"});
  EXPECT_EQ(ended.code, 0) << ended.out << ended.err;
  const auto baseline = verdict().at("baseline");
  EXPECT_EQ(baseline.at("ref"), "main");
  EXPECT_EQ(baseline.at("runs").size(), 1u);
  EXPECT_EQ(baseline.at("common"), kCases);
  EXPECT_TRUE(baseline.at("added").empty());
  const auto gate = row();
  EXPECT_EQ(gate.at("state"), "pass");
  EXPECT_EQ(gate.at("method"), "tango");
  EXPECT_EQ(gate.at("margin"), 0.05);
  EXPECT_EQ(gate.at("estimate"), 0.0);
  EXPECT_NEAR(gate.at("interval").at(1).get<double>(), 0.02634, 5e-5) << "z²/(n + z²), no pair differs";
}

TEST_F(Baseline, a_loss_beyond_chance_blocks_though_the_floor_holds) {
  ASSERT_EQ(run("good").code, 0);
  set("main");
  const auto ended = run("lost-9", {"--baseline", "main"});
  EXPECT_EQ(ended.code, 1) << ended.out << ended.err;
  const auto gate = row();
  EXPECT_EQ(gate.at("state"), "block");
  EXPECT_NEAR(gate.at("estimate").get<double>(), -0.09, 1e-12);
  EXPECT_NEAR(gate.at("candidate").get<double>(), 0.91, 1e-12);
  EXPECT_EQ(gate.at("baseline"), 1.0);
  for (const auto& other : verdict().at("gates")) {
    if (other.at("against").is_null()) EXPECT_EQ(other.at("state"), "pass");
  }
  EXPECT_TRUE(has(ended.out, "BLOCK")) << ended.out;
}

TEST_F(Baseline, one_that_is_not_there_is_an_error_unless_the_policy_is_starting_up) {
  const auto missing = run("good", {"--baseline", "main"});
  EXPECT_EQ(missing.code, 3) << missing.out << missing.err;
  EXPECT_TRUE(has(verdict().at("reasons").dump(), "main")) << verdict().at("reasons");
  project_.write("gate.yaml",
                 "version: 1\nbaseline: {ref: main, bootstrap: true}\n"
                 "gates: [{id: overall, metric: pass_rate, floor: 0.8, margin: 0.06}]\non_inconclusive: warn\n");
  const auto first = run("good", {"--gate", "gate.yaml"});
  EXPECT_EQ(first.code, 2) << "a missing baseline is never warned away: " << first.out << first.err;
  set("main");
  EXPECT_EQ(run("good", {"--gate", "gate.yaml"}).code, 0) << verdict();
}

TEST_F(Baseline, cases_that_come_and_change_do_not_void_it_and_are_listed) {
  ASSERT_EQ(run("good").code, 0);
  set("main");
  auto suite = numbered_suite(kCases + 2);
  const std::string before = "id: case-7, vars: {n: 7}";
  suite.replace(suite.find(before), before.size(), "id: case-7, vars: {n: 700}");
  project_.write("suite.yaml", suite);
  EXPECT_EQ(run("good", {"--baseline", "main"}).code, 0) << verdict();
  const auto baseline = verdict().at("baseline");
  EXPECT_EQ(baseline.at("common"), kCases - 1);
  EXPECT_EQ(baseline.at("added"), Json::array({"numbered/case-101", "numbered/case-102"}));
  EXPECT_EQ(baseline.at("changed"), Json::array({"numbered/case-7"}));
}

TEST_F(Baseline, another_suite_is_not_comparable) {
  ASSERT_EQ(run("good").code, 0);
  set("main");
  project_.write("suite.yaml", numbered_suite(kCases, "    - not: {contains: never}\n"));
  EXPECT_EQ(run("good", {"--baseline", "main"}).code, 3) << "every check changed: " << verdict();
  EXPECT_TRUE(has(verdict().at("reasons").dump(), "90 %")) << verdict().at("reasons");
}

TEST_F(Baseline, old_answers_under_new_checks_stand_in_for_the_run) {
  ASSERT_EQ(run("good").code, 0);
  set("main");
  project_.write("suite.yaml", numbered_suite(kCases, "    - not: {contains: never}\n"));
  ASSERT_EQ(project_.assay({"score", "main", "suite.yaml"}).code, 0);
  EXPECT_EQ(run("good", {"--baseline", "main"}).code, 0) << verdict();
  EXPECT_EQ(verdict().at("baseline").at("common"), kCases);
}

TEST_F(Baseline, old_answers_are_no_younger_for_being_scored_again) {
  project_.write("gate.yaml",
                 "version: 1\nbaseline: {ref: main, max_age: 1s}\n"
                 "gates: [{id: overall, metric: pass_rate, floor: 0.8, margin: 0.06}]\n");
  ASSERT_EQ(run("good").code, 0);
  set("main");
  std::this_thread::sleep_for(std::chrono::milliseconds(1100));
  ASSERT_EQ(project_.assay({"score", "main", "suite.yaml"}).code, 0);
  EXPECT_EQ(run("good", {"--gate", "gate.yaml"}).code, 3) << verdict();
  EXPECT_TRUE(has(verdict().at("reasons").dump(), "older than max_age")) << verdict().at("reasons");
}

TEST_F(Baseline, answers_scored_after_the_run_count_where_the_baseline_is_named_anew) {
  ASSERT_EQ(run("good").code, 0);
  set("main");
  project_.write("suite.yaml", numbered_suite(kCases, "    - not: {contains: never}\n"));
  ASSERT_EQ(run("good", {"--baseline", "main"}).code, 3);
  const auto candidate = verdict().at("run").get<std::string>();
  const auto decision = verdict().at("decision");
  ASSERT_EQ(project_.assay({"score", "main", "suite.yaml"}).code, 0);
  EXPECT_EQ(project_.assay({"gate", candidate, "--out", "out"}).code, 3);
  EXPECT_EQ(verdict().at("decision"), decision) << "decided again, it finds what was there";
  EXPECT_EQ(project_.assay({"gate", candidate, "--baseline", "main", "--out", "out"}).code, 0) << verdict();
}

TEST_F(Baseline, a_decision_made_again_finds_what_the_first_one_found) {
  ASSERT_EQ(run("lost-3").code, 0);
  set("main");
  ASSERT_EQ(run("lost-6", {"--baseline", "main"}).code, 1) << "three of 100 lost, none gained";
  const auto first = verdict();
  ASSERT_EQ(run("lost-6").code, 0);
  set("main");
  const auto again = project_.assay({"gate", first.at("run").get<std::string>(), "--out", "out"});
  EXPECT_EQ(again.code, 1);
  EXPECT_EQ(verdict().at("decision"), first.at("decision"));
  EXPECT_EQ(verdict().at("baseline").at("runs"), first.at("baseline").at("runs"));
  (void)project_.assay({"gate", first.at("run").get<std::string>(), "--baseline", "main", "--out", "out"});
  EXPECT_EQ(verdict().at("baseline").at("runs").size(), 2u) << "named anew, the newer setting counts";
}

TEST_F(Baseline, small_losses_that_add_up_meet_the_anchor) {
  project_.write("gate.yaml",
                 "version: 1\nbaseline: {ref: main, runs: 1, anchor: ga, anchor_margin: 0.12}\n"
                 "gates: [{id: overall, metric: pass_rate, floor: 0.5, margin: 0.08}]\n");
  ASSERT_EQ(run("good").code, 0);
  set("ga");
  set("main");
  for (const auto* model : {"lost-3", "lost-6"}) {
    EXPECT_EQ(row_state(model), "pass") << model << ": a step of three cases is within the margin";
    set("main", "latest", {"--reason", "a step"});
  }
  EXPECT_EQ(row_state("lost-9"), "pass") << "so is the third step";
  EXPECT_EQ(row("anchor").at("state"), "block") << "and the sum of the three is not";
  EXPECT_EQ(verdict().at("verdict"), "BLOCK");
}

TEST_F(Baseline, a_baseline_that_is_run_beside_decides) {
  project_.write("assay.yaml", R"(version: 1
targets:
  stable: {api: openai-chat, url: "stub:stub.yaml", model: good}
  next: {extends: stable, model: lost-9}
  same: {extends: stable, model: other}
)");
  const auto worse = project_.assay({"run", "suite.yaml", "--target", "next", "--against", "stable", "--out", "out"});
  EXPECT_EQ(worse.code, 1) << worse.out << worse.err;
  EXPECT_EQ(row().at("state"), "block");
  EXPECT_EQ(verdict().at("baseline").at("ref"), "stable");
  const auto same = project_.assay({"run", "suite.yaml", "--target", "same", "--against", "stable", "--out", "out"});
  EXPECT_EQ(same.code, 0) << same.out << same.err;
  EXPECT_EQ(project_.assay({"run", "suite.yaml", "--target", "same", "--against", "stable", "--baseline", "x"}).code,
            4);
}

TEST_F(Baseline, goes_to_a_machine_without_history) {
  ASSERT_EQ(run("good").code, 0);
  set("main");
  ASSERT_EQ(project_.assay({"baseline", "export", "main", "-o", "main.baseline"}).code, 0);
  EXPECT_EQ(project_.assay({"baseline", "export", "main", "-o", "main.baseline"}).code, 4) << "it is there already";
  for (int twice = 0; twice < 2; ++twice) {
    const auto read = project_.assay({"baseline", "import", "main.baseline", "--store", "there.db"});
    EXPECT_EQ(read.code, 0) << read.err;
  }
  EXPECT_EQ(json_of(project_.assay({"baseline", "list", "--json", "--store", "there.db"}).out).size(), 1u);
  EXPECT_EQ(run("good", {"--baseline", "main", "--store", "there.db"}).code, 0) << verdict();
  EXPECT_EQ(run("lost-9", {"--baseline", "main", "--store", "there.db"}).code, 1) << verdict();
}

TEST_F(Baseline, takes_whole_and_sound_runs_only) {
  const auto refused = [&](std::string_view why, const std::vector<std::string>& more = {}) {
    std::vector<std::string> list{"baseline", "set", "main", "latest"};
    list.insert(list.end(), more.begin(), more.end());
    const auto done = project_.assay(list);
    EXPECT_EQ(done.code, 4) << done.out;
    EXPECT_TRUE(has(done.err, why)) << done.err;
    EXPECT_TRUE(has(done.err, "; help: ")) << done.err;
  };
  EXPECT_EQ(run("good", {"--limit", "50"}).code, 2);
  refused("narrowed");
  EXPECT_EQ(run("lost-40").code, 1);
  refused("was blocked");
  EXPECT_EQ(project_.assay({"baseline", "set", "main", "latest", "--reason", "we start here"}).code, 0);
  EXPECT_EQ(run("down").code, 3);
  refused("", {"--reason", "never"});
  EXPECT_EQ(run("good").code, 0);
  for (const auto* name : {"latest", "commit=1", "20261121", "a b"}) {
    EXPECT_EQ(project_.assay({"baseline", "set", name, "latest"}).code, 4) << name;
  }
  EXPECT_EQ(project_.assay({"baseline", "set", "main", "nothing"}).code, 4);
}

TEST_F(Baseline, the_candidate_is_never_compared_with_itself) {
  ASSERT_EQ(run("good").code, 0);
  const auto latest = run("good", {"--baseline", "latest"});
  EXPECT_EQ(latest.code, 4);
  EXPECT_TRUE(has(latest.err, "candidate itself")) << latest.err;
  set("main");
  const auto scored = project_.assay({"score", "main", "suite.yaml", "--out", "out"});
  ASSERT_EQ(scored.code, 0) << scored.err;
  const auto again =
      project_.assay({"gate", verdict().at("run").get<std::string>(), "--baseline", "main", "--out", "out"});
  EXPECT_EQ(again.code, 3) << again.out;
  EXPECT_TRUE(has(verdict().at("reasons").dump(), "own answers")) << verdict().at("reasons");
}

TEST_F(Baseline, averages_the_newest_runs_of_its_series) {
  project_.write("gate.yaml",
                 "version: 1\nbaseline: {ref: main, runs: 2}\n"
                 "gates: [{id: overall, metric: pass_rate, floor: 0.5, margin: 0.06}]\n");
  for (const auto* model : {"lost-40", "good", "lost-6"}) {
    (void)run(model);
    set("main", "latest", {"--reason", "a step"});
  }
  EXPECT_NE(row_state("lost-3"), "error");
  EXPECT_EQ(verdict().at("baseline").at("runs").size(), 2u);
  EXPECT_NEAR(row().at("baseline").get<double>(), 0.97, 1e-12) << "the mean of 1 and 0.94";
  EXPECT_NEAR(row().at("estimate").get<double>(), 0.0, 1e-12);
  EXPECT_NE(row().at("method"), "tango") << "a mean of runs is no coin";
}

}  // namespace
}  // namespace assay::e2e
