/// faithfulness: the answer's claims against the contexts.

#include "judges/model/rag/check.hpp"
#include "judges/model/rows.hpp"
#include "judges/schemas.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace assay::judges {

namespace {

constexpr Needs kNeeds{.question = Need::may, .contexts = Need::must};

enum class Counts { supported, not_contradicted };

bool is_good(Counts counts, const Judgement& judgement) {
  return counts == Counts::supported ? judgement.verdict == "supported" : judgement.verdict != "contradicted";
}

std::string explain(Counts counts, const Claims& claims, const Judgements& judgements, std::size_t good) {
  const bool supported = counts == Counts::supported;
  if (good == claims.size()) {
    return fmt::format("the contexts {} each of {}", supported ? "support" : "do not contradict",
                       counted(claims.size(), "claim"));
  }
  // One that is contradicted is worse than one that is merely not found, and shown first.
  auto worst = std::ranges::find(judgements, "contradicted", &Judgement::verdict);
  if (worst == judgements.end()) worst = std::ranges::find(judgements, "not_found", &Judgement::verdict);
  const auto& claim = claims[static_cast<std::size_t>(worst - judgements.begin())];
  return fmt::format("the contexts {} {} of {}: {} {}", supported ? "do not support" : "contradict",
                     claims.size() - good, counted(claims.size(), "claim"),
                     worst->verdict == "contradicted" ? "they contradict" : "they do not say", cited(claim, *worst));
}

CheckStep run(Counts counts, const RagCase& sample) {
  if (auto silent = without_words(sample.context)) return *std::move(silent);
  Inquiry inquiry(sample.parts.use, sample.answers);
  const auto claims = claims_of(inquiry, "claims", sample.context.answer, sample.inputs.question, "the answer");
  if (!claims) return std::move(inquiry).step();
  auto query = inquiry.query("verdicts", "rag_support");
  const auto& contexts = sample.inputs.contexts;
  inquiry.show_passages(query, "sources", contexts, numbers_to(contexts.size()));
  const auto judgements = check_support(inquiry, std::move(query), *claims);
  if (!judgements) return std::move(inquiry).step();
  const auto good = static_cast<std::size_t>(
      std::ranges::count_if(*judgements, [counts](const auto& judgement) { return is_good(counts, judgement); }));
  return told(sample.parts, share_of(good, claims->size()), good == claims->size(),
              explain(counts, *claims, *judgements, good),
              {{"claims", claims->size()},
               {"supported", count_verdict(*judgements, "supported")},
               {"contradicted", count_verdict(*judgements, "contradicted")},
               {"not_found", count_verdict(*judgements, "not_found")}});
}

std::optional<CompiledCheck> make(const text::Node& options, const CompileEnv& env, Diagnostics& diagnostics) {
  OptionReader reader(options, "faithfulness", diagnostics);
  const auto written = reader.choice("counts", {"supported", "not_contradicted"});
  const auto counts = written == "not_contradicted" ? Counts::not_contradicted : Counts::supported;
  auto parts = read_parts(reader, options, kNeeds, {"rag_claims", "rag_support"}, env);
  if (!reader.finish() || !parts) return std::nullopt;
  return assemble(*std::move(parts), [counts](const RagCase& sample) { return run(counts, sample); });
}

Json options() {
  return rag_options(
      kNeeds,
      {{"counts", choice_schema("Which claims count as good; default: supported", {"supported", "not_contradicted"})}});
}

}  // namespace

CheckKind faithfulness_row() {
  return {.name = "faithfulness",
          .doc =
              "The share of the answer's claims that the contexts support, 0 to 1. A judge takes the answer apart into "
              "claims, then says of each: supported, contradicted, not found. Passes when all are supported, or from "
              "`threshold` on. `counts: not_contradicted` takes what is not found as good too. Unscored: an answer "
              "without claims, no contexts, a judge's reply without a verdict for each claim.",
          .example = "faithfulness: {judge: strict, threshold: 0.9}",
          .short_key = "",
          .options = options,
          .short_form = no_short_form,
          .make = make};
}

}  // namespace assay::judges
