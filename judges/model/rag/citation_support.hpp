#pragma once
/// Whether the passages that a sentence cites say what it says: the questions behind citation_precision and
/// citation_recall.
///
/// Source: ALCE (Gao et al. 2023, arXiv:2305.14627, §4.3): a sentence is recalled if the passages that it cites
/// together support it; a citation of a recalled sentence is precise if its passage alone supports the sentence, or the
/// others without it do not.

#include "judges/model/rag/cited.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace assay::judges {

/// What is asked of a judge: does this set of passages support this sentence?
struct Doubt {
  std::size_t sentence = 0;  ///< its index
  PassageNumbers passages;
  friend auto operator<=>(const Doubt&, const Doubt&) = default;
};

/// What the judge has said so far.
using Known = std::map<Doubt, Judgement>;

/// Asks what is not known yet, as `STAGE/1+2`: one question for each set of passages. True once all is known.
[[nodiscard]] bool resolve(Inquiry& inquiry, std::string_view stage, const std::vector<Doubt>& doubts,
                           const std::vector<CitedSentence>& sentences, const Passages& contexts, Known& known);

/// True where the judge said so; false too while it is not known.
[[nodiscard]] bool supports(const Known& known, std::size_t sentence, const PassageNumbers& passages);

/// Whether all that the sentence at `index` cites exists, and supports it together.
[[nodiscard]] bool is_recalled(const Known& known, const std::vector<CitedSentence>& sentences, std::size_t index);

/// Of each sentence that cites passages only: do they support it together?
[[nodiscard]] std::vector<Doubt> doubts_of_all(const std::vector<CitedSentence>& sentences);

/// `[1][2]`
[[nodiscard]] std::string shown_numbers(const PassageNumbers& passages);

}  // namespace assay::judges
