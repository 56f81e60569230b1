#pragma once
/// The sentences of an answer, with the passages that each cites.

#include "judges/heuristic/citation_scan.hpp"
#include "judges/model/rag/check.hpp"

#include <cstddef>
#include <string>
#include <variant>
#include <vector>

namespace assay::judges {

/// Numbers of passages, from 1, in order, each once.
using PassageNumbers = std::vector<std::size_t>;

/// A sentence without its marks, and what it cites.
struct CitedSentence {
  std::string text;
  PassageNumbers cites;
  bool dangling = false;  ///< it also cites what is no passage
  std::size_t citations = 0;
};

/// The answer of one sample, read.
struct CitedAnswer {
  std::vector<CitedSentence> sentences;
  std::size_t citations = 0;
};

/// Reads the answer. Unscored without a sentence, and beyond what is judged.
[[nodiscard]] std::variant<CitedAnswer, Score> read_cited(const CitationStyle& style, const RagCase& sample);

}  // namespace assay::judges
