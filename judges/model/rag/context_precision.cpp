/// context_precision: whether the useful passages stand first.

#include "judges/model/rag/check.hpp"
#include "judges/model/rows.hpp"
#include "judges/schemas.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace assay::judges {

namespace {

/// Average precision at K: Σ (useful among the first k / k) over the useful k, / their number; 0 without any. Each
/// term is exactly 1 where nothing useless stands before.
double average_precision(const Judgements& judgements) {
  double sum = 0;
  std::size_t useful = 0;
  for (std::size_t i = 0; i < judgements.size(); ++i) {
    if (judgements[i].verdict != "useful") continue;
    ++useful;
    sum += share_of(useful, i + 1);
  }
  return useful == 0 ? 0 : sum / static_cast<double>(useful);
}

std::string explain(const Inputs& inputs, const Judgements& judgements, std::string_view whose) {
  const auto useful = count_verdict(judgements, "useful");
  const auto all = counted(judgements.size(), "passage");
  const auto first = std::ranges::find(judgements, "useless", &Judgement::verdict);
  if (first == judgements.end()) return fmt::format("each of {} is useful for the {}", all, whose);
  const auto index = static_cast<std::size_t>(first - judgements.begin());
  const auto shown = cited(inputs.contexts[index], *first);
  if (useful == 0) return fmt::format("none of {} is useful for the {}: the first is {}", all, whose, shown);
  return fmt::format("{} of {} {} useful for the {}; passage {} is not: {}", useful, all, are(useful), whose, index + 1,
                     shown);
}

CheckStep run(bool for_answer, const RagCase& sample) {
  if (for_answer) {
    if (auto silent = without_words(sample.context)) return *std::move(silent);
  }
  Inquiry inquiry(sample.parts.use, sample.answers);
  const std::string_view answer = for_answer ? sample.context.answer : std::string_view(sample.inputs.reference);
  const auto judgements = judge_use(inquiry, sample.inputs, answer);
  if (!judgements) return std::move(inquiry).step();
  const double value = average_precision(*judgements);
  return told(sample.parts, value, value == 1, explain(sample.inputs, *judgements, for_answer ? "answer" : "reference"),
              {{"passages", judgements->size()}, {"useful", count_verdict(*judgements, "useful")}});
}

constexpr Needs kNeeds{.question = Need::may, .contexts = Need::must, .reference = Need::must};

std::optional<CompiledCheck> make(const text::Node& options, const CompileEnv& env, Diagnostics& diagnostics) {
  OptionReader reader(options, "context_precision", diagnostics);
  const bool for_answer = reader.choice("for", {"reference", "answer"}) == "answer";
  Needs needs = kNeeds;
  if (for_answer) needs.reference = Need::none;
  auto parts = read_parts(reader, options, needs, {"rag_useful"}, env);
  if (!reader.finish() || !parts) return std::nullopt;
  return assemble(*std::move(parts), [for_answer](const RagCase& sample) { return run(for_answer, sample); });
}

Json options() {
  return rag_options(
      kNeeds,
      {{"for", choice_schema("What a passage must be useful for; default: reference", {"reference", "answer"})}});
}

}  // namespace

CheckKind context_precision_row() {
  return {.name = "context_precision",
          .doc =
              "Whether the useful passages stand first, 0 to 1: average precision over the contexts in their order. A "
              "judge says of each passage whether it is useful for the reference (`for: answer`: for the answer, where "
              "there is no reference). Passes at 1, where no useless passage stands before a useful one, or from "
              "`threshold` on. No useful passage is 0.",
          .example = "context_precision: {judge: strict, threshold: 0.7}",
          .short_key = "",
          .options = options,
          .short_form = no_short_form,
          .make = make};
}

}  // namespace assay::judges
