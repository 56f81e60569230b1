#pragma once
/// A project with a target and a judge, both served over HTTP by one scripted endpoint.

#include "tests/e2e/project.hpp"

#include <atomic>
#include <functional>
#include <mutex>

namespace assay::e2e {

/// What the judge replies to a request body; empty: as `good` and `bad` in it tell.
using JudgeReply = std::function<std::string(const Json& body)>;

/// A chat completion over the wire.
[[nodiscard]] std::string http_reply(const std::string& text, int status = 200);

class JudgedProject : public ::testing::Test {
 protected:
  /// Twelve cases; the target's answers to the first `good` of them are good, the others bad.
  void SetUp() override;
  void write_suite(const std::string& checks, const std::string& more = {}) const;
  void write_config(const std::string& judge = {}, const std::string& more = {}) const;
  void set_judge(JudgeReply reply);
  /// Runs and expects an exit code; the JSON on standard output.
  Json json_of_run(std::vector<std::string> arguments, int code) const;
  Finished run(const std::vector<std::string>& arguments, int code) const;
  [[nodiscard]] std::uint64_t asked_target() const { return targets_; }
  [[nodiscard]] std::uint64_t asked_judge() const { return judges_; }

  int good_ = 12;
  std::string policy_;
  Project project_;
  StubThread stub_;

 private:
  std::string answer(const Json& body);

  std::mutex mutex_;
  JudgeReply judge_;
  std::atomic<std::uint64_t> targets_ = 0;
  std::atomic<std::uint64_t> judges_ = 0;
};

}  // namespace assay::e2e
