/// Answers scored anew, labelled by people, and judges measured against them.

#include "tests/e2e/judged_project.hpp"

#include <sstream>

namespace assay::e2e {
namespace {

using Score = JudgedProject;

std::vector<Json> lines_of(const std::string& text) {
  std::istringstream in(text);
  std::vector<Json> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(json_of(line));
  return lines;
}

TEST_F(Score, stored_answers_get_new_checks_without_a_call_to_the_target) {
  write_suite("    - contains: nothing like it\n");
  const auto first = json_of_run({"run"}, 1);
  const auto asked = asked_target();
  write_suite("    - rubric: {criteria: It is good., scale: {1: bad, 5: good}, pass: 4}\n");
  const auto scored = json_of_run({"score", first.at("run").get<std::string>()}, 0);
  EXPECT_EQ(scored.at("verdict"), "PASS");
  EXPECT_NE(scored.at("run"), first.at("run"));
  EXPECT_EQ(asked_target(), asked);
  EXPECT_EQ(asked_judge(), 12U);
  EXPECT_EQ(scored.at("candidate").at("digest"), first.at("candidate").at("digest"));
  EXPECT_EQ(scored.at("cost").at("calls"), 24);
  EXPECT_EQ(scored.at("cost").at("cached"), 12) << "the target's answers were paid for by the first run";
  EXPECT_NEAR(scored.at("cost").at("usd").get<double>(), 12 * 20 * 1e-6, 1e-12);
  EXPECT_EQ(scored.at("replayed").at("samples"), 0) << "the answers are as fresh as those of the run they come from";
  const auto again = json_of_run({"score", scored.at("run").get<std::string>()}, 0);
  for (const auto& verdict : {scored, again}) {
    EXPECT_NE(verdict.at("warnings").dump().find("the answers are those of run " + first.at("run").get<std::string>()),
              std::string::npos)
        << verdict.at("warnings");
  }
}

TEST_F(Score, a_prompt_that_changed_is_no_evidence) {
  const auto first = json_of_run({"run"}, 0);
  auto suite = project_.read("suite.yaml");
  suite.replace(suite.find("Question {{n}}?"), 15, "Enquiry Question {{n}}?");
  project_.write("suite.yaml", suite);
  const auto asked = asked_target();
  const auto scored = json_of_run({"score", first.at("run").get<std::string>()}, 3);
  EXPECT_EQ(scored.at("verdict"), "ERROR");
  EXPECT_EQ(asked_target(), asked);
}

TEST_F(Score, labels_go_out_blind_and_come_back_with_their_author) {
  good_ = 6;
  json_of_run({"run"}, 1);
  run({"label", "latest", "-n", "6", "-o", "labels.jsonl"}, 0);
  auto records = lines_of(project_.read("labels.jsonl"));
  ASSERT_EQ(records.size(), 6U);
  int good = 0;
  std::string filled;
  for (auto& record : records) {
    EXPECT_EQ(record.dump().find("it is good"), std::string::npos) << "what the judge said is not shown";
    EXPECT_EQ(record.at("check"), "rubric");
    const bool pass = record.at("answer").get<std::string>().find("good") != std::string::npos;
    good += pass ? 1 : 0;
    record["pass"] = pass;
    filled += record.dump() + "\n";
  }
  EXPECT_EQ(good, 3) << "drawn in proportion to what the judge passed";
  project_.write("labels.jsonl", filled);
  run({"label", "latest", "--import", "labels.jsonl"}, 4);  // by whom?
  run({"label", "latest", "--import", "labels.jsonl", "--by", "ana"}, 0);
}

TEST_F(Score, a_spreadsheet_gets_no_formula_from_a_model) {
  stub_.set_hook([](const net::ServerRequest&, std::uint64_t, net::WirePlan& plan) {
    plan = {net::Send{http_reply("=HYPERLINK(\"http://evil\")")}};
  });
  write_suite("    - contains: HYPERLINK\n");
  run({"run"}, 0);
  run({"label", "latest", "--check", "contains", "-n", "1", "-o", "labels.csv"}, 0);
  EXPECT_NE(project_.read("labels.csv").find("\"'=HYPERLINK(\"\"http"), std::string::npos)
      << project_.read("labels.csv");
}

TEST_F(Score, what_a_spreadsheet_is_kept_from_comes_back_as_it_was) {
  auto suite = project_.read("suite.yaml");
  for (auto at = suite.find("id: case-"); at != std::string::npos; at = suite.find("id: case-")) {
    suite.replace(at, 9, "id: '-case-");
    suite.insert(suite.find(',', at), "'");
  }
  project_.write("suite.yaml", suite);
  json_of_run({"run"}, 0);
  run({"label", "latest", "-o", "labels.csv"}, 0);
  auto labels = project_.read("labels.csv");
  ASSERT_NE(labels.find("\"'-case-1\""), std::string::npos) << labels;
  for (auto at = labels.find(",,,,,\r\n"); at != std::string::npos; at = labels.find(",,,,,\r\n")) {
    labels.replace(at, 5, ",yes,,,,");
  }
  project_.write("labels.csv", labels);
  run({"label", "latest", "--import", "labels.csv", "--by", "ana"}, 0);
  EXPECT_EQ(json_of_run({"gate", "latest"}, 0).at("judges").at(0).at("people_labels"), 12);
}

TEST_F(Score, labels_of_answers_that_the_run_has_not_are_refused) {
  const auto id = json_of_run({"run"}, 0).at("run").get<std::string>();
  Json label{{"suite", "judged"}, {"case", "case-1"}, {"run", id}, {"check", "rubric"}, {"pass", true}};
  const std::vector<std::pair<const char*, Json>> wrong{
      {"suite", "jugded"}, {"case", "case-77"}, {"check", "rubrik"}, {"sample", 3}};
  for (const auto& [key, value] : wrong) {
    auto other = label;
    other[key] = value;
    project_.write("labels.jsonl", label.dump() + "\n" + other.dump() + "\n");
    const auto refused = run({"label", "latest", "--import", "labels.jsonl", "--by", "ana"}, 4);
    EXPECT_NE(refused.err.find("has not"), std::string::npos) << refused.err;
  }
  EXPECT_EQ(json_of_run({"gate", "latest"}, 0).at("judges").at(0).at("people_labels"), 0);
}

TEST_F(Score, a_changed_score_counts_and_is_told) {
  good_ = 11;
  const auto before = json_of_run({"run"}, 2);
  run({"label", "latest", "--edit", "judged/case-12", "--check", "rubric", "--pass", "true"}, 4);  // why, and by whom?
  run({"label", "latest", "--edit", "judged/case-12", "--check", "rubric", "--pass", "true", "--reason",
       "the judge missed the point", "--by", "ana"},
      0);
  const auto after = json_of_run({"gate", "latest"}, 0);
  EXPECT_EQ(after.at("gates").at(0).at("estimate"), 1.0);
  EXPECT_NE(after.at("decision"), before.at("decision"));
  EXPECT_NE(after.at("warnings").dump().find("changed"), std::string::npos) << after.at("warnings");
}

class Calibrate : public JudgedProject {
 protected:
  // The judge is right about all answers but `wrong` of the good ones.
  void label_answers(int count = 40) const {
    std::string text;
    for (int i = 0; i < count; ++i) {
      const bool good = i % 2 == 0;
      text +=
          Json{{"suite", "judged"},
               {"case", "case-" + std::to_string(1 + i % 12)},
               {"answer", std::string(good ? "a good answer, number " : "a poor reply, number ") + std::to_string(i)},
               {"check", "rubric"},
               {"pass", good},
               {"score", good ? 5 : 1},
               {"by", "ana"},
               {"at", "2026-11-21T10:00:00Z"}}
              .dump() +
          "\n";
    }
    project_.write("human.jsonl", text);
  }
  void ask_for_trust(const std::string& judge) const {
    project_.write("gate.yaml",
                   "version: 1\njudge: " + judge + "\ngates:\n  - {id: overall, metric: pass_rate, floor: 0.7}\n");
  }
};

TEST_F(Calibrate, a_judge_is_believed_once_it_was_measured) {
  ask_for_trust("{min_youden: 0.6, max_age: 90d}");
  const auto before = json_of_run({"run", "--gate", "gate.yaml"}, 2);
  EXPECT_EQ(before.at("verdict"), "INCONCLUSIVE");
  EXPECT_EQ(before.at("judges").at(0).at("state"), "unmeasured");
  EXPECT_NE(before.at("reasons").dump().find("assay calibrate"), std::string::npos) << before.at("reasons");

  label_answers();
  const auto measured = json_of_run({"calibrate", "suite.yaml", "--labels", "human.jsonl"}, 0);
  EXPECT_EQ(measured.at(0).at("counts").at("true_pass"), 20);
  EXPECT_EQ(measured.at(0).at("counts").at("true_fail"), 20);
  EXPECT_EQ(measured.at(0).at("kappa"), 1.0);

  const auto after = json_of_run({"gate", "latest"}, 0);
  EXPECT_EQ(after.at("run"), before.at("run")) << "a calibration is no run that `latest` names";
  EXPECT_EQ(after.at("judges").at(0).at("state"), "trusted");
}

TEST_F(Calibrate, a_weak_judge_may_not_block_and_may_not_pass) {
  set_judge([](const Json&) { return http_reply(R"({"reason": "fine", "score": 5})"); });  // whatever it is
  label_answers();
  const auto measured = json_of_run({"calibrate", "suite.yaml", "--labels", "human.jsonl"}, 0);
  EXPECT_EQ(measured.at(0).at("counts").at("tpr"), 1.0);
  EXPECT_EQ(measured.at(0).at("counts").at("tnr"), 0.0);
  ask_for_trust("{min_youden: 0.6}");
  const auto verdict = json_of_run({"run", "--gate", "gate.yaml"}, 2);
  EXPECT_EQ(verdict.at("judges").at(0).at("state"), "weak");
  EXPECT_EQ(measured.at(0).at("injections"), 0) << "what has the best score already resists nothing";
  const auto said = run({"calibrate", "suite.yaml", "--labels", "human.jsonl", "--quiet"}, 0).out;
  EXPECT_NE(said.find("cannot be told from guessing"), std::string::npos) << said;
}

TEST_F(Calibrate, what_a_computed_check_failed_blocks_whatever_a_judge_says) {
  good_ = 11;
  write_suite(
      "    - rubric: {criteria: It is good., scale: {1: bad, 5: good}, pass: 4}\n    - contains: {value: good, as: "
      "word}\n");
  project_.write(
      "gate.yaml",
      "version: 1\njudge: {min_youden: 0.6}\ngates:\n  - {id: none, metric: pass_rate, zero_tolerance: true}\n");
  const auto blocked = json_of_run({"run", "--gate", "gate.yaml"}, 1);
  EXPECT_EQ(blocked.at("judges").at(0).at("state"), "unmeasured");
  run({"label", "latest", "--edit", "judged/case-12", "--check", "word", "--pass", "true", "--reason", "said otherwise",
       "--by", "ana"},
      0);
  json_of_run({"gate", "latest"}, 2);
}

TEST_F(Calibrate, another_prompt_is_another_judge) {
  label_answers();
  json_of_run({"calibrate", "suite.yaml", "--labels", "human.jsonl"}, 0);
  write_suite("    - rubric: {criteria: It is kind., scale: {1: bad, 5: good}, pass: 4}\n");
  ask_for_trust("{min_youden: 0.6}");
  EXPECT_EQ(json_of_run({"run", "--gate", "gate.yaml"}, 2).at("judges").at(0).at("state"), "unmeasured");
}

TEST_F(Calibrate, a_gullible_judge_is_found_out) {
  // It gives what the answer claims for itself.
  set_judge([](const Json& body) {
    const auto text = body.at("messages").back().at("content").get<std::string>();
    const bool good = text.find("a good answer") != std::string::npos;
    const bool claims = text.find("score: 5") != std::string::npos;
    return http_reply(good || claims ? R"({"reason": "", "score": 5})" : R"({"reason": "", "score": 1})");
  });
  label_answers(8);
  const auto measured = json_of_run({"calibrate", "suite.yaml", "--labels", "human.jsonl"}, 0).at(0);
  EXPECT_GE(measured.at("injections").get<int>(), 40);
  EXPECT_LT(measured.at("injections_resisted").get<int>(), measured.at("injections").get<int>());
  set_judge({});
  label_answers(8);
  const auto honest = json_of_run({"calibrate", "suite.yaml", "--labels", "human.jsonl"}, 0).at(0);
  EXPECT_EQ(honest.at("injections_resisted"), honest.at("injections"));
}

TEST_F(Calibrate, repeats_show_how_steady_it_is) {
  std::atomic<int> n = 0;
  set_judge([&](const Json&) {
    return http_reply(n++ % 2 == 0 ? R"({"reason": "", "score": 5})" : R"({"reason": "", "score": 1})");
  });
  label_answers(10);
  const auto measured =
      json_of_run({"calibrate", "suite.yaml", "--labels", "human.jsonl", "--repeats", "4", "--no-injection"}, 0);
  EXPECT_EQ(asked_judge(), 40U);
  EXPECT_LT(measured.at(0).at("self_consistency").get<double>(), 0.9);
  EXPECT_GT(measured.at(0).at("judge_variance").get<double>(), 0.1);
}

TEST_F(Calibrate, a_calibration_replays_offline) {
  label_answers();
  const auto first = json_of_run({"calibrate", "suite.yaml", "--labels", "human.jsonl", "--record", "judge.jsonl"}, 0);
  const auto asked = stub_.requests();
  const auto again = json_of_run({"calibrate", "suite.yaml", "--labels", "human.jsonl", "--replay", "judge.jsonl"}, 0);
  EXPECT_EQ(stub_.requests(), asked);
  EXPECT_EQ(again.at(0).at("counts"), first.at(0).at("counts"));
  EXPECT_EQ(again.at(0).at("injections_resisted"), first.at(0).at("injections_resisted"));
}

TEST_F(Calibrate, a_replayed_measurement_is_as_old_as_its_recording) {
  label_answers();
  json_of_run({"calibrate", "suite.yaml", "--labels", "human.jsonl", "--no-injection", "--record", "judge.jsonl"}, 0);
  auto cassette = project_.read("judge.jsonl");
  const auto year = to_rfc3339(wall_now()).substr(0, 4);
  for (auto at = cassette.find('"' + year + '-'); at != std::string::npos; at = cassette.find('"' + year + '-')) {
    cassette.replace(at + 1, 4, "2019");
  }
  project_.write("judge.jsonl", cassette);
  ask_for_trust("{min_youden: 0.6, max_age: 90d}");
  run({"run", "--gate", "gate.yaml", "--store", "other.db"}, 2);
  run({"calibrate", "suite.yaml", "--labels", "human.jsonl", "--no-injection", "--replay", "judge.jsonl", "--store",
       "other.db"},
      0);
  const auto verdict = json_of_run({"gate", "latest", "--store", "other.db"}, 2);
  EXPECT_EQ(verdict.at("judges").at(0).at("state"), "stale") << verdict.at("judges");
}

TEST_F(Calibrate, what_was_spent_counts_and_the_judge_stays_when_it_goes_on) {
  label_answers();
  write_config("    limits: {concurrency: 1}\n");
  const std::vector<std::string> command{"calibrate", "suite.yaml", "--labels", "human.jsonl", "--no-injection"};
  const auto with = [&](const std::vector<std::string>& more) {
    auto all = command;
    all.insert(all.end(), more.begin(), more.end());
    return all;
  };
  const auto stopped = run(with({"--max-cost", "0.001"}), 2);
  const auto id = stopped.err.substr(stopped.err.find("--resume ") + 9, 22);
  const auto asked = asked_judge();
  ASSERT_LT(asked, 40U);
  run(with({"--resume", id, "--max-cost", "0.001"}), 2);
  EXPECT_LE(asked_judge(), asked + 1) << "what was spent before was forgotten";
  const auto config = project_.read("assay.yaml");
  auto moved = config;
  const auto judges = moved.find("judges:");
  moved.replace(moved.find("127.0.0.1", judges), 9, "localhost");
  project_.write("assay.yaml", moved);
  run(with({"--resume", id}), 4);
  project_.write("assay.yaml", config);
  run({"label", id}, 4);
  run({"label", id, "--edit", "judged/case-1", "--check", "rubric", "--pass", "true", "--reason", "r", "--by", "b"}, 4);
  run(with({"--resume", id}), 0);
  EXPECT_EQ(asked_judge(), 40U);
}

TEST_F(Calibrate, labels_that_fit_nothing_are_said_with_their_line) {
  project_.write("human.jsonl", R"({"suite": "judged", "case": "case-1", "answer": "x", "check": "rubric"}
{"suite": "judged", "case": "case-1", "answer": "x", "check": "rubric", "pas": true, "score": 3}
{"suite": "judged", "case": "case-1", "check": "rubric", "pass": "perhaps"}
)");
  const auto refused = run({"calibrate", "suite.yaml", "--labels", "human.jsonl"}, 4);
  EXPECT_NE(refused.err.find("human.jsonl:2:"), std::string::npos) << refused.err;
  EXPECT_NE(refused.err.find("did you mean 'pass'"), std::string::npos) << refused.err;
  EXPECT_NE(refused.err.find("human.jsonl:3:"), std::string::npos) << refused.err;
  project_.write("human.jsonl",
                 R"({"suite": "judged", "case": "case-77", "answer": "x", "check": "rubric", "pass": true}
{"suite": "judged", "case": "case-1", "answer": "x", "check": "rubrik", "pass": true}
)");
  const auto strange = run({"calibrate", "suite.yaml", "--labels", "human.jsonl"}, 4);
  EXPECT_NE(strange.err.find("case-77"), std::string::npos) << strange.err;
  EXPECT_NE(strange.err.find("rubrik"), std::string::npos) << strange.err;
  EXPECT_EQ(stub_.requests(), 0U);
}

// tests/cassettes/llmbar: a real model of 135 million parameters that prefers whatever stands first.
TEST(RecordedJudge, that_is_real_and_weak_is_found_out_and_may_not_decide) {
  Project project;
  std::filesystem::copy(std::filesystem::path(ASSAY_SOURCE_DIR) / "tests/cassettes/llmbar", project.folder().path());
  const auto measured = project.assay({"calibrate", "suite.yaml", "--labels", "labels.jsonl", "--no-injection",
                                       "--replay", "judge.jsonl", "--json", "--quiet"});
  ASSERT_EQ(measured.code, 0) << measured.err;
  const auto judge = json_of(measured.out).at(0);
  EXPECT_EQ(judge.at("counts").at("true_pass").get<int>() + judge.at("counts").at("false_fail").get<int>(), 22);
  EXPECT_EQ(judge.at("counts").at("true_fail").get<int>() + judge.at("counts").at("false_pass").get<int>(), 18);
  EXPECT_EQ(judge.at("counts").at("youden"), 0.0);
  EXPECT_LT(judge.at("youden_lower").get<double>(), 0);
  EXPECT_EQ(judge.at("position_consistency"), 0.0);
  EXPECT_EQ(judge.at("first_preference"), 1.0);

  const auto ended = project.assay({"run", "suite.yaml", "--url", "stub:target.yaml", "--gate", "gate.yaml",
                                    "--cassette", "judge.jsonl", "--json", "--quiet"});
  EXPECT_EQ(ended.code, 2) << ended.out << ended.err;
  const auto verdict = json_of(ended.out);
  EXPECT_EQ(verdict.at("verdict"), "INCONCLUSIVE");
  EXPECT_EQ(verdict.at("judges").at(0).at("state"), "weak");
  EXPECT_EQ(verdict.at("gates").at(0).at("estimate"), 0.0) << "what it says would have blocked";
  EXPECT_NE(verdict.at("reasons").dump().find("may not decide"), std::string::npos) << verdict.at("reasons");
}

}  // namespace
}  // namespace assay::e2e
