/// answer_relevancy: the answer's statements against the question.

#include "judges/model/rag/check.hpp"
#include "judges/model/rows.hpp"
#include "judges/result.hpp"
#include "judges/schemas.hpp"

#include <assay/text/utf8.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace assay::judges {

namespace {

constexpr Needs kNeeds{.question = Need::must};

std::string explain(const Claims& statements, const Judgements& judgements, std::size_t good) {
  if (good == statements.size()) {
    return fmt::format("each of {} has to do with the question", counted(good, "statement"));
  }
  const auto first = std::ranges::find(judgements, "irrelevant", &Judgement::verdict);
  const auto bad = statements.size() - good;
  return fmt::format("{} of {} {} off topic: {}", bad, counted(statements.size(), "statement"), are(bad),
                     cited(statements[static_cast<std::size_t>(first - judgements.begin())], *first));
}

CheckStep run(const RagCase& sample) {
  static const std::array<std::string, 2> kVerdicts{"relevant", "irrelevant"};
  if (text::trim(sample.context.answer).empty()) {
    return failed(fmt::format("the question is not answered by {}", shown_answer(sample.context)));
  }
  Inquiry inquiry(sample.parts.use, sample.answers);
  auto first = inquiry.query("claims", "rag_statements");
  inquiry.show(first, "question", sample.inputs.question);
  inquiry.show(first, "answer", sample.context.answer);
  const auto statements = inquiry.claims(first, "the answer");
  if (!statements) return std::move(inquiry).step();
  auto second = inquiry.query("verdicts", "rag_on_topic");
  inquiry.show(second, "question", sample.inputs.question);
  inquiry.show_items(second, "statements", *statements);
  const auto judgements = inquiry.verdicts(second, statements->size(), kVerdicts);
  if (!judgements) return std::move(inquiry).step();
  const auto good = count_verdict(*judgements, "relevant");
  return told(sample.parts, share_of(good, statements->size()), good == statements->size(),
              explain(*statements, *judgements, good), {{"statements", statements->size()}, {"relevant", good}});
}

std::optional<CompiledCheck> make(const text::Node& options, const CompileEnv& env, Diagnostics& diagnostics) {
  OptionReader reader(options, "answer_relevancy", diagnostics);
  auto parts = read_parts(reader, options, kNeeds, {"rag_statements", "rag_on_topic"}, env);
  if (!reader.finish() || !parts) return std::nullopt;
  return assemble(*std::move(parts), run);
}

Json options() {
  return rag_options(kNeeds);
}

}  // namespace

CheckKind answer_relevancy_row() {
  return {.name = "answer_relevancy",
          .doc =
              "The share of the answer's statements that have to do with the question, 0 to 1; says nothing about "
              "truth. A judge takes the answer apart into statements, then says of each: relevant, irrelevant. Passes "
              "when all are relevant, or from `threshold` on. An empty answer is 0. Unscored: an answer without "
              "statements, no question, a judge's reply without a verdict for each.",
          .example = "answer_relevancy: {judge: strict, threshold: 0.8}",
          .short_key = "",
          .options = options,
          .short_form = no_short_form,
          .make = make};
}

}  // namespace assay::judges
