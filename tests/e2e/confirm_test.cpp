/// A judged failure that would block at once is judged twice.

#include "tests/e2e/judged_project.hpp"

#include <map>

namespace assay::e2e {
namespace {

std::string all_text(const Json& body) {
  std::string text;
  for (const auto& message : body.at("messages")) text += message.at("content").get<std::string>() + "\n";
  return text;
}

// The scale from its highest score down: a second opinion of the same judge.
bool reversed(const std::string& text) {
  return text.find("5: good\n1: bad") != std::string::npos;
}

/// Twelve cases, of which the judge `strict` fails the last; `second` and `strict`, asked again, say what the test
/// says.
class Confirm : public JudgedProject {
 protected:
  void SetUp() override {
    JudgedProject::SetUp();
    good_ = 11;
    write_suite("    - rubric: {judge: strict, criteria: It is good., scale: {1: bad, 5: good}, pass: 4}\n");
    write_config("  second:\n    url: " + stub_.url() + "\n    model: judge-2\n    stream: false\n");
    stub_.set_hook([this](const net::ServerRequest& request, std::uint64_t, net::WirePlan& plan) {
      plan = {net::Send{reply(Json::parse(request.body))}};
    });
  }

  void write_gate(const std::string& more) const {
    project_.write("gate.yaml",
                   "version: 1\ngates:\n  - {id: none, metric: pass_rate, zero_tolerance: true" + more + "}\n");
  }

  std::uint64_t asked(const std::string& whom) {
    const std::lock_guard lock(lock_);
    return asked_[whom];
  }

  std::atomic<bool> passes_again_ = false;

 private:
  std::string reply(const Json& body) {
    const auto text = all_text(body);
    const auto model = body.at("model").get<std::string>();
    const bool again = model == "judge-2" || reversed(text);
    {
      const std::lock_guard lock(lock_);
      ++asked_[model == "judge-1" && again ? "judge-1 again" : model];
    }
    if (model == "m") {
      const auto number = std::stoi(text.substr(text.find("Question ") + 9));
      return http_reply((number <= good_ ? "a good answer to " : "a poor reply to ") + std::to_string(number));
    }
    const bool good = again ? passes_again_.load() : text.find("a good answer") != std::string::npos;
    return http_reply(good ? R"({"reason": "it is good", "score": 5})" : R"({"reason": "it is bad", "score": 1})");
  }

  std::mutex lock_;
  std::map<std::string, std::uint64_t> asked_;
};

TEST_F(Confirm, what_the_second_judge_passes_blocks_nothing_and_passes_nothing) {
  write_gate(", confirm: second");
  passes_again_ = true;
  const auto verdict = json_of_run({"run", "--gate", "gate.yaml"}, 2);
  EXPECT_EQ(verdict.at("verdict"), "INCONCLUSIVE");
  EXPECT_EQ(verdict.at("suites").at(0).at("unscored"), 1);
  EXPECT_EQ(asked("judge-1"), 12U);
  EXPECT_EQ(asked("judge-2"), 1U);
  const auto shown = run({"show", "latest", "judged/case-12"}, 0).out;
  EXPECT_NE(shown.find("and second passes it: not"), std::string::npos) << shown;
  EXPECT_NE(shown.find("check/0/confirm/grade"), std::string::npos) << shown;
}

TEST_F(Confirm, what_both_judges_fail_blocks) {
  write_gate(", confirm: second");
  const auto verdict = json_of_run({"run", "--gate", "gate.yaml"}, 1);
  EXPECT_EQ(verdict.at("verdict"), "BLOCK");
  EXPECT_EQ(asked("judge-2"), 1U);
  EXPECT_EQ(verdict.at("cost").at("calls"), 25);
  EXPECT_EQ(verdict.at("judges").size(), 2U) << "the standing of both is shown";
  EXPECT_NE(run({"show", "latest", "judged/case-12"}, 0).out.find("confirmed by second"), std::string::npos);
}

TEST_F(Confirm, without_a_name_the_same_judge_reads_the_scale_from_the_other_end) {
  write_gate("");
  EXPECT_EQ(json_of_run({"run", "--gate", "gate.yaml"}, 1).at("verdict"), "BLOCK");
  EXPECT_EQ(asked("judge-1"), 12U);
  EXPECT_EQ(asked("judge-1 again"), 1U);
  passes_again_ = true;
  EXPECT_EQ(json_of_run({"run", "--gate", "gate.yaml"}, 2).at("verdict"), "INCONCLUSIVE");
  EXPECT_EQ(asked("judge-1 again"), 2U);
}

TEST_F(Confirm, what_passes_costs_no_second_call) {
  write_gate(", confirm: second");
  good_ = 12;
  EXPECT_EQ(json_of_run({"run", "--gate", "gate.yaml"}, 0).at("verdict"), "PASS");
  EXPECT_EQ(asked("judge-2"), 0U);
}

TEST_F(Confirm, only_failures_that_the_gate_would_block_on_are_asked_again) {
  write_gate(", where: {half: first}, confirm: second");
  run({"run", "--gate", "gate.yaml"}, 0);
  EXPECT_EQ(asked("judge-2"), 0U) << "case-12 is in the second half";
  good_ = 5;
  run({"run", "--gate", "gate.yaml"}, 1);
  EXPECT_EQ(asked("judge-2"), 1U) << "of the seven that fail, case-6 alone is in the first half";
}

TEST_F(Confirm, a_second_opinion_comes_from_no_cache_but_from_a_replay) {
  write_gate("");
  const auto recorded = json_of_run({"run", "--gate", "gate.yaml", "--record", "calls.jsonl"}, 1);
  const auto again = json_of_run({"run", "--gate", "gate.yaml", "--cassette", "calls.jsonl"}, 1);
  EXPECT_EQ(asked("m"), 12U);
  EXPECT_EQ(asked("judge-1"), 12U);
  EXPECT_EQ(asked("judge-1 again"), 2U);
  EXPECT_EQ(again.at("cost").at("cached"), 24);
  const auto before = stub_.requests();
  const auto replayed = json_of_run({"run", "--gate", "gate.yaml", "--replay", "calls.jsonl"}, 1);
  EXPECT_EQ(stub_.requests(), before);
  EXPECT_EQ(replayed.at("decision"), recorded.at("decision"));
}

TEST_F(Confirm, stored_answers_are_judged_twice_as_well) {
  write_gate(", confirm: second");
  good_ = 12;
  run({"run"}, 0);
  good_ = 11;
  write_suite("    - rubric: {judge: second, criteria: It is good., scale: {1: bad, 5: good}, pass: 4}\n");
  write_gate(", confirm: strict");
  run({"score", "latest", "--gate", "gate.yaml"}, 2);
  EXPECT_EQ(asked("m"), 12U);
  EXPECT_EQ(asked("judge-2"), 12U);
  EXPECT_EQ(asked("judge-1"), 24U) << "it passes what `second` fails";
}

TEST_F(Confirm, a_run_that_a_budget_ended_goes_on_and_is_confirmed) {
  write_gate(", confirm: second");
  run({"run", "--gate", "gate.yaml", "--concurrency", "1", "--max-tokens", "200"}, 2);
  run({"run", "--gate", "gate.yaml", "--resume", "auto", "--concurrency", "1", "--max-tokens", "100000"}, 1);
  EXPECT_EQ(asked("m"), 12U);
  EXPECT_EQ(asked("judge-1"), 12U);
  EXPECT_EQ(asked("judge-2"), 1U);
}

TEST_F(Confirm, people_are_shown_what_the_judge_was_asked_first) {
  write_gate("");
  run({"run", "--gate", "gate.yaml"}, 1);
  run({"label", "latest", "-n", "12", "-o", "labels.jsonl"}, 0);
  const auto labels = project_.read("labels.jsonl");
  EXPECT_NE(labels.find("1: bad\\n5: good"), std::string::npos) << labels;
  EXPECT_EQ(labels.find("5: good\\n1: bad"), std::string::npos) << labels;
}

struct Fault {
  std::string gate;
  std::string checks;
  std::string message;
};

TEST_F(Confirm, what_cannot_be_confirmed_is_said_before_anything_is_asked) {
  const std::string rubric = "    - rubric: {judge: strict, criteria: It is good.}\n";
  write_config("  second:\n    url: " + stub_.url() + "\n    model: judge-2\n  vectors:\n    api: openai-embeddings\n" +
               "    url: " + stub_.url() + "\n    model: v\n");
  for (const auto& [gate, checks, message] :
       std::vector<Fault>{{", confirm: secnd", rubric, "did you mean 'second'"},
                          {", confirm: second", "    - contains: answer\n", "no judge feeds pass_rate"},
                          {", confirm: vectors", rubric, "'vectors' gives embeddings"},
                          {"}\n  - {id: other, metric: rubric.pass, zero_tolerance: true, confirm: second}\n"
                           "  - {id: third, metric: rubric.pass, zero_tolerance: true, confirm: strict",
                           rubric, "to be confirmed by 'strict' and, for another gate, by 'second'"}}) {
    write_gate(gate);
    write_suite(checks);
    for (const auto& command : {std::vector<std::string>{"run", "--gate", "gate.yaml"},
                                std::vector<std::string>{"validate", "assay.yaml", "gate.yaml"}}) {
      const auto refused = run(command, 4);
      EXPECT_NE(refused.err.find(message), std::string::npos) << refused.err;
      EXPECT_NE(refused.err.find("gate.yaml:"), std::string::npos) << refused.err;
    }
  }
  EXPECT_EQ(stub_.requests(), 0U);
}

TEST_F(Confirm, faults_of_policy_and_suite_are_reported_together) {
  write_gate(", confirm: secnd");
  write_suite("    - rubric: {judge: strickt, criteria: It is good.}\n");
  const auto refused = run({"run", "--gate", "gate.yaml"}, 4);
  EXPECT_NE(refused.err.find("secnd"), std::string::npos) << refused.err;
  EXPECT_NE(refused.err.find("strickt"), std::string::npos) << refused.err;
}

}  // namespace
}  // namespace assay::e2e
