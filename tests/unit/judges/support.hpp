#pragma once
/// Runs a check that is written as in a suite on an answer.

#include <assay/judges/checks.hpp>
#include <assay/text/node.hpp>

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <variant>
#include <vector>

namespace assay::judges {

struct Compiled {
  std::shared_ptr<const CompiledCheck> check;
  Diagnostics diagnostics;

  /// The first error as a person sees it; "" without one.
  [[nodiscard]] std::string error() const {
    return diagnostics.errors().empty() ? "" : to_string(diagnostics.errors().front());
  }
};

/// `yaml` is one line of a suite's `checks`: `contains: Paris`.
inline Compiled compile_yaml(const std::string& yaml, const CompileEnv& env = {}) {
  Compiled compiled;
  const auto node = text::parse_yaml(yaml, "suite.yaml");
  if (!node) {
    compiled.diagnostics.error(node.error());
    return compiled;
  }
  const auto& [name, argument] = node->entries.at(0);
  compiled.check = compile(name.scalar, argument, name.place(), env, compiled.diagnostics);
  return compiled;
}

/// What a check sees; change what a test needs.
struct Sample {
  std::string answer;
  Json vars = Json::object();
  Response response = {};
  std::optional<Price> price = {};
};

inline Score run(const CompiledCheck& check, const Sample& sample) {
  Transcript transcript;
  Response response = sample.response;
  response.message.parts.insert(response.message.parts.begin(), Text{sample.answer});
  transcript.steps.push_back(
      {.name = "turn/1", .role = Role::target, .context = 0, .result = response, .attempts = {}});
  const CheckContext context{.transcript = transcript,
                             .answer = sample.answer,
                             .scope = {sample.vars, "fr", 1},
                             .price = sample.price ? &*sample.price : nullptr};
  return std::get<Score>(check.run(context, {}));
}

/// Compiles and runs; a check that does not compile is a test failure.
inline Score run(const std::string& yaml, const Sample& sample) {
  CompileEnv env;
  env.target_known = false;
  const auto compiled = compile_yaml(yaml, env);
  EXPECT_NE(compiled.check, nullptr) << compiled.error();
  if (compiled.check == nullptr) return {};
  return run(*compiled.check, sample);
}

/// What `verify` says of a case with these variables; "" if it is content.
inline std::string verify(const std::string& yaml, const Json& vars, const CompileEnv& env = {}) {
  const auto compiled = compile_yaml(yaml, env);
  EXPECT_NE(compiled.check, nullptr) << compiled.error();
  if (compiled.check == nullptr) return {};
  const auto verified = compiled.check->verify({vars, "fr", 1});
  return verified ? "" : to_string(verified.error());
}

inline bool passes(const Score& score) {
  const auto* const scored = std::get_if<Scored>(&score.state);
  return scored != nullptr && scored->pass;
}

/// The value of a score; −1 if there is none.
inline double value_of(const Score& score) {
  const auto* const scored = std::get_if<Scored>(&score.state);
  return scored == nullptr ? -1 : scored->value;
}

}  // namespace assay::judges
