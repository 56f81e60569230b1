#pragma once
/// Runs a check of retrieval on a sample, with a judge that replies by the question's name.

#include "tests/unit/judges/judged.hpp"

#include <fmt/format.h>

#include <initializer_list>
#include <map>
#include <optional>

namespace assay::judges {

/// What a judge replies to a question, by `Ask::name`. A question that is not there is a test failure.
using Replies = std::map<std::string, Reply>;

/// `{"claims": […]}`
inline Response claims(std::initializer_list<std::string> texts) {
  Json list = Json::array();
  for (const auto& text : texts) list.push_back({{"id", list.size() + 1}, {"text", text}});
  return said(Json{{"claims", list}}.dump());
}

/// `{"verdicts": […]}`, each with the reason `because N`.
inline Response verdicts(const std::vector<std::string>& given) {
  Json list = Json::array();
  for (const auto& verdict : given) {
    const auto id = list.size() + 1;
    list.push_back({{"id", id}, {"reason", fmt::format("because {}", id)}, {"verdict", verdict}});
  }
  return said(Json{{"verdicts", list}}.dump());
}

/// A sample of an application that looks things up.
struct RagSample {
  std::string answer;
  Json vars = Json::object();
  std::string user = {};                                 ///< the last user message, if any
  std::optional<std::vector<std::string>> brought = {};  ///< contexts of the reply
  std::optional<std::string> refusal = {};
  Finish finish = Finish::stop;
};

/// Asks until there is a score.
inline JudgedRun judge(const CompiledCheck& check, const RagSample& sample, const Replies& replies) {
  Sample plain{.answer = sample.answer, .vars = sample.vars};
  plain.response.finish = sample.finish;
  if (sample.brought) plain.response.message.parts.emplace_back(Contexts{*sample.brought});
  if (sample.refusal) plain.response.message.parts.emplace_back(Refusal{*sample.refusal});
  std::vector<Message> messages;
  if (!sample.user.empty()) messages.push_back({Author::user, {Text{sample.user}}});
  return judge(check, plain, messages, [&](const Ask& ask) -> Reply {
    const auto reply = replies.find(ask.name);
    if (reply != replies.end()) return reply->second;
    ADD_FAILURE() << "unexpected question " << ask.name;
    return Error{ErrorKind::internal, "nobody answers"};
  });
}

inline JudgedRun judge(const std::string& yaml, const RagSample& sample, const Replies& replies) {
  const auto compiled = compile_yaml(yaml, with_judges());
  EXPECT_NE(compiled.check, nullptr) << yaml << "\n" << compiled.error();
  return compiled.check == nullptr ? JudgedRun{} : judge(*compiled.check, sample, replies);
}

}  // namespace assay::judges
