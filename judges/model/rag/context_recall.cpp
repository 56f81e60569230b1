/// context_recall: the reference's claims against the contexts.

#include "judges/model/rag/check.hpp"
#include "judges/model/rows.hpp"
#include "judges/schemas.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace assay::judges {

namespace {

constexpr Needs kNeeds{.question = Need::may, .contexts = Need::must, .reference = Need::must};

std::string explain(const Claims& claims, const Judgements& judgements, std::size_t good) {
  const auto all = counted(claims.size(), "claim");
  if (good == claims.size()) return fmt::format("the contexts hold each of the reference's {}", all);
  const auto first =
      std::ranges::find_if(judgements, [](const auto& judgement) { return judgement.verdict != "supported"; });
  const auto bad = claims.size() - good;
  return fmt::format("{} of the reference's {} {} not in the contexts: {}", bad, all, are(bad),
                     cited(claims[static_cast<std::size_t>(first - judgements.begin())], *first));
}

CheckStep run(const RagCase& sample) {
  Inquiry inquiry(sample.parts.use, sample.answers);
  const auto& [question, contexts, reference] = sample.inputs;
  const auto claims = claims_of(inquiry, "claims", reference, question, "the reference");
  if (!claims) return std::move(inquiry).step();
  auto query = inquiry.query("verdicts", "rag_support");
  inquiry.show_passages(query, "sources", contexts, numbers_to(contexts.size()));
  const auto judgements = check_support(inquiry, std::move(query), *claims);
  if (!judgements) return std::move(inquiry).step();
  const auto good = count_verdict(*judgements, "supported");
  return told(sample.parts, share_of(good, claims->size()), good == claims->size(), explain(*claims, *judgements, good),
              {{"claims", claims->size()},
               {"supported", good},
               {"contradicted", count_verdict(*judgements, "contradicted")},
               {"not_found", count_verdict(*judgements, "not_found")}});
}

std::optional<CompiledCheck> make(const text::Node& options, const CompileEnv& env, Diagnostics& diagnostics) {
  OptionReader reader(options, "context_recall", diagnostics);
  auto parts = read_parts(reader, options, kNeeds, {"rag_claims", "rag_support"}, env);
  if (!reader.finish() || !parts) return std::nullopt;
  return assemble(*std::move(parts), run);
}

Json options() {
  return rag_options(kNeeds);
}

}  // namespace

CheckKind context_recall_row() {
  return {
      .name = "context_recall",
      .doc =
          "The share of the reference's claims that the contexts support, 0 to 1: what was not retrieved cannot be "
          "answered. A judge takes the reference apart into claims, then says of each: supported, contradicted, not "
          "found. Passes when all are supported, or from `threshold` on. The answer plays no part.",
      .example = "context_recall: {judge: strict, threshold: 0.8}",
      .short_key = "",
      .options = options,
      .short_form = no_short_form,
      .make = make};
}

}  // namespace assay::judges
