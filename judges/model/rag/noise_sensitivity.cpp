/// noise_sensitivity: wrong claims that the answer took from the contexts.

#include "judges/model/rag/check.hpp"
#include "judges/model/rows.hpp"
#include "judges/schemas.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace assay::judges {

namespace {

constexpr Needs kNeeds{.question = Need::may, .contexts = Need::must, .reference = Need::must};

/// Which passages a wrong claim may come from.
enum class From { relevant, irrelevant, any };

struct Rule {
  From from = From::relevant;
  double max = 0;
};

/// A passage's verdicts on the wrong claims.
struct Source {
  std::size_t number = 0;  ///< of the passage, from 1
  bool relevant = false;
  Judgements judgements;
};

/// The wrong claims, and the first one that a passage led to.
struct Blame {
  std::size_t count = 0;
  std::string first;
};

Claims wrong_among(const Claims& claims, const Judgements& judgements) {
  Claims wrong;
  for (std::size_t i = 0; i < claims.size(); ++i) {
    if (judgements[i].verdict != "supported") wrong.push_back(claims[i]);
  }
  return wrong;
}

// The passage that a claim comes from. One that a relevant passage supports does not come from an irrelevant one.
const Source* source_of(std::size_t claim, From from, const std::vector<Source>& sources) {
  const auto supports = [claim](const Source& source) { return source.judgements[claim].verdict == "supported"; };
  const auto relevant =
      std::ranges::find_if(sources, [&](const Source& source) { return source.relevant && supports(source); });
  if (from != From::irrelevant && relevant != sources.end()) return &*relevant;
  if (from == From::relevant || relevant != sources.end()) return nullptr;
  const auto other = std::ranges::find_if(sources, supports);
  return other == sources.end() ? nullptr : &*other;
}

Blame blame(const Claims& wrong, From from, const std::vector<Source>& sources) {
  Blame found;
  for (std::size_t i = 0; i < wrong.size(); ++i) {
    const auto* const source = source_of(i, from, sources);
    if (source == nullptr || found.count++ > 0) continue;
    found.first = fmt::format("passage {} ({}) says {}", source->number, source->relevant ? "relevant" : "irrelevant",
                              cited(wrong[i], source->judgements[i]));
  }
  return found;
}

Score score(const Rule& rule, const RagParts& parts, std::size_t claims, std::size_t wrong, const Blame& blamed) {
  const double value = share_of(blamed.count, claims);
  const auto of = counted(claims, "claim");
  return told(parts, value, value <= rule.max,
              blamed.count == 0 ? fmt::format("none of the answer's {} is wrong because of a passage", of)
                                : fmt::format("{} of the answer's {} {} not in the reference and from a passage: {}",
                                              blamed.count, of, are(blamed.count), blamed.first),
              {{"claims", claims}, {"wrong", wrong}, {"from_passages", blamed.count}});
}

// Each passage's verdicts on the wrong claims; nothing while some are still asked for.
std::optional<std::vector<Source>> ask_passages(Inquiry& inquiry, const Rule& rule, const Inputs& inputs,
                                                const Claims& wrong, const Judgements& useful) {
  std::vector<Source> sources;
  bool all = true;
  for (std::size_t i = 0; i < inputs.contexts.size(); ++i) {
    const bool relevant = useful[i].verdict == "useful";
    if (rule.from == From::relevant && !relevant) continue;
    auto query = inquiry.query(fmt::format("verdicts/{}", i + 1), "rag_support");
    const std::vector<std::size_t> number{i + 1};
    inquiry.show_passages(query, "sources", inputs.contexts, number);
    auto judgements = check_support(inquiry, std::move(query), wrong);
    all = all && judgements;
    if (judgements) sources.push_back({.number = i + 1, .relevant = relevant, .judgements = *std::move(judgements)});
  }
  if (!all) return std::nullopt;
  return sources;
}

CheckStep run(const Rule& rule, const RagCase& sample) {
  if (auto silent = without_words(sample.context)) return *std::move(silent);
  const auto& inputs = sample.inputs;
  Inquiry inquiry(sample.parts.use, sample.answers);
  const auto claims = claims_of(inquiry, "claims", sample.context.answer, inputs.question, "the answer");
  if (!claims) return std::move(inquiry).step();
  auto query = inquiry.query("verdicts/reference", "rag_support");
  inquiry.show(query, "sources", inputs.reference);
  const auto judgements = check_support(inquiry, std::move(query), *claims);
  if (!judgements) return std::move(inquiry).step();
  const auto wrong = wrong_among(*claims, *judgements);
  if (wrong.empty()) return score(rule, sample.parts, claims->size(), 0, {});
  const auto useful = judge_use(inquiry, inputs, inputs.reference);
  if (!useful) return std::move(inquiry).step();
  const auto sources = ask_passages(inquiry, rule, inputs, wrong, *useful);
  if (!sources) return std::move(inquiry).step();
  return score(rule, sample.parts, claims->size(), wrong.size(), blame(wrong, rule.from, *sources));
}

From read_from(OptionReader& reader) {
  const auto from = reader.choice("from", {"relevant", "irrelevant", "any"});
  return from == "irrelevant" ? From::irrelevant : from == "any" ? From::any : From::relevant;
}

std::optional<CompiledCheck> make(const text::Node& options, const CompileEnv& env, Diagnostics& diagnostics) {
  OptionReader reader(options, "noise_sensitivity", diagnostics);
  const Rule rule{.from = read_from(reader), .max = reader.reader().number("max", 0, 1).value_or(0)};
  if (env.has_threshold) {
    reader.reader().error("check 'noise_sensitivity' is the better the lower it is, and takes no threshold",
                          "write `noise_sensitivity: {max: 0.2}`");
  }
  auto parts = read_parts(reader, options, kNeeds, {"rag_claims", "rag_support", "rag_useful"}, env);
  if (!reader.finish() || !parts) return std::nullopt;
  auto check = assemble(*std::move(parts), [rule](const RagCase& sample) { return run(rule, sample); });
  check.better = Direction::down;
  return check;
}

Json options() {
  return rag_options(kNeeds, {{"from", choice_schema("Which passages a wrong claim may come from; default: relevant",
                                                     {"relevant", "irrelevant", "any"})},
                              {"max",
                               {{"description", "The greatest share that passes"},
                                {"type", "number"},
                                {"minimum", 0},
                                {"maximum", 1},
                                {"default", 0}}}});
}

}  // namespace

CheckKind noise_sensitivity_row() {
  return {.name = "noise_sensitivity",
          .doc =
              "The share of the answer's claims that the reference does not support and that a passage led to, 0 to 1; "
              "less is better. A judge takes the answer apart into claims, checks them against the reference, says "
              "which passages are useful for the reference, and checks the wrong claims against each passage `from` "
              "which they may come: relevant (the default), irrelevant (and no relevant one), any. Passes up to `max`, "
              "which is 0.",
          .example = "noise_sensitivity: {judge: strict, max: 0.1}",
          .better = Direction::down,
          .short_key = "",
          .options = options,
          .short_form = no_short_form,
          .make = make};
}

}  // namespace assay::judges
