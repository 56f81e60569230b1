/// context_relevancy: the sentences of the contexts against the question.

#include "judges/model/rag/check.hpp"
#include "judges/model/rag/sentences.hpp"
#include "judges/model/rows.hpp"
#include "judges/result.hpp"
#include "judges/schemas.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace assay::judges {

namespace {

constexpr Needs kNeeds{.question = Need::must, .contexts = Need::must};
constexpr std::size_t kMostSentences = 500;

/// Sentences of one passage that are asked about together.
struct Batch {
  std::size_t passage = 0;  ///< from 1
  Claims sentences;
};

// At most `kMostClaims` at a time, and never of two passages.
std::vector<Batch> batches_of(const Passages& contexts) {
  std::vector<Batch> batches;
  for (std::size_t i = 0; i < contexts.size(); ++i) {
    std::size_t inside = 0;
    for (const auto sentence : sentences_of(contexts[i])) {
      if (inside++ % kMostClaims == 0) batches.push_back({.passage = i + 1, .sentences = {}});
      batches.back().sentences.push_back(on_one_line(sentence));
    }
  }
  return batches;
}

/// What was found so far.
struct Tally {
  std::size_t sentences = 0;
  std::size_t relevant = 0;
  std::string first;  ///< that is not, and where
};

void count(Tally& tally, const Batch& batch, const Judgements& judgements) {
  tally.sentences += batch.sentences.size();
  tally.relevant += count_verdict(judgements, "relevant");
  const auto first = std::ranges::find(judgements, "irrelevant", &Judgement::verdict);
  if (first == judgements.end() || !tally.first.empty()) return;
  const auto& sentence = batch.sentences[static_cast<std::size_t>(first - judgements.begin())];
  tally.first = fmt::format("in passage {}, {}", batch.passage, cited(sentence, *first));
}

std::optional<Judgements> ask_about(Inquiry& inquiry, const std::string& name, const Inputs& inputs,
                                    const Batch& batch) {
  static const std::array<std::string, 2> kVerdicts{"relevant", "irrelevant"};
  auto query = inquiry.query(name, "rag_passage");
  inquiry.show(query, "question", inputs.question);
  inquiry.show_items(query, "sentences", batch.sentences);
  return inquiry.verdicts(query, batch.sentences.size(), kVerdicts);
}

Score score(const RagParts& parts, const Tally& tally) {
  const bool all = tally.relevant == tally.sentences;
  const auto bad = tally.sentences - tally.relevant;
  const auto sentences = counted(tally.sentences, "sentence");
  return told(parts, share_of(tally.relevant, tally.sentences), all,
              all ? fmt::format("each of {} in the contexts has to do with the question", sentences)
                  : fmt::format("{} of {} in the contexts {} off topic: {}", bad, sentences, are(bad), tally.first),
              {{"sentences", tally.sentences}, {"relevant", tally.relevant}});
}

CheckStep run(const RagCase& sample) {
  const auto batches = batches_of(sample.inputs.contexts);
  std::size_t sentences = 0;
  for (const auto& batch : batches) sentences += batch.sentences.size();
  if (sentences == 0) return unscored("the contexts hold no sentence");
  if (sentences > kMostSentences) {
    return unscored(
        fmt::format("the contexts hold {} sentences, more than the {} that are judged", sentences, kMostSentences));
  }
  Inquiry inquiry(sample.parts.use, sample.answers);
  Tally tally;
  bool told_all = true;
  for (std::size_t i = 0; i < batches.size(); ++i) {
    const auto judgements = ask_about(inquiry, fmt::format("verdicts/{}", i), sample.inputs, batches[i]);
    told_all = told_all && judgements;
    if (judgements) count(tally, batches[i], *judgements);
  }
  if (!told_all) return std::move(inquiry).step();
  return score(sample.parts, tally);
}

std::optional<CompiledCheck> make(const text::Node& options, const CompileEnv& env, Diagnostics& diagnostics) {
  OptionReader reader(options, "context_relevancy", diagnostics);
  auto parts = read_parts(reader, options, kNeeds, {"rag_passage"}, env);
  if (!reader.finish() || !parts) return std::nullopt;
  return assemble(*std::move(parts), run);
}

Json options() {
  return rag_options(kNeeds);
}

}  // namespace

CheckKind context_relevancy_row() {
  return {
      .name = "context_relevancy",
      .doc =
          "The share of the sentences in the contexts that have to do with the question, 0 to 1: how much noise was "
          "retrieved. Sentences are split by rule; a judge says of each: relevant, irrelevant, in one question for "
          "each passage. Passes at 1, or from `threshold` on, which is what one writes here. The answer plays no "
          "part. Unscored beyond 500 sentences.",
      .example = "context_relevancy: {judge: strict, threshold: 0.3}",
      .short_key = "",
      .options = options,
      .short_form = no_short_form,
      .make = make};
}

}  // namespace assay::judges
