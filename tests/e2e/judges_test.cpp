/// Judges as a user meets them: configured, asked over HTTP, scored, replayed, and believed only as far as measured.

#include "tests/e2e/judged_project.hpp"

namespace assay::e2e {
namespace {

using Judges = JudgedProject;

TEST_F(Judges, a_rubric_decides_and_its_calls_are_paid_and_shown) {
  good_ = 6;
  const auto verdict = json_of_run({"run"}, 1);
  EXPECT_EQ(verdict.at("verdict"), "BLOCK");
  EXPECT_EQ(verdict.at("gates").at(0).at("estimate"), 0.5);
  EXPECT_EQ(asked_target(), 12U);
  EXPECT_EQ(asked_judge(), 12U);
  EXPECT_EQ(verdict.at("cost").at("calls"), 24);
  EXPECT_NEAR(verdict.at("cost").at("usd").get<double>(), 24 * (10 + 2 * 5) * 1e-6, 1e-12);
  const auto shown = run({"show", "latest", "judged/case-12"}, 0).out;
  EXPECT_NE(shown.find("strict"), std::string::npos) << shown;
  EXPECT_NE(shown.find("it is bad"), std::string::npos) << shown;
}

TEST_F(Judges, an_unmeasured_judge_is_a_warning_without_a_policy) {
  const auto verdict = json_of_run({"run"}, 0);
  EXPECT_EQ(verdict.at("verdict"), "PASS");
  ASSERT_FALSE(verdict.at("warnings").empty());
  EXPECT_NE(verdict.at("warnings").dump().find("strict"), std::string::npos) << verdict.at("warnings");
  EXPECT_EQ(verdict.at("judges").at(0).at("state"), "unmeasured");
}

TEST_F(Judges, the_answer_and_the_criteria_are_seen_and_the_answer_is_fenced) {
  std::string seen;
  set_judge([&](const Json& body) {
    seen = body.dump();
    return http_reply(R"({"reason": "", "score": 5})");
  });
  run({"run"}, 0);
  EXPECT_NE(seen.find("It is good."), std::string::npos);
  EXPECT_NE(seen.find("a good answer to"), std::string::npos);
  EXPECT_NE(seen.find("json_schema"), std::string::npos) << "`output: auto` asks with a schema";
}

TEST_F(Judges, a_judge_without_schemas_is_asked_for_text_from_then_on) {
  write_config("    limits: {concurrency: 1}\n");
  std::atomic<int> refused = 0;
  set_judge([&](const Json& body) {
    if (body.contains("response_format")) {
      ++refused;
      return http_reply("response_format is not supported", 400);
    }
    return http_reply("It is good.\nscore: 5");
  });
  const auto verdict = json_of_run({"run", "--concurrency", "1"}, 0);
  EXPECT_EQ(verdict.at("verdict"), "PASS");
  EXPECT_EQ(refused, 1) << "learned once";
}

TEST_F(Judges, a_reply_that_cannot_be_read_is_asked_again_and_then_unscored) {
  set_judge([](const Json&) { return http_reply("I would rather not say."); });
  const auto verdict = json_of_run({"run"}, 2);
  EXPECT_EQ(verdict.at("verdict"), "INCONCLUSIVE");
  EXPECT_EQ(verdict.at("suites").at(0).at("unscored"), 12);
  EXPECT_EQ(asked_judge(), 36U) << "a question is asked three times at most";
}

TEST_F(Judges, a_verdict_that_was_not_offered_is_none) {
  set_judge([](const Json&) { return http_reply(R"({"reason": "superb", "score": 11})"); });
  EXPECT_EQ(json_of_run({"run"}, 2).at("suites").at(0).at("unscored"), 12);
}

TEST_F(Judges, a_judge_that_is_down_is_an_error) {
  set_judge([](const Json&) { return http_reply("down", 500); });
  const auto verdict = json_of_run({"run"}, 3);
  EXPECT_EQ(verdict.at("verdict"), "ERROR");
  EXPECT_EQ(verdict.at("suites").at(0).at("errored"), 12);
}

TEST_F(Judges, a_judged_run_replays_offline_to_an_equal_decision) {
  good_ = 9;
  const auto recorded = json_of_run({"run", "--record", "calls.jsonl"}, 2);
  const auto before = stub_.requests();
  const auto replayed = json_of_run({"run", "--replay", "calls.jsonl"}, 2);
  EXPECT_EQ(stub_.requests(), before);
  EXPECT_EQ(replayed.at("decision"), recorded.at("decision"));
  EXPECT_EQ(replayed.at("cost").at("cached"), 24);
}

TEST_F(Judges, a_changed_rubric_is_asked_anew_and_the_target_is_not) {
  json_of_run({"run", "--record", "calls.jsonl"}, 0);
  write_suite("    - rubric: {criteria: It is splendid., scale: {1: bad, 5: good}, pass: 4}\n");
  run({"run", "--replay", "calls.jsonl"}, 3);
  const auto targets = asked_target();
  json_of_run({"run", "--cassette", "calls.jsonl"}, 0);
  EXPECT_EQ(asked_target(), targets);
  EXPECT_EQ(asked_judge(), 24U);
}

TEST_F(Judges, what_is_wrong_with_a_judge_is_said_before_anything_is_asked) {
  write_suite("    - rubric: {judge: strickt, criteria: It is good.}\n");
  const auto unknown = run({"run"}, 4);
  EXPECT_NE(unknown.err.find("did you mean 'strict'"), std::string::npos) << unknown.err;
  EXPECT_NE(unknown.err.find("suite.yaml:"), std::string::npos) << unknown.err;
  project_.write("assay.yaml",
                 "version: 1\ntargets: {t: {url: '" + stub_.url() + "', model: m}}\nsuites: [suite.yaml]\n");
  write_suite("    - rubric: {criteria: It is good.}\n");
  const auto none = run({"run"}, 4);
  EXPECT_NE(none.err.find("judges:"), std::string::npos) << none.err;
  EXPECT_EQ(stub_.requests(), 0U);
}

TEST_F(Judges, a_key_of_a_judge_that_nobody_asks_may_be_missing) {
  write_suite("    - contains: answer\n");
  write_config("    api_key_env: NOT_SET\n");
  run({"run"}, 0);
  write_suite("    - rubric: {criteria: It is good.}\n");
  const auto missing = run({"run"}, 4);
  EXPECT_NE(missing.err.find("NOT_SET"), std::string::npos) << missing.err;
}

TEST_F(Judges, a_run_that_a_budget_ended_goes_on_without_paying_twice) {
  run({"run", "--concurrency", "1", "--max-tokens", "200"}, 2);
  const auto ended = run({"run", "--resume", "auto", "--concurrency", "1", "--max-tokens", "100000"}, 0);
  EXPECT_EQ(asked_target(), 12U) << ended.err;
  EXPECT_EQ(asked_judge(), 12U) << ended.err;
}

}  // namespace
}  // namespace assay::e2e
