#include "judges/model/weighting.hpp"

#include <assay/text/utf8.hpp>

#include <algorithm>
#include <cmath>
#include <string_view>

namespace assay::judges {

namespace {

// The score that a token is; nothing for all else.
std::optional<int> score_of(std::string_view token) {
  const auto text = text::trim(token);
  if (text.size() != 1 || text[0] < '0' || text[0] > '9') return std::nullopt;
  return text[0] - '0';
}

double probability(double logprob) {
  return std::isfinite(logprob) ? std::exp(std::min(logprob, 0.0)) : 0;
}

}  // namespace

std::optional<double> weighted_score(const Logprobs& logprobs, int given, int lo, int hi) {
  const auto& tokens = logprobs.tokens;
  const auto at = std::find_if(tokens.rbegin(), tokens.rend(),
                               [&](const TokenLogprob& token) { return score_of(token.token) == given; });
  if (at == tokens.rend()) return std::nullopt;
  double sum = 0;
  double weights = 0;
  const auto add = [&](std::string_view token, double logprob) {
    const auto score = score_of(token);
    if (!score || *score < lo || *score > hi) return;
    sum += *score * probability(logprob);
    weights += probability(logprob);
  };
  for (const auto& [token, logprob] : at->top) add(token, logprob);
  const auto is_chosen = [&](const auto& top) { return top.first == at->token; };
  if (std::ranges::none_of(at->top, is_chosen)) add(at->token, at->logprob);
  return weights > 0 ? std::optional(sum / weights) : std::nullopt;
}

}  // namespace assay::judges
