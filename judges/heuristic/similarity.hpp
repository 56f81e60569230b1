#pragma once
/// How near an answer is to a reference, 0 to 1. Pure functions; linear in the answer's size for one reference.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace assay::judges {

/// 1 − edit distance / the longer length, in code points; two empty texts are 1. Nothing beyond `kMaxPairs`.
[[nodiscard]] std::optional<double> levenshtein_similarity(std::string_view answer, std::string_view reference);

/// ROUGE-N (Lin 2004): F1 of the n-grams of words (`words_of`) that both share. 0 if either has none.
[[nodiscard]] double rouge_n(std::string_view answer, std::string_view reference, std::size_t n);

/// ROUGE-L (Lin 2004), of the texts as one sentence each: F1 of the longest common subsequence of words. Nothing
/// beyond `kMaxPairs`.
[[nodiscard]] std::optional<double> rouge_l(std::string_view answer, std::string_view reference);

/// BLEU (Papineni 2002) of one sentence: n-grams up to 4, or up to what the answer has; tokens as `13a` of mteval,
/// smoothing `exp`: the k-th order without a match counts 1/2^k matches. What sacrebleu's `sentence_bleu` gives, / 100.
[[nodiscard]] double bleu(std::string_view answer, std::string_view reference);

/// chrF2 (Popović 2015): F-score (recall twice as heavy) of the mean precision and recall over character 1- to
/// 6-grams, without white space; orders that one of the texts is too short for are left out. What sacrebleu's `chrf`
/// gives, / 100.
[[nodiscard]] double chrf(std::string_view answer, std::string_view reference);

/// The tokens of mteval-v13a, as sacrebleu writes them.
[[nodiscard]] std::vector<std::string> tokens_13a(std::string_view text);

/// SQuAD's normalisation: case folded, without ASCII punctuation, without `a`, `an`, `the`, split at white space.
[[nodiscard]] std::vector<std::string> squad_tokens(std::string_view text);

/// SQuAD's F1 of the tokens that both share (Rajpurkar 2016); two texts without tokens are 1, one of them is 0.
[[nodiscard]] double token_f1(std::string_view answer, std::string_view reference);

}  // namespace assay::judges
