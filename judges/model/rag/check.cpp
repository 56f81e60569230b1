#include "judges/model/rag/check.hpp"

#include "judges/result.hpp"
#include "judges/schemas.hpp"

#include <assay/text/utf8.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace assay::judges {

std::optional<RagParts> read_parts(OptionReader& reader, const text::Node& options, Needs needs,
                                   std::initializer_list<std::string_view> prompts, const CompileEnv& env) {
  const auto judge = read_judge(reader, env);
  auto sources = InputSources::read(reader, options, needs, env);
  if (!judge) return std::nullopt;
  return RagParts{
      .use = use_of(*judge, prompts, options), .sources = std::move(sources), .explain_pass = env.explain_pass};
}

CompiledCheck assemble(RagParts parts, std::function<CheckStep(const RagCase&)> run) {
  CompiledCheck check;
  set_judge(check, parts.use);
  check.verify = [sources = parts.sources](const Scope& scope) { return sources.verify(scope); };
  check.run = [parts = std::move(parts), run = std::move(run)](const CheckContext& context,
                                                               const Answers& answers) -> CheckStep {
    const auto read = parts.sources.of(context);
    if (const auto* const score = std::get_if<Score>(&read)) return *score;
    return run({.parts = parts, .context = context, .inputs = std::get<Inputs>(read), .answers = answers});
  };
  return check;
}

Score told(const RagParts& parts, double value, bool pass, std::string why, const Json& details) {
  Score score = scored(value, pass, std::move(why), parts.explain_pass);
  score.details = dump_json(details);
  return score;
}

double share_of(std::size_t good, std::size_t all) {
  return static_cast<double>(good) / static_cast<double>(all);
}

std::size_t count_verdict(const Judgements& judgements, std::string_view verdict) {
  return static_cast<std::size_t>(std::ranges::count(judgements, verdict, &Judgement::verdict));
}

std::string cited(std::string_view item, const Judgement& judgement) {
  constexpr std::size_t kItem = 120;
  constexpr std::size_t kReason = 160;
  std::string text = text::in_quotes(item, kItem);
  if (!text::trim(judgement.reason).empty()) {
    text += fmt::format(" (the judge: {})", text::in_quotes(judgement.reason, kReason));
  }
  return text;
}

std::string counted(std::size_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

std::string_view are(std::size_t count) {
  return count == 1 ? "is" : "are";
}

std::optional<Score> without_words(const CheckContext& context) {
  if (!text::trim(context.answer).empty()) return std::nullopt;
  return unscored(fmt::format("there is nothing to judge in {}", shown_answer(context)));
}

Json rag_options(Needs needs, const Json& more) {
  Json properties = input_properties(needs);
  properties["judge"] = judge_option_schema();
  properties.update(more);
  return options_schema(std::move(properties), {});
}

Offered support_verdicts() {
  static const std::array<std::string, 3> kVerdicts{"supported", "contradicted", "not_found"};
  return kVerdicts;
}

std::optional<Judgements> check_support(Inquiry& inquiry, Query query, const Claims& claims) {
  inquiry.show_items(query, "claims", claims);
  return inquiry.verdicts(query, claims.size(), support_verdicts());
}

std::optional<Claims> claims_of(Inquiry& inquiry, const std::string& name, std::string_view text,
                                std::string_view question, std::string_view what) {
  auto query = inquiry.query(name, "rag_claims");
  inquiry.show(query, "question", question);
  inquiry.show(query, "text", text);
  return inquiry.claims(query, what);
}

std::optional<Judgements> judge_use(Inquiry& inquiry, const Inputs& inputs, std::string_view answer) {
  static const std::array<std::string, 2> kVerdicts{"useful", "useless"};
  auto query = inquiry.query("useful", "rag_useful");
  inquiry.show(query, "question", inputs.question);
  inquiry.show(query, "answer", answer);
  inquiry.show_passages(query, "passages", inputs.contexts, numbers_to(inputs.contexts.size()));
  return inquiry.verdicts(query, inputs.contexts.size(), kVerdicts);
}

}  // namespace assay::judges
