#include "judges/model/asking.hpp"

#include "judges/result.hpp"

#include <assay/text/utf8.hpp>

#include <fmt/format.h>

namespace assay::judges {

namespace {

std::string name_of(const std::string& name, int attempt) {
  return attempt == 1 ? name : fmt::format("{}/{}", name, attempt);
}

Question again(Question question, const std::string& wrong) {
  if (question.messages.empty()) return question;
  question.messages.back().parts.emplace_back(
      Text{fmt::format("\n\nYou were asked this before, and your reply could not be read: {}. Reply again, in exactly "
                       "the form asked for, with nothing before or after it.",
                       wrong)});
  return question;
}

Score unreachable(const Error& error) {
  Error broke = error;
  broke.message = fmt::format("the judge could not be asked: {}", error.message);
  return broken(std::move(broke));
}

// What the judge wrote, for a person.
std::string shown_reply(const Response& reply) {
  const auto* const refusal = part_of<Refusal>(reply.message);
  const auto text = assay::text_of(reply.message);
  return text::in_quotes(text.empty() && refusal != nullptr ? refusal->text : text, 120);
}

}  // namespace

Asked ask(const Answers& answers, const std::string& name, const Question& question, const ReadReply& read) {
  std::string wrong;
  const Response* last = nullptr;
  for (int attempt = 1; attempt <= kMostAsks; ++attempt) {
    auto asked = name_of(name, attempt);
    const auto answer = answers.find(asked);
    if (answer == answers.end()) return Ask{std::move(asked), attempt == 1 ? question : again(question, wrong)};
    if (const auto* const error = std::get_if<Error>(&answer->second)) return unreachable(*error);
    last = &std::get<Response>(answer->second);
    auto taken = read(*last);
    if (taken) return *std::move(taken);
    wrong = taken.error().message;
  }
  return unscored(fmt::format("asked {} times, the judge gave nothing that can be read: {}; it wrote {}", kMostAsks,
                              wrong, shown_reply(*last)));
}

}  // namespace assay::judges
