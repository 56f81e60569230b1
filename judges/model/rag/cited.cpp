#include "judges/model/rag/cited.hpp"

#include "judges/model/rag/sentences.hpp"
#include "judges/result.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace assay::judges {

namespace {

constexpr std::size_t kMostCited = 100;  // citations in an answer: each may be a question

void cite(CitedSentence& sentence, const Citation& citation, std::size_t passages) {
  if (!citation.passage || *citation.passage > passages) {
    sentence.dangling = true;
    ++sentence.citations;
  } else if (std::ranges::find(sentence.cites, *citation.passage) == sentence.cites.end()) {
    sentence.cites.push_back(*citation.passage);
    ++sentence.citations;
  }
}

// The text between `begin` and `end` without the marks in it.
std::string without_marks(std::string_view answer, std::size_t begin, std::size_t end,
                          const std::vector<Citation>& citations) {
  std::string text;
  for (const auto& citation : citations) {
    if (citation.begin < begin || citation.end > end) continue;
    text.append(answer.substr(begin, citation.begin - begin));
    while (text.ends_with(' ')) text.pop_back();  // `it [1].` becomes `it.`
    begin = citation.end;
  }
  text.append(answer.substr(begin, end - begin));
  return on_one_line(text);
}

// The sentences with their citations; marks that stand alone belong to the sentence before.
std::vector<CitedSentence> read_sentences(std::string_view answer, const std::vector<Citation>& citations,
                                          std::size_t passages) {
  std::vector<CitedSentence> sentences;
  auto next = citations.begin();
  for (const auto view : sentences_of(answer)) {
    const auto begin = static_cast<std::size_t>(view.data() - answer.data());
    const auto end = begin + view.size();
    const auto last = std::find_if(next, citations.end(), [end](const Citation& one) { return one.begin >= end; });
    auto text = without_marks(answer, begin, end, {next, last});
    const bool words = std::ranges::any_of(
        text, [](char c) { return std::string_view(" .,:;!?-*").find(c) == std::string_view::npos; });
    if (words) sentences.push_back({.text = std::move(text)});
    for (; next != last; ++next) {
      if (!sentences.empty()) cite(sentences.back(), *next, passages);
    }
  }
  for (auto& sentence : sentences) std::ranges::sort(sentence.cites);
  return sentences;
}

}  // namespace

std::variant<CitedAnswer, Score> read_cited(const CitationStyle& style, const RagCase& sample) {
  if (auto silent = without_words(sample.context)) return *std::move(silent);
  const auto answer = sample.context.answer;
  CitedAnswer read{.sentences = read_sentences(answer, find_citations(answer, style), sample.inputs.contexts.size())};
  if (read.sentences.empty()) return unscored("the answer holds no sentence");
  if (read.sentences.size() > kMostClaims) {
    return unscored(fmt::format("the answer has {} sentences, more than the {} that are judged", read.sentences.size(),
                                kMostClaims));
  }
  for (const auto& sentence : read.sentences) read.citations += sentence.citations;
  if (read.citations <= kMostCited) return read;
  return unscored(
      fmt::format("the answer has {} citations, more than the {} that are judged", read.citations, kMostCited));
}

}  // namespace assay::judges
