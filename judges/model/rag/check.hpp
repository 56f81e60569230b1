#pragma once
/// What the judged checks of retrieval have in common.

#include "judges/model/inputs.hpp"
#include "judges/model/inquiry.hpp"
#include "judges/model/judge_option.hpp"

#include <functional>
#include <string>

namespace assay::judges {

/// The parts of such a check. `use` is the judge with the check's prompts.
struct RagParts {
  JudgeUse use;
  InputSources sources;
  bool explain_pass = false;
};

/// One sample, as a check sees it.
struct RagCase {
  const RagParts& parts;
  const CheckContext& context;
  const Inputs& inputs;
  const Answers& answers;
};

/// Reads judge and texts; call `reader.finish()` afterwards. Nothing where there is no judge, which is reported.
[[nodiscard]] std::optional<RagParts> read_parts(OptionReader& reader, const text::Node& options, Needs needs,
                                                 std::initializer_list<std::string_view> prompts,
                                                 const CompileEnv& env);

/// The check that reads its inputs and then does `run`.
[[nodiscard]] CompiledCheck assemble(RagParts parts, std::function<CheckStep(const RagCase&)> run);

/// A score with its sentence, which a plain pass does not show, and counts for summaries.
[[nodiscard]] Score told(const RagParts& parts, double value, bool pass, std::string why, const Json& details);

/// good / all, exactly 1 where all are good; `all` is not 0.
[[nodiscard]] double share_of(std::size_t good, std::size_t all);

[[nodiscard]] std::size_t count_verdict(const Judgements& judgements, std::string_view verdict);

/// `'the claim' (the judge: 'its reason')`
[[nodiscard]] std::string cited(std::string_view item, const Judgement& judgement);

/// `2 claims`, `1 claim`
[[nodiscard]] std::string counted(std::size_t count, std::string_view noun);

/// `is` or `are`
[[nodiscard]] std::string_view are(std::size_t count);

/// For checks that need words to judge: unscored where the answer has none.
[[nodiscard]] std::optional<Score> without_words(const CheckContext& context);

/// Schema of the options: the judge, the texts, and `more`.
[[nodiscard]] Json rag_options(Needs needs, const Json& more = Json::object());

/// `{supported, contradicted, not_found}`, as `rag_support` offers them.
[[nodiscard]] Offered support_verdicts();

/// A verdict on each claim against sources that are already in the query as `sources`.
[[nodiscard]] std::optional<Judgements> check_support(Inquiry& inquiry, Query query, const Claims& claims);

/// The claims of a text, asked for as `name`.
[[nodiscard]] std::optional<Claims> claims_of(Inquiry& inquiry, const std::string& name, std::string_view text,
                                              std::string_view question, std::string_view what);

/// Whether each passage is of use for an answer, asked for as `useful`: verdicts `useful`, `useless`.
[[nodiscard]] std::optional<Judgements> judge_use(Inquiry& inquiry, const Inputs& inputs, std::string_view answer);

}  // namespace assay::judges
