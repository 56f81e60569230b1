#include "judges/result.hpp"

#include <assay/text/utf8.hpp>

#include <fmt/format.h>

namespace assay::judges {

namespace {

// Why an answer without text has none; "" if nobody said.
std::string reason_for_silence(const Response& response) {
  for (const auto& part : response.message.parts) {
    if (const auto* refusal = std::get_if<Refusal>(&part)) {
      return fmt::format("the model refused, saying {}", text::in_quotes(refusal->text));
    }
    if (const auto* tool = std::get_if<ToolUse>(&part)) {
      return fmt::format("the model called the tool {}", text::in_quotes(tool->name, 40));
    }
  }
  if (response.finish == Finish::content_filter) return "the provider's content filter stopped it";
  if (response.finish == Finish::length) return "the token limit was reached before any text";
  return {};
}

std::string shown(const CheckContext& context, const std::string& excerpt) {
  const Response* const response = last_answer(context.transcript);
  if (text::trim(context.answer).empty()) {
    const auto reason = response == nullptr ? std::string() : reason_for_silence(*response);
    return reason.empty() ? "an empty answer" : fmt::format("an empty answer ({})", reason);
  }
  const bool cut = response != nullptr && response->finish == Finish::length;
  return fmt::format("'{}'{}", excerpt, cut ? " (cut off at the token limit)" : "");
}

}  // namespace

Score passed(double value) {
  return {.state = Scored{value, true}, .why = {}};
}

Score failed(std::string why, double value) {
  return {.state = Scored{value, false}, .why = std::move(why)};
}

Score scored(double value, bool pass, std::string why, bool explain_pass) {
  return {.state = Scored{value, pass}, .why = pass && !explain_pass ? "" : std::move(why)};
}

Score unscored(std::string why) {
  Unscored state{why};
  return {.state = std::move(state), .why = std::move(why)};
}

Score broken(Error error) {
  std::string why = error.message;
  return {.state = std::move(error), .why = std::move(why)};
}

std::string shown_answer(const CheckContext& context) {
  return shown(context, text::excerpt(context.answer));
}

std::string shown_answer(const CheckContext& context, std::size_t at) {
  return shown(context, text::excerpt_around(context.answer, at));
}

CheckFn at_once(std::function<Score(const CheckContext&)> score) {
  return
      [score = std::move(score)](const CheckContext& context, const Answers&) -> CheckStep { return score(context); };
}

}  // namespace assay::judges
