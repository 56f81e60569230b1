#include "judges/heuristic/similarity.hpp"

#include "judges/heuristic/characters.hpp"
#include "judges/heuristic/sequences.hpp"

#include <algorithm>
#include <cmath>

namespace assay::judges {

namespace {

double share(std::size_t part, std::size_t whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

double f1(std::size_t shared, std::size_t answer, std::size_t reference) {
  return share(2 * shared, answer + reference);
}

/// Both texts as word numbers.
struct Pair {
  Sequence answer;
  Sequence reference;
};

Pair numbered(const std::vector<std::string>& answer, const std::vector<std::string>& reference) {
  Vocabulary vocabulary;
  auto known = vocabulary.learn(reference);
  return {.answer = vocabulary.read(answer), .reference = std::move(known)};
}

Sequence without_space(std::string_view text) {
  Sequence codes = code_points(text);
  std::erase_if(codes, is_space);
  return codes;
}

}  // namespace

std::optional<double> levenshtein_similarity(std::string_view answer, std::string_view reference) {
  const Sequence a = code_points(answer);
  const Sequence b = code_points(reference);
  const auto longer = std::max(a.size(), b.size());
  const auto distance = edit_distance(a, b);
  if (!distance) return std::nullopt;
  return longer == 0 ? 1 : share(longer - *distance, longer);
}

double rouge_n(std::string_view answer, std::string_view reference, std::size_t n) {
  const Pair pair = numbered(words_of(answer), words_of(reference));
  const Overlap overlap = count_overlap(pair.answer, pair.reference, n);
  return f1(overlap.shared, overlap.answer, overlap.reference);
}

std::optional<double> rouge_l(std::string_view answer, std::string_view reference) {
  const Pair pair = numbered(words_of(answer), words_of(reference));
  const auto length = common_length(pair.answer, pair.reference);
  if (!length) return std::nullopt;
  return f1(*length, pair.answer.size(), pair.reference.size());
}

double bleu(std::string_view answer, std::string_view reference) {
  const Pair pair = numbered(tokens_13a(answer), tokens_13a(reference));
  constexpr std::size_t kOrders = 4;
  const auto orders = std::min(kOrders, pair.answer.size());
  double logs = 0;
  double smoothing = 1;
  for (std::size_t n = 1; n <= orders; ++n) {
    const Overlap overlap = count_overlap(pair.answer, pair.reference, n);
    if (overlap.shared == 0 && n == 1) return 0;
    if (overlap.shared == 0) smoothing /= 2;
    const double matches = overlap.shared == 0 ? smoothing : static_cast<double>(overlap.shared);
    logs += std::log(matches / static_cast<double>(overlap.answer));
  }
  if (orders == 0) return 0;
  const double ratio = static_cast<double>(pair.reference.size()) / static_cast<double>(pair.answer.size());
  const double brevity = ratio > 1 ? std::exp(1 - ratio) : 1;
  return brevity * std::exp(logs / static_cast<double>(orders));
}

double chrf(std::string_view answer, std::string_view reference) {
  const Sequence a = without_space(answer);
  const Sequence b = without_space(reference);
  constexpr std::size_t kOrders = 6;
  const auto orders = std::min({kOrders, a.size(), b.size()});
  double precision = 0;
  double recall = 0;
  for (std::size_t n = 1; n <= orders; ++n) {
    const Overlap overlap = count_overlap(a, b, n);
    precision += share(overlap.shared, overlap.answer);
    recall += share(overlap.shared, overlap.reference);
  }
  if (precision + recall == 0) return 0;
  precision /= static_cast<double>(orders);
  recall /= static_cast<double>(orders);
  constexpr double kBetaSquared = 4;
  return (1 + kBetaSquared) * precision * recall / (kBetaSquared * precision + recall);
}

double token_f1(std::string_view answer, std::string_view reference) {
  const auto a = squad_tokens(answer);
  const auto b = squad_tokens(reference);
  if (a.empty() || b.empty()) return a.empty() && b.empty() ? 1 : 0;
  const Pair pair = numbered(a, b);
  const Overlap overlap = count_overlap(pair.answer, pair.reference, 1);
  return f1(overlap.shared, overlap.answer, overlap.reference);
}

}  // namespace assay::judges
