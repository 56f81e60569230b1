#pragma once
/// A run whose answers are judged.

#include "tests/unit/store/fixture.hpp"

namespace assay::store {

/// A prompt as judges are asked: mostly the same for every answer.
inline std::shared_ptr<const Question> question(std::string to, const std::string& answer) {
  std::string rules = "Grade the answer.";
  for (int i = 0; rules.size() < 3000; ++i) rules += " Rule " + std::to_string(i * 7919) + ": be fair.";
  return std::make_shared<Question>(Question{
      std::move(to), {{Author::system, {Text{rules}}}, {Author::user, {Text{answer}}}}, R"({"type":"object"})", true});
}

inline Step judged_step(std::string name, const std::shared_ptr<const Question>& asked, std::string reply) {
  Step step = answered(std::move(reply));
  step.name = std::move(name);
  step.role = Role::judge;
  step.context = 0;
  step.question = asked;
  return step;
}

/// 100 tokens in and 20 out cost 0.0003 USD with `strict`.
inline RunHeader judged_header(std::string id) {
  RunHeader run = header(std::move(id));
  run.judges = {{"strict", "sha256:j", "openai-chat", "judge-1", "https://llm.example.com/v1", R"({"seed":1})",
                 Price{1, 10, std::nullopt}}};
  run.suites[0].judged = {{"rubric", true, {"strict", "sha256:j", "sha256:p"}, "judge-1"}};
  return run;
}

inline Sample judged_sample(UnitId unit, bool pass, const std::string& to = "strict") {
  Sample sample = scored_sample(unit, pass);
  auto kase = std::make_shared<PlannedCase>(*sample.kase);
  kase->checks = {check("rubric", "rubric"), kase->checks[1]};
  sample.kase = kase;
  const auto asked = question(to, "the answer of " + kase->id);
  sample.transcript.steps.push_back(judged_step("check/0/grade", asked, R"({"score":5})"));
  sample.scores[0] = {Scored{pass ? 1.0 : 0.25, pass}, pass ? "" : "too short", R"({"votes":[5,4]})"};
  return sample;
}

inline void write(Store& store, const RunHeader& run, const std::vector<Sample>& samples,
                  RunStatus status = RunStatus::finished) {
  boost::asio::io_context loop;
  auto writer = store.start(run, loop.get_executor());
  ASSERT_TRUE(writer) << to_string(writer.error());
  for (const Sample& sample : samples) give(**writer, sample);
  ASSERT_TRUE((*writer)->close(ending(status)));
}

}  // namespace assay::store
