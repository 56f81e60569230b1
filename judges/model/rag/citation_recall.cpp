/// citation_recall: whether the answer's sentences stand on what they cite (citation_support.hpp).

#include "judges/model/rag/citation_support.hpp"
#include "judges/model/rows.hpp"
#include "judges/result.hpp"
#include "judges/schemas.hpp"

#include <assay/text/utf8.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace assay::judges {

namespace {

constexpr Needs kNeeds{.contexts = Need::must};

/// Which sentences of an answer a source is wanted for.
struct Wanted {
  std::vector<std::size_t> sentences;
  std::vector<std::size_t> uncited;  ///< of them
};

// Sentences without a citation count where they state a fact; with `every`, always.
std::optional<Wanted> find_wanted(Inquiry& inquiry, bool every, const std::vector<CitedSentence>& sentences) {
  static const std::array<std::string, 2> kVerdicts{"claim", "no_claim"};
  Wanted wanted;
  std::vector<std::size_t> open;
  Claims texts;
  for (std::size_t i = 0; i < sentences.size(); ++i) {
    const bool cites = sentences[i].citations > 0;
    if (cites || every) wanted.sentences.push_back(i);
    if (cites) continue;
    if (every) wanted.uncited.push_back(i);
    open.push_back(i);
    texts.push_back(sentences[i].text);
  }
  if (every || open.empty()) return wanted;
  auto query = inquiry.query("uncited", "rag_uncited");
  inquiry.show_items(query, "sentences", texts);
  const auto judgements = inquiry.verdicts(query, texts.size(), kVerdicts);
  if (!judgements) return std::nullopt;
  for (std::size_t i = 0; i < open.size(); ++i) {
    if ((*judgements)[i].verdict != "claim") continue;
    wanted.sentences.push_back(open[i]);
    wanted.uncited.push_back(open[i]);
  }
  std::ranges::sort(wanted.sentences);
  return wanted;
}

std::string explain(const Wanted& wanted, const std::vector<CitedSentence>& sentences, const Known& known,
                    std::size_t good) {
  const auto all = counted(wanted.sentences.size(), "sentence");
  if (good == wanted.sentences.size()) return fmt::format("what they cite supports each of {}", all);
  const auto bad = *std::ranges::find_if(wanted.sentences, [&](auto i) { return !is_recalled(known, sentences, i); });
  const auto& sentence = sentences[bad];
  const auto failing = wanted.sentences.size() - good;
  const auto start = fmt::format("{} of {} {} not supported by what is cited there: ", failing, all, are(failing));
  if (sentence.citations == 0) return fmt::format("{}no source for {}", start, text::in_quotes(sentence.text, 120));
  if (sentence.dangling) {
    return fmt::format("{}a citation points to no passage in {}", start, text::in_quotes(sentence.text, 120));
  }
  return fmt::format("{}{} for {}", start, shown_numbers(sentence.cites),
                     cited(sentence.text, known.at({bad, sentence.cites})));
}

CheckStep run(const CitationStyle& style, bool every, const RagCase& sample) {
  const auto read = read_cited(style, sample);
  if (const auto* const score = std::get_if<Score>(&read)) return *score;
  const auto& sentences = std::get<CitedAnswer>(read).sentences;
  Inquiry inquiry(sample.parts.use, sample.answers);
  Known known;
  const auto wanted = find_wanted(inquiry, every, sentences);
  const bool all = resolve(inquiry, "cited", doubts_of_all(sentences), sentences, sample.inputs.contexts, known);
  if (!wanted || !all) return std::move(inquiry).step();
  if (wanted->sentences.empty()) return unscored("the answer states nothing that a source is wanted for");
  const auto good = static_cast<std::size_t>(
      std::ranges::count_if(wanted->sentences, [&](auto i) { return is_recalled(known, sentences, i); }));
  return told(sample.parts, share_of(good, wanted->sentences.size()), good == wanted->sentences.size(),
              explain(*wanted, sentences, known, good),
              {{"sentences", wanted->sentences.size()}, {"supported", good}, {"uncited", wanted->uncited.size()}});
}

std::optional<CompiledCheck> make(const text::Node& options, const CompileEnv& env, Diagnostics& diagnostics) {
  OptionReader reader(options, "citation_recall", diagnostics);
  const auto style = CitationStyle::read(reader);
  const bool every = reader.flag("every_sentence");
  auto parts = read_parts(reader, options, kNeeds, {"rag_support", "rag_uncited"}, env);
  if (!reader.finish() || !parts || !style) return std::nullopt;
  return assemble(*std::move(parts),
                  [style = *style, every](const RagCase& sample) { return run(style, every, sample); });
}

Json options() {
  Json properties = citation_properties();
  properties["every_sentence"] = flag_schema("A sentence without a citation counts whatever it says, as in ALCE");
  return rag_options(kNeeds, properties);
}

}  // namespace

CheckKind citation_recall_row() {
  return {.name = "citation_recall",
          .doc =
              "The share of the answer's sentences that what they cite (`[1]`) supports, 0 to 1, as ALCE defines it. A "
              "judge sees no more than the passages that a sentence cites. Sentences without a citation count where "
              "they state a fact, which the judge says too; with `every_sentence`, all. A sentence that cites what is "
              "no passage is not supported. Passes at 1, or from `threshold` on.",
          .example = "citation_recall: {judge: strict, threshold: 0.8}",
          .short_key = "",
          .options = options,
          .short_form = no_short_form,
          .make = make};
}

}  // namespace assay::judges
