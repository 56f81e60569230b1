#include "judges/heuristic/json_answer.hpp"

#include "judges/heuristic/fences.hpp"
#include "judges/result.hpp"

#include <assay/text/utf8.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace assay::judges {

namespace {

bool fence_would_help(std::string_view answer) {
  const auto fences = find_fences(answer);
  return fences.size() == 1 && fences[0].closed && parse_json(text::trim(fences[0].body)).has_value();
}

// The byte offset of a line and column as `parse_json` gives them.
std::size_t offset_of(std::string_view text, const Place& place) {
  std::size_t at = 0;
  for (int line = 1; line < place.line && at < text.size(); ++line) at = std::min(text.find('\n', at), text.size()) + 1;
  return std::min(at + static_cast<std::size_t>(std::max(place.column - 1, 0)), text.size());
}

std::string explain(const Error& error, std::string_view text) {
  if (error.at.line == 0) return error.message;
  return fmt::format("{} at line {}, column {}: '{}'", error.message, error.at.line, error.at.column,
                     text::excerpt_around(text, offset_of(text, error.at)));
}

std::variant<Json, std::string> json_in_fence(const CheckContext& context) {
  const auto fenced = only_fence(context, "JSON");
  if (const auto* const why = std::get_if<std::string>(&fenced)) return *why;
  const auto body = text::trim(std::get<std::string_view>(fenced));
  auto parsed = parse_json(body);
  if (!parsed) return fmt::format("the code fence is no JSON: {}", explain(parsed.error(), body));
  return *std::move(parsed);
}

}  // namespace

std::variant<std::string_view, std::string> only_fence(const CheckContext& context, std::string_view language) {
  const auto fences = find_fences(context.answer);
  if (fences.empty()) return fmt::format("expected a code fence with {}, got {}", language, shown_answer(context));
  if (fences.size() > 1) {
    return fmt::format("expected one code fence with {}, got {} in {}", language, fences.size(), shown_answer(context));
  }
  if (!fences[0].closed) {
    return fmt::format("the code fence is not closed: {}", shown_answer(context, context.answer.size()));
  }
  return fences[0].body;
}

std::variant<Json, std::string> json_of(const CheckContext& context, bool fence) {
  if (fence) return json_in_fence(context);
  const auto answer = text::trim(context.answer);
  if (answer.empty()) return fmt::format("expected JSON, got {}", shown_answer(context));
  auto parsed = parse_json(answer);
  if (parsed) return *std::move(parsed);
  std::string why = fmt::format("the answer is no JSON: {}", explain(parsed.error(), answer));
  if (fence_would_help(context.answer)) why += "; its only code fence is: write `extract: fence` to read that";
  return why;
}

}  // namespace assay::judges
