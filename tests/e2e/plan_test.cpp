/// `assay plan`: what a run would take and show, before it is paid for.

#include "tests/e2e/project.hpp"

#include <assay/stats/power.hpp>

namespace assay::e2e {
namespace {

constexpr const char* kGood = "version: 1\nrules:\n  - answer: ok\n";
// Cases 1 to 12 fail.
constexpr const char* kBad =
    "version: 1\nrules:\n  - {when: {last_user: {regex: \"^Question ([1-9]|1[0-2])\\\\?$\"}}, answer: wrong}\n"
    "  - answer: ok\n";

class Plan : public ::testing::Test {
 protected:
  void SetUp() override {
    project_.write("suite.yaml", numbered_suite(60));
    project_.write("good.yaml", kGood);
    project_.write("bad.yaml", kBad);
  }

  [[nodiscard]] Finished run(const std::string& script, const std::vector<std::string>& more = {}) const {
    std::vector<std::string> list{"run", "suite.yaml", "--url", "stub:" + script, "--model", "m"};
    list.insert(list.end(), more.begin(), more.end());
    return project_.assay(list);
  }

  [[nodiscard]] Finished plan(const std::vector<std::string>& more = {}) const {
    std::vector<std::string> list{"plan", "suite.yaml", "--url", "stub:good.yaml", "--model", "m"};
    list.insert(list.end(), more.begin(), more.end());
    return project_.assay(list);
  }

  [[nodiscard]] Json planned(std::vector<std::string> more = {}) const {
    more.emplace_back("--json");
    const auto ended = plan(more);
    EXPECT_EQ(ended.code, 0) << ended.err;
    return json_of(ended.out);
  }

  /// Five runs of one candidate: twelve cases pass three times of five, the others always.
  void make_history() const {
    for (const char* script : {"good.yaml", "bad.yaml", "good.yaml", "bad.yaml", "good.yaml"}) {
      ASSERT_NE(run(script).code, 4);
    }
  }

  Project project_;
};

TEST_F(Plan, calls_nothing_and_stores_nothing) {
  const StubThread stub;
  const auto ended = project_.assay({"plan", "suite.yaml", "--url", stub.url(), "--model", "m"});
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_EQ(stub.requests(), 0u);
  EXPECT_FALSE(project_.has(".assay"));
  EXPECT_NE(ended.out.find("60 cases, 1 sample each; history knows nothing of it"), std::string::npos) << ended.out;
}

TEST_F(Plan, without_history_tokens_are_guessed_and_said_so) {
  project_.write("suite.yaml", numbered_suite(60, "  params: {max_tokens: 16}\n"));
  const auto work = planned({"--samples", "3"}).at("work");
  ASSERT_EQ(work.size(), 1u);
  EXPECT_EQ(work[0].at("calls"), 180);
  EXPECT_EQ(work[0].at("guessed"), true);
  // `Question 1?` has 11 characters, nine of them; the other 51 have 12.
  EXPECT_EQ(work[0].at("input_tokens"), 3 * (9 * 11 + 51 * 12) / 4 + 1);
  EXPECT_EQ(work[0].at("output_tokens"), 180 * 16);
  EXPECT_TRUE(work[0].at("usd").is_null());
  EXPECT_TRUE(work[0].at("seconds").is_null());
}

TEST_F(Plan, with_history_calls_take_what_they_took_and_a_price_makes_it_money) {
  ASSERT_EQ(run("good.yaml").code, 0);
  project_.write("assay.yaml",
                 "version: 1\ntargets:\n  t: {url: \"stub:good.yaml\", model: m, price: {input_per_mtok: 1000000, "
                 "output_per_mtok: 2000000}, limits: {concurrency: 4, requests_per_minute: 30}}\n");
  const auto ended = project_.assay({"plan", "suite.yaml", "--samples", "2", "--json", "--max-cost", "1"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  const auto view = json_of(ended.out);
  const auto& work = view.at("work")[0];
  EXPECT_EQ(work.at("calls"), 120);
  EXPECT_EQ(work.at("guessed"), false);
  EXPECT_EQ(work.at("input_tokens"), 240);  // the stub counts words
  EXPECT_EQ(work.at("output_tokens"), 120);
  EXPECT_EQ(work.at("usd"), 480);
  EXPECT_EQ(work.at("seconds"), 240);  // 30 a minute
  EXPECT_NE(view.at("notes").dump().find("--max-cost is less than the run takes"), std::string::npos);
  EXPECT_EQ(view.at("suites")[0].at("history").at("cases"), 60);
}

TEST_F(Plan, gates_have_the_powers_of_their_designs_from_history) {
  make_history();
  const auto runs = json_of(project_.assay({"history", "--json"}).out);
  for (const auto i : {0U, 2U}) {  // the newest and another good one
    const auto set = project_.assay({"baseline", "set", "main", runs[i].at("run").get<std::string>()});
    ASSERT_EQ(set.code, 0) << set.err;
  }
  const auto view = planned({"--baseline", "main"});
  EXPECT_EQ(view.at("against"), "main, the mean of 2 runs");
  const Json* floor = nullptr;
  const Json* margin = nullptr;
  for (const auto& gate : view.at("gates")) (gate.at("against").is_null() ? floor : margin) = &gate;
  ASSERT_NE(floor, nullptr);
  ASSERT_NE(margin, nullptr);
  // 48 cases at 1, twelve at 0.6.
  EXPECT_NEAR(floor->at("expected").get<double>(), 0.92, 1e-12);
  EXPECT_NEAR(floor->at("pass").get<double>(), stats::floor_power(60, 0.8, 0.92, 0.05), 1e-9);
  // p(1−p)·5/4 = 0.3 of a fifth of the cases, one sample against two runs.
  const double discordance = 0.06 * 1.5;
  EXPECT_NEAR(margin->at("discordance").get<double>(), discordance, 1e-12);
  EXPECT_EQ(margin->at("discordance_from"), "history");
  EXPECT_NEAR(margin->at("pass").get<double>(), stats::margin_power(60, {discordance, 0}, 0.05, 0.05), 1e-9);
  EXPECT_NEAR(margin->at("losses")[2].at("block").get<double>(), stats::harm_power(60, {discordance + 0.1, -0.1}, 0.05),
              1e-9);
  EXPECT_EQ(margin->at("least_n"), 52);
  EXPECT_EQ(margin->at("n_for_80"), *stats::margin_n({discordance, 0}, 0.05, 0.05));
}

TEST_F(Plan, what_run_refuses_plan_refuses_with_the_two_numbers) {
  project_.write("suite.yaml", numbered_suite(30));
  project_.write(
      "gate.yaml",
      "version: 1\nbaseline: {ref: main}\ngates:\n  - {id: all, metric: pass_rate, floor: 0.5, margin: 0.05}\n");
  const auto ended = plan({"--gate", "gate.yaml"});
  EXPECT_EQ(ended.code, 4);
  EXPECT_NE(ended.err.find("52"), std::string::npos) << ended.err;
  const auto ran = run("good.yaml", {"--gate", "gate.yaml"});
  EXPECT_EQ(ran.code, 4);
  EXPECT_EQ(ran.err, ended.err);
}

TEST_F(Plan, a_key_that_is_not_set_is_a_note_as_nothing_is_called) {
  const auto ended = plan({"--api-key-env", "ASSAY_TEST_NO_SUCH_KEY"});
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_NE(ended.out.find("$ASSAY_TEST_NO_SUCH_KEY is not set"), std::string::npos) << ended.out;
}

TEST_F(Plan, a_narrowed_run_a_shard_and_a_baseline_without_runs_are_said) {
  const auto narrowed = planned({"--limit", "20", "--baseline", "main"});
  EXPECT_EQ(narrowed.at("suites")[0].at("cases"), 20);
  EXPECT_EQ(narrowed.at("suites")[0].at("whole"), 60);
  EXPECT_NE(narrowed.at("notes").dump().find("narrowed"), std::string::npos);
  EXPECT_NE(narrowed.at("notes").dump().find("'main' has no run"), std::string::npos);
  const auto shard = planned({"--shard", "1/4"});
  EXPECT_TRUE(shard.at("gates").empty());
  EXPECT_LT(shard.at("work")[0].at("calls").get<int>(), 60);
  EXPECT_EQ(plan({"--resume", "latest"}).code, 4);
}

TEST_F(Plan, against_another_target_asks_both) {
  project_.write("assay.yaml",
                 "version: 1\ntargets:\n  a: {url: \"stub:good.yaml\", model: m}\n  b: {extends: a, model: n}\n");
  const auto ended = project_.assay({"plan", "suite.yaml", "--target", "a", "--against", "b", "--json"});
  ASSERT_EQ(ended.code, 0) << ended.err;
  const auto work = json_of(ended.out).at("work");
  ASSERT_EQ(work.size(), 2u);
  EXPECT_EQ(work[1].at("role"), "baseline");
  EXPECT_EQ(work[1].at("name"), "b");
  EXPECT_EQ(work[1].at("calls"), 60);
}

TEST_F(Plan, looks_say_what_they_would_spare) {
  make_history();
  project_.write("gate.yaml",
                 "version: 1\nsampling: {looks: [0.4, 0.7, 1.0], spending: obf}\n"
                 "gates:\n  - {id: all, metric: pass_rate, floor: 0.5}\n");
  const auto looks = planned({"--gate", "gate.yaml"}).at("looks");
  ASSERT_FALSE(looks.is_null());
  EXPECT_EQ(looks.at("decided").size(), 3u);
  EXPECT_LT(looks.at("fraction").get<double>(), 0.6);  // 92 % against a floor of 50 % is seen at the first look
  EXPECT_GE(looks.at("fraction").get<double>(), 0.4);
  EXPECT_GT(looks.at("spared_calls").get<int>(), 20);
}

}  // namespace
}  // namespace assay::e2e
