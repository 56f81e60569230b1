/// `assay compare` and `assay history --flaky`: what changed, and which cases cannot be relied on.

#include "tests/e2e/judged_project.hpp"

namespace assay::e2e {
namespace {

std::string script(const std::string& failing) {
  return "version: 1\nrules:\n  - {when: {last_user: {regex: \"^Question (" + failing +
         ")\\\\?$\"}}, answer: wrong}\n  - answer: ok\n";
}

/// As `numbered_suite`, every other case of the topic `even`.
std::string tagged_suite(int count, const std::string& expected = "ok") {
  std::string suite = "version: 1\nsuite: numbered\nmessages:\n  - user: \"Question {{n}}?\"\n";
  suite += "defaults:\n  checks:\n    - equals: " + expected + "\ncases:\n";
  for (int i = 1; i <= count; ++i) {
    const auto n = std::to_string(i);
    suite += "  - {id: case-" + n + ", vars: {n: " + n + "}, tags: {parity: " + (i % 2 == 0 ? "even" : "odd") + "}}\n";
  }
  return suite;
}

class Compare : public ::testing::Test {
 protected:
  void SetUp() override {
    project_.write("suite.yaml", tagged_suite(40));
    project_.write("good.yaml", script("39"));
    project_.write("bad.yaml", script("2|4|6|8|10|12"));
  }

  void run(const std::string& script, const std::string& commit, const std::vector<std::string>& more = {}) const {
    std::vector<std::string> list{"run",     "suite.yaml", "--url",  "stub:" + script,
                                  "--model", "m",          "--meta", "commit=" + commit};
    list.insert(list.end(), more.begin(), more.end());
    const auto ended = project_.assay(list);
    ASSERT_LT(ended.code, 3) << ended.err;
  }

  [[nodiscard]] Json compared(std::vector<std::string> more) const {
    more.insert(more.begin(), "compare");
    more.emplace_back("--json");
    const auto ended = project_.assay(more);
    EXPECT_EQ(ended.code, 0) << ended.err;
    return json_of(ended.out);
  }

  [[nodiscard]] Json flaky() const {
    const auto ended = project_.assay({"history", "--suite", "numbered", "--flaky", "--json"});
    EXPECT_EQ(ended.code, 0) << ended.err;
    return json_of(ended.out);
  }

  Project project_;
};

TEST_F(Compare, regressions_come_first_with_their_reason_and_their_history) {
  run("good.yaml", "a");
  run("good.yaml", "b");
  run("bad.yaml", "c");
  const auto ended = project_.assay({"compare", "commit=b", "commit=c"});
  EXPECT_EQ(ended.code, 0) << ended.err;
  const auto regressed = ended.out.find("6 regressed");
  const auto fixed = ended.out.find("1 fixed");
  ASSERT_NE(regressed, std::string::npos) << ended.out;
  ASSERT_NE(fixed, std::string::npos) << ended.out;
  EXPECT_LT(regressed, fixed);

  const auto view = compared({"commit=b", "commit=c"});
  ASSERT_EQ(view.size(), 1u);
  const auto& suite = view[0].at("suites")[0];
  EXPECT_EQ(suite.at("common"), 40);
  EXPECT_EQ(suite.at("regressed").at("count"), 6);
  const auto& first = suite.at("regressed").at("cases")[0];
  EXPECT_EQ(first.at("case"), "case-2");
  EXPECT_TRUE(first.at("why").get<std::string>().starts_with("equals: ")) << first.dump();
  EXPECT_EQ(first.at("history").at("runs"), 3);
  EXPECT_EQ(first.at("history").at("passes"), 2);
  EXPECT_EQ(first.at("history").at("flips"), 1);
  EXPECT_EQ(suite.at("fixed").at("cases")[0].at("case"), "case-39");
  const auto& rate = suite.at("metrics")[0];
  EXPECT_EQ(rate.at("metric"), "pass_rate");
  EXPECT_EQ(rate.at("method"), "tango");
  EXPECT_NEAR(rate.at("first").get<double>(), 0.975, 1e-12);
  EXPECT_NEAR(rate.at("difference").get<double>(), -0.125, 1e-12);
  EXPECT_LT(rate.at("interval")[0].get<double>(), -0.125);
  EXPECT_GT(rate.at("interval")[1].get<double>(), -0.125);
}

TEST_F(Compare, slices_are_compared_by_a_tag) {
  run("good.yaml", "a");
  run("bad.yaml", "b");
  const auto view = compared({"commit=a", "commit=b", "--by", "parity"});
  const auto& slices = view[0].at("suites")[0].at("slices");
  ASSERT_EQ(slices.size(), 2u);
  EXPECT_EQ(slices[0].at("slice").at("parity"), "even");
  EXPECT_NEAR(slices[0].at("difference").get<double>(), -0.3, 1e-12);
  EXPECT_NEAR(slices[1].at("difference").get<double>(), 0.05, 1e-12);
  EXPECT_LE(slices[0].at("p_adjusted").get<double>(), slices[1].at("p_adjusted").get<double>());
}

TEST_F(Compare, says_what_else_changed_and_compares_equal_cases_only) {
  run("good.yaml", "a");
  auto suite = tagged_suite(41);
  suite.replace(suite.find("vars: {n: 7}"), 12, "vars: {n: 70}");
  project_.write("suite.yaml", suite);
  project_.write("prompt.txt", "Question {{n}}?");
  run("good.yaml", "b", {"--set", "params.temperature=1.2"});
  const auto view = compared({"commit=a", "commit=b"});
  const auto& numbers = view[0].at("suites")[0];
  EXPECT_EQ(numbers.at("common"), 39);
  EXPECT_EQ(numbers.at("added"), Json({"case-41"}));
  EXPECT_EQ(numbers.at("changed"), Json({"case-7"}));
  EXPECT_EQ(numbers.at("differences"), Json({"temperature: not set, now 1.2"}));
}

TEST_F(Compare, takes_a_baselines_name_and_several_runs) {
  run("good.yaml", "a");
  run("good.yaml", "b");
  run("bad.yaml", "c");
  const auto set = project_.assay({"baseline", "set", "main", "commit=a"});
  ASSERT_EQ(set.code, 0) << set.err;
  const auto view = compared({"main", "commit=b", "commit=c", "--limit", "2"});
  ASSERT_EQ(view.size(), 2u);
  EXPECT_EQ(view[0].at("first").at("commit"), "a");
  EXPECT_EQ(view[0].at("suites")[0].at("regressed").at("count"), 0);
  EXPECT_EQ(view[1].at("suites")[0].at("regressed").at("count"), 6);
  EXPECT_EQ(view[1].at("suites")[0].at("regressed").at("cases").size(), 2u);
}

TEST_F(Compare, what_cannot_be_compared_is_said) {
  run("good.yaml", "a");
  run("good.yaml", "b");
  struct Row {
    std::vector<std::string> command;
    std::string said;
  };
  const Row rows[] = {
      {{"compare", "commit=a"}, "At least 2"},
      {{"compare", "commit=a", "commit=a"}, "compared with itself"},
      {{"compare", "commit=a", "nonsense"}, "nonsense"},
      {{"compare", "commit=a", "commit=b", "--by", "parit"}, "parity"},
      {{"compare", "commit=a", "commit=b", "--suite", "nombered"}, "numbered"},
      {{"history", "--flaky"}, "--suite"},
      {{"history", "--flaky", "--suite", "other"}, "'other'"},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.said);
    const auto ended = project_.assay(row.command);
    EXPECT_EQ(ended.code, 4) << ended.out;
    EXPECT_NE(ended.err.find(row.said), std::string::npos) << ended.err;
  }
}

TEST_F(Compare, flaky_cases_are_found_over_runs_of_one_candidate) {
  for (const char* script : {"good.yaml", "bad.yaml", "good.yaml", "bad.yaml"}) run(script, "x");
  const auto view = flaky();
  EXPECT_EQ(view.at("cases"), 40);
  ASSERT_EQ(view.at("flaky").size(), 7u);
  for (const auto& kase : view.at("flaky")) {
    EXPECT_EQ(kase.at("samples"), 4);
    EXPECT_EQ(kase.at("passes"), 2);
    EXPECT_EQ(kase.at("flips"), 3);
    EXPECT_EQ(kase.at("one_candidate"), true);
    EXPECT_EQ(kase.at("newest"), kase.at("case") == "case-39" ? "pass" : "fail");
  }
  ASSERT_EQ(view.at("trend").size(), 4u);
  EXPECT_NEAR(view.at("trend")[0].at("pass_rate").get<double>(), 0.975, 1e-12);
  EXPECT_NEAR(view.at("trend")[3].at("pass_rate").get<double>(), 0.85, 1e-12);
  const auto shown = project_.assay({"history", "--suite", "numbered", "--flaky"});
  EXPECT_NE(shown.out.find("█▁█▁"), std::string::npos) << shown.out;
}

TEST_F(Compare, the_ready_entry_is_one_that_a_policy_takes) {
  for (const char* script : {"good.yaml", "bad.yaml", "good.yaml"}) run(script, "x");
  const auto entry = flaky().at("entry").get<std::string>();
  project_.write("waivers.yaml", "version: 1\n" + entry);
  project_.write("gate.yaml",
                 "version: 1\nwaivers: waivers.yaml\ngates:\n  - {id: all, metric: pass_rate, floor: 0.5}\n");
  run("good.yaml", "y", {"--gate", "gate.yaml"});
  const auto view = flaky();
  std::size_t quarantined = 0;
  for (const auto& kase : view.at("flaky")) quarantined += kase.at("quarantined_until").is_null() ? 0 : 1;
  EXPECT_EQ(quarantined, 1u) << entry;
  EXPECT_NE(view.at("entry"), entry) << "the next one that is worth it";
}

TEST_F(Compare, another_candidate_that_is_worse_is_no_flakiness_of_its_cases) {
  run("good.yaml", "a");
  run("bad.yaml", "b", {"--set", "params.temperature=1"});
  const auto view = flaky();
  EXPECT_EQ(view.at("flaky").size(), 7u);
  for (const auto& kase : view.at("flaky")) EXPECT_EQ(kase.at("one_candidate"), false) << kase.dump();
  EXPECT_TRUE(view.at("entry").is_null());
}

using Judged = JudgedProject;

TEST_F(Judged, what_the_judge_does_to_equal_answers_is_told_from_the_answers) {
  const auto first = json_of_run({"run"}, 0);
  const auto suite = first.at("suites")[0].at("id").get<std::string>();
  set_judge([](const Json&) { return http_reply(R"({"reason": "another day", "score": 1})"); });
  json_of_run({"score", "latest"}, 1);
  set_judge({});
  json_of_run({"run"}, 0);
  const auto view = json_of(project_.assay({"history", "--suite", suite, "--flaky", "--json"}).out);
  ASSERT_EQ(view.at("variance").size(), 1u) << view.dump();
  const auto& line = view.at("variance")[0];
  // Each answer scored 1 and 0, a variance of ½; both runs' answers scored 1.
  EXPECT_NEAR(line.at("judge_variance").get<double>(), 0.5, 1e-12);
  EXPECT_NEAR(line.at("answer_variance").get<double>(), 0, 1e-12);
  EXPECT_EQ(line.at("from"), "2 scorings of run " + first.at("run").get<std::string>());
}

TEST_F(Judged, a_plan_counts_what_a_judge_was_asked_before_and_guesses_without) {
  const auto guessed = json_of_run({"plan"}, 0).at("work");
  ASSERT_EQ(guessed.size(), 2u);
  EXPECT_EQ(guessed[1].at("role"), "judge");
  EXPECT_EQ(guessed[1].at("calls"), 12);
  EXPECT_EQ(guessed[1].at("guessed"), true);
  EXPECT_TRUE(guessed[1].at("input_tokens").is_null());
  EXPECT_EQ(asked_judge(), 0u);
  json_of_run({"run"}, 0);
  const auto known = json_of_run({"plan", "--samples", "3"}, 0).at("work");
  EXPECT_EQ(known[1].at("calls"), 36);
  EXPECT_EQ(known[1].at("guessed"), false);
  EXPECT_GT(known[1].at("input_tokens").get<double>(), 0);
}

}  // namespace
}  // namespace assay::e2e
