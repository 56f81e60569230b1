/// asks_back: the answer ends with a question.

#include "judges/options.hpp"
#include "judges/result.hpp"
#include "judges/schemas.hpp"

#include <assay/text/utf8.hpp>

namespace assay::judges {

static Score score(bool explain_pass, const CheckContext& context) {
  const auto shown = shown_answer(context, context.answer.size());
  if (!text::trim(context.answer).ends_with('?')) return failed("expected a question at the end, got " + shown);
  Score result = passed();
  if (explain_pass) result.why = "the answer ends with a question: " + shown;
  return result;
}

static std::optional<CompiledCheck> make(const text::Node& options, const CompileEnv& env, Diagnostics& diagnostics) {
  if (!OptionReader(options, "asks_back", diagnostics).finish()) return std::nullopt;
  CompiledCheck check;
  check.run = at_once([explain = env.explain_pass](const CheckContext& context) { return score(explain, context); });
  check.verify = [](const Scope&) { return Result<void>(); };
  return check;
}

CheckKind asks_back_row() {
  return {.name = "asks_back",
          .doc = "1 if the answer, white space aside, ends with a question mark, else 0.",
          .example = "asks_back: {}",
          .options = [] { return options_schema(Json::object(), {}); },
          .short_form = no_short_form,
          .make = make};
}

}  // namespace assay::judges
