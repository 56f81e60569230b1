#include "judges/heuristic/json_answer.hpp"

#include "judges/result.hpp"

#include <assay/text/utf8.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace assay::judges {

namespace {

/// The fences of a Markdown text: how many, and what the first one holds.
struct Fences {
  std::size_t count = 0;
  std::string_view body;
  bool closed = true;  // the last one
};

// The number of backticks that open or close a fence on this line; 0 if none does.
std::size_t fence_ticks(std::string_view line) {
  const auto start = line.find_first_not_of(' ');
  if (start == std::string_view::npos || start > 3) return 0;
  const auto ticks = std::min(line.find_first_not_of('`', start), line.size()) - start;
  return ticks >= 3 ? ticks : 0;
}

Fences find_fences(std::string_view text) {
  Fences fences;
  std::size_t open_ticks = 0;
  std::size_t body = 0;
  for (std::size_t at = 0; at < text.size();) {
    const auto end = std::min(text.find('\n', at), text.size());
    const auto line = text.substr(at, end - at);
    const auto ticks = fence_ticks(line);
    const auto after = text::trim(line).substr(std::min(ticks, text::trim(line).size()));
    if (open_ticks == 0 && ticks > 0 && after.find('`') == std::string_view::npos) {
      open_ticks = ticks;
      body = std::min(end + 1, text.size());
      ++fences.count;
    } else if (open_ticks > 0 && ticks >= open_ticks && after.empty()) {
      if (fences.count == 1) fences.body = text.substr(body, at - body);
      open_ticks = 0;
    }
    at = end + 1;
  }
  fences.closed = open_ticks == 0;
  return fences;
}

bool fence_would_help(std::string_view answer) {
  const Fences fences = find_fences(answer);
  return fences.count == 1 && fences.closed && parse_json(text::trim(fences.body)).has_value();
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
  const Fences fences = find_fences(context.answer);
  if (fences.count == 0) return fmt::format("expected a code fence with JSON, got {}", shown_answer(context));
  if (fences.count > 1) {
    return fmt::format("expected one code fence with JSON, got {} in {}", fences.count, shown_answer(context));
  }
  if (!fences.closed)
    return fmt::format("the code fence is not closed: {}", shown_answer(context, context.answer.size()));
  const auto body = text::trim(fences.body);
  auto parsed = parse_json(body);
  if (!parsed) return fmt::format("the code fence is no JSON: {}", explain(parsed.error(), body));
  return *std::move(parsed);
}

}  // namespace

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
