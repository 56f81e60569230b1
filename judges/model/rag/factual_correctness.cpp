/// factual_correctness: the claims of answer and reference against each other.

#include "judges/model/rag/check.hpp"
#include "judges/model/rows.hpp"
#include "judges/result.hpp"
#include "judges/schemas.hpp"

#include <assay/text/utf8.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace assay::judges {

namespace {

constexpr Needs kNeeds{.question = Need::may, .reference = Need::must};
constexpr double kMostBeta = 100;

/// The claims of one text, and how they stand to the other.
struct Side {
  Claims claims;
  Judgements judgements;
};

struct Counts {
  std::size_t right = 0;    ///< claims of the answer that the reference supports
  std::size_t wrong = 0;    ///< those that it does not
  std::size_t missing = 0;  ///< claims of the reference that the answer does not support
};

/// F_β = (1 + β²) TP / ((1 + β²) TP + β² FN + FP); exactly 1 where nothing is wrong or missing.
double f_score(const Counts& counts, double beta) {
  const double weight = beta * beta;
  const double right = (1 + weight) * static_cast<double>(counts.right);
  const double all = right + weight * static_cast<double>(counts.missing) + static_cast<double>(counts.wrong);
  return all > 0 ? right / all : 0;
}

// The first claim that the other text does not support.
std::string first_unsupported(const Side& side) {
  const auto first =
      std::ranges::find_if(side.judgements, [](const auto& judgement) { return judgement.verdict != "supported"; });
  return cited(side.claims[static_cast<std::size_t>(first - side.judgements.begin())], *first);
}

std::string explain(const Counts& counts, const Side& answer, const Side& reference) {
  std::string why;
  if (counts.wrong > 0) {
    why = fmt::format("{} of the answer's {} {} not in the reference: {}", counts.wrong,
                      counted(answer.claims.size(), "claim"), are(counts.wrong), first_unsupported(answer));
  }
  if (counts.missing > 0) {
    why += fmt::format("{}{} of the reference's {} {} not in the answer: {}", why.empty() ? "" : "; ", counts.missing,
                       counted(reference.claims.size(), "claim"), are(counts.missing), first_unsupported(reference));
  }
  return why.empty() ? "answer and reference make the same claims" : why;
}

std::optional<Judgements> check_against(Inquiry& inquiry, const std::string& name, const Claims& claims,
                                        std::string_view other) {
  auto query = inquiry.query(name, "rag_support");
  inquiry.show(query, "sources", other);
  return check_support(inquiry, std::move(query), claims);
}

CheckStep run(double beta, const RagCase& sample) {
  const auto answer = sample.context.answer;
  const auto& [question, contexts, reference] = sample.inputs;
  if (text::trim(answer).empty()) {
    return failed(fmt::format("none of the reference is in {}", shown_answer(sample.context)));
  }
  Inquiry inquiry(sample.parts.use, sample.answers);
  auto ours = claims_of(inquiry, "claims/answer", answer, question, "the answer");
  auto theirs = claims_of(inquiry, "claims/reference", reference, question, "the reference");
  if (!ours || !theirs) return std::move(inquiry).step();
  auto right = check_against(inquiry, "verdicts/answer", *ours, reference);
  auto held = check_against(inquiry, "verdicts/reference", *theirs, answer);
  if (!right || !held) return std::move(inquiry).step();
  const Side in_answer{.claims = *std::move(ours), .judgements = *std::move(right)};
  const Side in_reference{.claims = *std::move(theirs), .judgements = *std::move(held)};
  Counts counts{.right = count_verdict(in_answer.judgements, "supported")};
  counts.wrong = in_answer.claims.size() - counts.right;
  counts.missing = in_reference.claims.size() - count_verdict(in_reference.judgements, "supported");
  const double value = f_score(counts, beta);
  return told(sample.parts, value, value == 1, explain(counts, in_answer, in_reference),
              {{"right", counts.right}, {"wrong", counts.wrong}, {"missing", counts.missing}});
}

std::optional<CompiledCheck> make(const text::Node& options, const CompileEnv& env, Diagnostics& diagnostics) {
  OptionReader reader(options, "factual_correctness", diagnostics);
  const double beta = reader.reader().number("beta", 0, kMostBeta).value_or(1);
  auto parts = read_parts(reader, options, kNeeds, {"rag_claims", "rag_support"}, env);
  if (!reader.finish() || !parts) return std::nullopt;
  return assemble(*std::move(parts), [beta](const RagCase& sample) { return run(beta, sample); });
}

Json options() {
  return rag_options(kNeeds, {{"beta",
                               {{"description", "How much heavier what is missing weighs than what is wrong; 0: not"},
                                {"type", "number"},
                                {"minimum", 0},
                                {"maximum", kMostBeta},
                                {"default", 1}}}});
}

}  // namespace

CheckKind factual_correctness_row() {
  return {.name = "factual_correctness",
          .doc =
              "F-score of the claims of answer and reference, 0 to 1. A judge takes both apart into claims and checks "
              "each against the other text: TP and FP are the answer's claims that the reference supports and does "
              "not, FN the reference's claims that the answer does not support; (1 + β²) TP / ((1 + β²) TP + β² FN + "
              "FP). Passes at 1, or from `threshold` on. An empty answer is 0.",
          .example = "factual_correctness: {judge: strict, threshold: 0.7}",
          .short_key = "",
          .options = options,
          .short_form = no_short_form,
          .make = make};
}

}  // namespace assay::judges
