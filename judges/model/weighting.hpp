#pragma once
/// A judge's score, weighted by how likely the judge found each score.

#include <assay/core/transcript.hpp>

#include <optional>

namespace assay::judges {

/// Σ s·p(s) / Σ p(s) over the scores lo…hi (one digit each), with the probabilities at the last token that is `given`.
/// Tokens that are no such score do not count; spellings of one (`4`, ` 4`) are added up. Nothing where no token is
/// `given`, or its probabilities are none. Source: Liu et al., G-Eval, arXiv:2303.16634, §2; the restriction to what is
/// offered is ours.
[[nodiscard]] std::optional<double> weighted_score(const Logprobs& logprobs, int given, int lo, int hi);

}  // namespace assay::judges
