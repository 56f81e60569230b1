/// `assay simulate --from-history`: what a policy would make of the runs that one has.

#include "tests/e2e/project.hpp"

namespace assay::e2e {
namespace {

/// Sixty cases: two thirds always pass, a third passes three times of four.
class Simulate : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string suite = "version: 1\nsuite: chance\nmessages: [{user: \"{{kind}} {{n}}?\"}]\n";
    suite += "defaults: {checks: [{equals: right}]}\ncases:\n";
    for (int i = 1; i <= 60; ++i) {
      const auto n = std::to_string(i);
      const std::string kind = i % 3 == 0 ? "shaky" : "steady";
      suite += "  - {id: case-" + n + ", tags: {kind: " + kind + "}, vars: {n: " + n + ", kind: " + kind + "}}\n";
    }
    project_.write("suite.yaml", suite);
    for (int seed = 1; seed <= 4; ++seed) {
      project_.write("stub-" + std::to_string(seed) + ".yaml",
                     "version: 1\nseed: " + std::to_string(seed) +
                         "\nrules:\n  - {when: {last_user: {contains: steady}}, answer: right}\n"
                         "  - {probability: 0.75, answer: right}\n  - {answer: wrong}\n");
    }
    project_.write("floor.yaml", "version: 1\ngates: [{id: low, metric: pass_rate, floor: 0.5}]\n");
    project_.write("gate.yaml",
                   "version: 1\nbaseline: {ref: main, runs: 5}\ngates:\n"
                   "  - {id: overall, metric: pass_rate, margin: 0.10}\n"
                   "  - {id: quick, metric: latency_p50, max: 10s}\n");
  }

  void run(int times) const {
    for (int seed = 1; seed <= times; ++seed) {
      const auto ended = project_.assay({"run", "suite.yaml", "--gate", "floor.yaml", "--model", "m", "--url",
                                         "stub:stub-" + std::to_string(seed) + ".yaml"});
      ASSERT_EQ(ended.code, 0) << ended.err;
    }
  }

  [[nodiscard]] Finished simulate(const std::vector<std::string>& more = {}) const {
    std::vector<std::string> list{"simulate", "--from-history", "--replicates", "100"};
    list.insert(list.end(), more.begin(), more.end());
    return project_.assay(list);
  }

  Project project_;
};

const Json& row_of(const Json& found, const std::string& change, double loss) {
  for (const auto& row : found.at("rows")) {
    if (row.at("change") == change && std::abs(row.at("loss").get<double>() - loss) < 1e-9) return row;
  }
  ADD_FAILURE() << "no row " << change << " " << loss;
  return found.at("rows")[0];
}

TEST_F(Simulate, a_policy_on_ones_own_runs_seldom_blocks_what_is_unchanged_and_finds_what_is_broken) {
  run(4);
  const auto ended = simulate({"--gate", "gate.yaml", "--json"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  const auto found = json_of(ended.out);
  EXPECT_EQ(found.at("history"), 4);
  EXPECT_EQ(found.at("baseline_runs"), 5);
  EXPECT_EQ(found.at("margin"), 0.1);
  EXPECT_EQ(found.at("left_out"), Json::array({"quick"}));
  const auto& suite = found.at("suites")[0];
  EXPECT_NEAR(suite.at("rate").get<double>(), 0.917, 0.05);
  EXPECT_NEAR(suite.at("discordance").get<double>(), 0.125, 0.05);  // a third of the cases, 2·¾·¼
  EXPECT_EQ(suite.at("assumed"), false);
  const auto& unchanged = row_of(found, "unchanged", 0);
  EXPECT_LE(unchanged.at("block").at("share").get<double>(), 0.14);  // 5 % and four standard errors
  EXPECT_EQ(unchanged.at("samples"), 60.0);
  EXPECT_GE(row_of(found, "broken cases", 0.2).at("block").at("share").get<double>(), 0.8);
  EXPECT_LE(row_of(found, "broken cases", 0.1).at("pass").at("share").get<double>(), 0.17);
  EXPECT_LE(unchanged.at("tuned_block").at("share").get<double>(), unchanged.at("block").at("share").get<double>());
  EXPECT_EQ(simulate({"--gate", "gate.yaml", "--json"}).out, ended.out) << "equal seeds, equal numbers";
  EXPECT_NE(simulate({"--gate", "gate.yaml", "--json", "--seed", "2"}).out, ended.out);
}

TEST_F(Simulate, the_text_names_the_gate_that_blocks_falsely_and_slices_are_hit_where_a_gate_looks_at_them) {
  run(2);
  project_.write("slices.yaml",
                 "version: 1\nbaseline: {ref: main, runs: 5}\ngates:\n"
                 "  - {id: strict, metric: pass_rate, floor: 0.9}\n"
                 "  - {id: by-kind, metric: pass_rate, by: kind, margin: 0.20}\n");
  const auto ended = simulate({"--gate", "slices.yaml", "--suite", "chance"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  for (const char* part : {"2 runs of history", "unchanged", "broken cases, −40 pp", "one kind, −20 pp",
                           "blocks an unchanged candidate most: "}) {
    EXPECT_NE(ended.out.find(part), std::string::npos) << part << " is missing in\n" << ended.out;
  }
}

TEST_F(Simulate, one_run_is_enough_and_what_it_cannot_tell_is_assumed) {
  run(1);
  const auto ended = simulate();  // the policy of the run: a floor
  ASSERT_EQ(ended.code, 0) << ended.err;
  EXPECT_NE(ended.out.find("assumed: no case was seen twice"), std::string::npos) << ended.out;
  EXPECT_NE(ended.out.find("the policy has no margin"), std::string::npos) << ended.out;
}

TEST_F(Simulate, without_a_whole_run_or_a_gate_that_it_can_play_it_says_what_to_do) {
  project_.write("quick.yaml", "version: 1\ngates: [{id: quick, metric: latency_p50, max: 10s}]\n");
  const auto missing = simulate();
  EXPECT_EQ(missing.code, 4);
  EXPECT_NE(missing.err.find("; help: "), std::string::npos) << missing.err;
  run(1);
  struct Row {
    std::vector<std::string> more;
    std::string said;
  };
  for (const auto& row : {Row{{"--suite", "other"}, "no finished run of the whole suite 'other'"},
                          Row{{"--gate", "quick.yaml"}, "no gate of the policy is told by who passes"},
                          Row{{"--gate", "none.yaml"}, "none.yaml"}}) {
    SCOPED_TRACE(row.said);
    const auto ended = simulate(row.more);
    EXPECT_EQ(ended.code, 4) << ended.err;
    EXPECT_NE(ended.err.find(row.said), std::string::npos) << ended.err;
  }
  const auto unasked = project_.assay({"simulate"});
  EXPECT_EQ(unasked.code, 4);
  EXPECT_NE(unasked.err.find("--from-history"), std::string::npos) << unasked.err;
}

}  // namespace
}  // namespace assay::e2e
