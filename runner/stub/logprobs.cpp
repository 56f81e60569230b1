#include "runner/stub/logprobs.hpp"

#include "runner/stub/json_scan.hpp"

#include <assay/text/utf8.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace assay::stub {

namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// The token at the front of `piece`, with the white space before it.
std::string_view take_token(std::string_view& piece) {
  auto end = std::min(piece.find_first_not_of(" \t\r\n"), piece.size());
  const bool digits = end < piece.size() && is_digit(piece[end]);
  while (end < piece.size() && is_digit(piece[end]) == digits) ++end;
  const auto token = piece.substr(0, end);
  piece.remove_prefix(end);
  return token;
}

std::string entry(std::string_view token, double logprob) {
  std::string out = R"({"token":)";
  append_quoted(out, token);
  return out + fmt::format(R"(,"logprob":{},"bytes":null)", logprob);
}

std::string token_json(std::string_view token, const LogprobSpec& spec, std::uint32_t top) {
  const auto word = text::trim(token);
  const auto space = token.substr(0, static_cast<std::size_t>(word.data() - token.data()));
  const auto found = std::ranges::find(spec.choices, word, &std::pair<std::string, double>::first);
  const bool chosen = found != spec.choices.end();
  std::string out = entry(token, chosen ? found->second : spec.each) + R"(,"top_logprobs":[)";
  if (!chosen && top > 0) out += entry(token, spec.each) + '}';
  const auto shown = chosen ? std::min<std::size_t>(top, spec.choices.size()) : 0;
  for (std::size_t i = 0; i < shown; ++i) {
    if (i > 0) out += ',';
    out += entry(std::string(space) + spec.choices[i].first, spec.choices[i].second) + '}';
  }
  return out + "]}";
}

}  // namespace

std::string logprobs_json(std::span<const std::string_view> pieces, const LogprobSpec& spec, std::uint32_t top) {
  std::string out = R"({"content":[)";
  bool first = true;
  for (auto piece : pieces) {
    while (!piece.empty()) {
      if (!first) out += ',';
      first = false;
      out += token_json(take_token(piece), spec, top);
    }
  }
  return out + R"(],"refusal":null})";
}

}  // namespace assay::stub
