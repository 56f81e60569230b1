#include "judges/model/rag/citation_support.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace assay::judges {

bool resolve(Inquiry& inquiry, std::string_view stage, const std::vector<Doubt>& doubts,
             const std::vector<CitedSentence>& sentences, const Passages& contexts, Known& known) {
  std::map<PassageNumbers, std::vector<std::size_t>> groups;
  for (const auto& [sentence, passages] : doubts) {
    if (!known.contains({sentence, passages})) groups[passages].push_back(sentence);
  }
  bool all = true;
  for (const auto& [passages, members] : groups) {
    auto query = inquiry.query(fmt::format("{}/{}", stage, fmt::join(passages, "+")), "rag_support");
    inquiry.show_passages(query, "sources", contexts, passages);
    Claims texts;
    for (const auto member : members) texts.push_back(sentences[member].text);
    const auto judgements = check_support(inquiry, std::move(query), texts);
    all = all && judgements;
    for (std::size_t i = 0; judgements && i < members.size(); ++i) known[{members[i], passages}] = (*judgements)[i];
  }
  return all;
}

bool supports(const Known& known, std::size_t sentence, const PassageNumbers& passages) {
  const auto found = known.find({sentence, passages});
  return found != known.end() && found->second.verdict == "supported";
}

bool is_recalled(const Known& known, const std::vector<CitedSentence>& sentences, std::size_t index) {
  const auto& sentence = sentences[index];
  return !sentence.dangling && !sentence.cites.empty() && supports(known, index, sentence.cites);
}

std::vector<Doubt> doubts_of_all(const std::vector<CitedSentence>& sentences) {
  std::vector<Doubt> doubts;
  for (std::size_t i = 0; i < sentences.size(); ++i) {
    if (!sentences[i].dangling && !sentences[i].cites.empty()) doubts.push_back({i, sentences[i].cites});
  }
  return doubts;
}

std::string shown_numbers(const PassageNumbers& passages) {
  return fmt::format("[{}]", fmt::join(passages, "]["));
}

}  // namespace assay::judges
