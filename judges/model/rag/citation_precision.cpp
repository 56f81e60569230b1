/// citation_precision: whether each citation is of use to its sentence (citation_support.hpp).

#include "judges/model/rag/citation_support.hpp"
#include "judges/model/rows.hpp"
#include "judges/result.hpp"
#include "judges/schemas.hpp"

#include <assay/text/utf8.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace assay::judges {

namespace {

constexpr Needs kNeeds{.contexts = Need::must};

PassageNumbers without(const PassageNumbers& passages, std::size_t one) {
  PassageNumbers rest;
  for (const auto number : passages) {
    if (number != one) rest.push_back(number);
  }
  return rest;
}

// Of the recalled sentences that cite several passages: does each support it alone? And where not: do the others?
std::vector<Doubt> doubts_alone(const std::vector<CitedSentence>& sentences, const Known& known) {
  std::vector<Doubt> doubts;
  for (std::size_t i = 0; i < sentences.size(); ++i) {
    if (!is_recalled(known, sentences, i)) continue;
    for (const auto number : sentences[i].cites) doubts.push_back({i, {number}});
  }
  return doubts;
}

std::vector<Doubt> doubts_without(const std::vector<CitedSentence>& sentences, const Known& known) {
  std::vector<Doubt> doubts;
  for (const auto& doubt : doubts_alone(sentences, known)) {
    if (supports(known, doubt.sentence, doubt.passages)) continue;
    doubts.push_back({doubt.sentence, without(sentences[doubt.sentence].cites, doubt.passages.front())});
  }
  return doubts;
}

bool is_precise(const std::vector<CitedSentence>& sentences, const Known& known, std::size_t index,
                std::size_t number) {
  if (!is_recalled(known, sentences, index)) return false;
  return supports(known, index, {number}) || !supports(known, index, without(sentences[index].cites, number));
}

/// The citations that are precise, and the first that is not.
struct Precision {
  std::size_t precise = 0;
  std::string first;
};

Precision measure(const std::vector<CitedSentence>& sentences, const Known& known) {
  Precision found;
  for (std::size_t i = 0; i < sentences.size(); ++i) {
    const auto& sentence = sentences[i];
    const auto shown = text::in_quotes(sentence.text, 120);
    if (sentence.dangling && found.first.empty()) {
      found.first = fmt::format("one points to no passage in {}", shown);
    }
    for (const auto number : sentence.cites) {
      if (is_precise(sentences, known, i, number)) {
        ++found.precise;
      } else if (found.first.empty()) {
        const bool idle = is_recalled(known, sentences, i);
        found.first = idle ? fmt::format("the others support {} without [{}]", shown, number)
                           : fmt::format("{} for {}", shown_numbers(sentence.cites),
                                         cited(sentence.text, known.at({i, sentence.cites})));
      }
    }
  }
  return found;
}

CheckStep run(const CitationStyle& style, const RagCase& sample) {
  const auto read = read_cited(style, sample);
  if (const auto* const score = std::get_if<Score>(&read)) return *score;
  const auto& [sentences, citations] = std::get<CitedAnswer>(read);
  if (citations == 0) {
    return unscored(
        fmt::format("the answer cites nothing: {}; `citations` asks for a citation", shown_answer(sample.context)));
  }
  const auto& contexts = sample.inputs.contexts;
  Inquiry inquiry(sample.parts.use, sample.answers);
  Known known;
  const bool all = resolve(inquiry, "cited", doubts_of_all(sentences), sentences, contexts, known) &&
                   resolve(inquiry, "alone", doubts_alone(sentences, known), sentences, contexts, known) &&
                   resolve(inquiry, "without", doubts_without(sentences, known), sentences, contexts, known);
  if (!all) return std::move(inquiry).step();
  const auto found = measure(sentences, known);
  const auto shown = counted(citations, "citation");
  const auto bad = citations - found.precise;
  return told(sample.parts, share_of(found.precise, citations), found.precise == citations,
              found.precise == citations
                  ? fmt::format("each of {} supports its sentence", shown)
                  : fmt::format("{} of {} {} of no use to the sentence: {}", bad, shown, are(bad), found.first),
              {{"citations", citations}, {"precise", found.precise}});
}

std::optional<CompiledCheck> make(const text::Node& options, const CompileEnv& env, Diagnostics& diagnostics) {
  OptionReader reader(options, "citation_precision", diagnostics);
  const auto style = CitationStyle::read(reader);
  auto parts = read_parts(reader, options, kNeeds, {"rag_support"}, env);
  if (!reader.finish() || !parts || !style) return std::nullopt;
  return assemble(*std::move(parts), [style = *style](const RagCase& sample) { return run(style, sample); });
}

Json options() {
  return rag_options(kNeeds, citation_properties());
}

}  // namespace

CheckKind citation_precision_row() {
  return {.name = "citation_precision",
          .doc =
              "The share of the answer's citations (`[1]`) that do their sentence a service, 0 to 1, as ALCE defines "
              "it: all passages that the sentence cites support it together, and this one alone does, or the others "
              "without it do not. A judge says so, and sees no more than the passages in question. A citation of what "
              "is no passage is none. Passes at 1, or from `threshold` on. Unscored: an answer without citations.",
          .example = "citation_precision: {judge: strict, threshold: 0.8}",
          .short_key = "",
          .options = options,
          .short_form = no_short_form,
          .make = make};
}

}  // namespace assay::judges
