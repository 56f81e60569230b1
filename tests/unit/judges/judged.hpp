#pragma once
/// Runs a judged check with a judge by script, as a case would.

#include "tests/unit/judges/support.hpp"

#include <functional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace assay::judges {

using Reply = std::variant<Response, Error>;
using Script = std::function<Reply(const Ask&)>;

/// What the messages of a question say, joined.
inline std::string text_of(const Question& question) {
  std::string all;
  for (const auto& message : question.messages) all += assay::text_of(message) + "\n";
  return all;
}

struct JudgedRun {
  Score score;
  std::vector<Ask> asked;  ///< in order

  [[nodiscard]] double value() const { return value_of(score); }
  [[nodiscard]] bool pass() const { return passes(score); }
  /// Why it could not tell; "" where it could.
  [[nodiscard]] std::string untold() const {
    const auto* const unscored = std::get_if<Unscored>(&score.state);
    return unscored == nullptr ? "" : unscored->why;
  }
  [[nodiscard]] std::vector<std::string> names() const {
    std::vector<std::string> names;
    for (const auto& ask : asked) names.push_back(ask.name);
    return names;
  }
  /// All that the judge was shown under a name.
  [[nodiscard]] std::string shown(const std::string& name) const {
    std::string text;
    for (const auto& ask : asked) {
      if (ask.name == name) text += text_of(ask.question);
    }
    return text;
  }
};

inline Response said(std::string text, Finish finish = Finish::stop) {
  Response response;
  response.message.parts = {Text{std::move(text)}};
  response.finish = finish;
  return response;
}

/// A judge that always replies this.
inline Script always(std::string reply) {
  return [reply = std::move(reply)](const Ask&) -> Reply { return said(reply); };
}

/// A judge that gives these replies in order, and the last of them from then on.
inline Script in_order(std::vector<std::string> replies) {
  return [replies = std::move(replies), at = std::size_t{0}](const Ask&) mutable -> Reply {
    const auto now = std::min(at++, replies.size() - 1);
    return said(replies[now]);
  };
}

/// A configuration with these judges.
inline CompileEnv with_judges(std::vector<std::string> names = {"strict"}) {
  CompileEnv env;
  env.target_known = false;
  for (auto& name : names) env.judges.push_back({std::move(name), "sha256:1", JudgeKind::chat});
  return env;
}

/// Asks the judge until there is a score. `sample.messages` are what the target was asked.
inline JudgedRun judge(const CompiledCheck& check, const Sample& sample, const std::vector<Message>& messages,
                       const Script& script) {
  Transcript transcript;
  transcript.messages = messages;
  Response response = sample.response;
  response.message.parts.insert(response.message.parts.begin(), Text{sample.answer});
  transcript.steps.push_back(
      {.name = "turn/1", .role = Role::target, .context = 0, .result = response, .attempts = {}});
  const CheckContext context{
      .transcript = transcript, .answer = sample.answer, .scope = {sample.vars, "fr", 1}, .price = nullptr};
  JudgedRun judged;
  Answers answers;
  for (int round = 0; round < 20; ++round) {
    auto step = check.run(context, answers);
    if (auto* const score = std::get_if<Score>(&step)) {
      judged.score = std::move(*score);
      return judged;
    }
    for (auto& ask : std::get<std::vector<Ask>>(step)) {
      EXPECT_FALSE(answers.contains(ask.name)) << ask.name;
      answers.emplace(ask.name, script(ask));
      judged.asked.push_back(std::move(ask));
    }
  }
  ADD_FAILURE() << "no score after 20 rounds";
  return judged;
}

/// Compiles and judges; a check that does not compile is a test failure.
inline JudgedRun judge(const std::string& yaml, const Sample& sample, const Script& script,
                       const std::vector<Message>& messages = {}, const CompileEnv& env = with_judges()) {
  const auto compiled = compile_yaml(yaml, env);
  EXPECT_NE(compiled.check, nullptr) << compiled.error();
  if (compiled.check == nullptr) return {};
  return judge(*compiled.check, sample, messages, script);
}

}  // namespace assay::judges
