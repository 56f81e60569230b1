#include "runner/text/decode.hpp"

#include <assay/text/reader.hpp>
#include <assay/text/utf8.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace assay::text {

namespace {

constexpr std::size_t kLongestWord = 64;  // nobody mistypes more; bounds the work on hostile keys
constexpr std::size_t kListed = 12;

std::u32string letters(std::string_view word) {
  const std::string folded = fold_case(word);
  std::u32string out;
  for (std::size_t at = 0; at < folded.size();) {
    const Decoded next = decode(folded, at);
    out += next.code;
    at += next.size;
  }
  return out;
}

// Optimal string alignment: insertions, deletions, substitutions and swaps of neighbours cost 1.
std::size_t distance(const std::u32string& a, const std::u32string& b) {
  std::vector<std::size_t> before;
  std::vector<std::size_t> above(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) above[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t change = a[i - 1] == b[j - 1] ? 0 : 1;
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + change});
      const bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    before = above;
    std::swap(above, row);
  }
  return above[b.size()];
}

}  // namespace

std::string nearest(std::string_view word, std::span<const std::string> candidates) {
  if (word.size() > 4 * kLongestWord) return {};
  const std::u32string wanted = letters(word);
  if (wanted.size() > kLongestWord) return {};
  std::size_t best = std::max<std::size_t>(1, wanted.size() / 3) + 1;
  std::string found;
  for (const std::string& candidate : candidates) {
    if (candidate.size() > 8 * kLongestWord) continue;
    const std::u32string other = letters(candidate);
    const std::size_t longer = std::max(other.size(), wanted.size());
    if (longer - std::min(other.size(), wanted.size()) >= best) continue;
    const std::size_t edits = distance(wanted, other);
    if (edits >= best || edits >= longer) continue;  // as many edits as letters: nothing in common
    best = edits;
    found = candidate;
  }
  return found;
}

std::string suggest(std::string_view word, std::span<const std::string> candidates, std::string_view label) {
  if (candidates.empty()) return {};
  std::string hint;
  if (const std::string near = nearest(word, candidates); !near.empty()) {
    hint = fmt::format("did you mean {}? ", in_quotes(near));
  }
  hint += fmt::format("{}: ", label);
  const std::size_t listed = std::min(candidates.size(), kListed);
  for (std::size_t i = 0; i < listed; ++i) {
    if (i > 0) hint += ", ";
    hint += excerpt(candidates[i], 40);
  }
  if (listed < candidates.size()) hint += fmt::format(", … ({} more)", candidates.size() - listed);
  return hint;
}

}  // namespace assay::text
