#include <assay/core/transcript.hpp>

#include <algorithm>

namespace assay {

std::string text_of(const Message& message) {
  std::string text;
  for (const auto& part : message.parts) {
    if (const auto* piece = std::get_if<Text>(&part)) text += piece->text;
  }
  return text;
}

std::string_view name(Author author) {
  switch (author) {
    case Author::system:
      return "system";
    case Author::developer:
      return "developer";
    case Author::user:
      return "user";
    case Author::assistant:
      return "assistant";
    case Author::tool:
      return "tool";
  }
  return "user";
}

std::string_view name(Finish finish) {
  switch (finish) {
    case Finish::stop:
      return "stop";
    case Finish::length:
      return "length";
    case Finish::tool_calls:
      return "tool_calls";
    case Finish::content_filter:
      return "content_filter";
    case Finish::other:
      return "other";
  }
  return "other";
}

std::string_view name(Role role) {
  switch (role) {
    case Role::target:
      return "target";
    case Role::judge:
      return "judge";
  }
  return "target";
}

const Response* last_answer(const Transcript& transcript) {
  for (auto step = transcript.steps.rbegin(); step != transcript.steps.rend(); ++step) {
    if (step->role != Role::target) continue;
    if (const auto* response = std::get_if<Response>(&step->result)) return response;
  }
  return nullptr;
}

std::optional<double> cost_usd(const Usage& usage, const Price& price) {
  if (!usage.input_tokens || !usage.output_tokens) return std::nullopt;
  const auto cached = std::min(usage.cached_tokens.value_or(0), *usage.input_tokens);
  const double cached_price = price.cached_per_mtok.value_or(price.input_per_mtok);
  const double total = static_cast<double>(*usage.input_tokens - cached) * price.input_per_mtok +
                       static_cast<double>(cached) * cached_price +
                       static_cast<double>(*usage.output_tokens) * price.output_per_mtok;
  return total / 1e6;
}

}  // namespace assay
