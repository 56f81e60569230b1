/// json: the answer is one JSON value.

#include "judges/heuristic/json_answer.hpp"
#include "judges/heuristic/rows.hpp"
#include "judges/options.hpp"
#include "judges/result.hpp"
#include "judges/schemas.hpp"

#include <fmt/format.h>

namespace assay::judges {

namespace {

std::optional<CompiledCheck> make(const text::Node& options, const CompileEnv& env, Diagnostics& diagnostics) {
  OptionReader reader(options, "json", diagnostics);
  const bool fence = reader.choice("extract", {"fence"}).has_value();
  if (!reader.finish()) return std::nullopt;
  CompiledCheck check;
  check.run = at_once([fence, explain_pass = env.explain_pass](const CheckContext& context) {
    const auto value = json_of(context, fence);
    if (const auto* const why = std::get_if<std::string>(&value)) return failed(*why);
    Score score = passed();
    if (explain_pass) score.why = fmt::format("the answer is JSON: {}", shown_answer(context));
    return score;
  });
  check.verify = [](const Scope&) { return Result<void>(); };
  return check;
}

Json options() {
  return options_schema({{"extract", choice_schema("Read the answer's only code fence instead", {"fence"})}}, {});
}

}  // namespace

CheckKind json_row() {
  return {.name = "json",
          .doc =
              "1 if the answer, white space around it aside, is one JSON value (RFC 8259: an object, an array, a "
              "string, a number, true, false or null), else 0. `extract: fence` reads the answer's only Markdown code "
              "fence instead. At most 64 levels deep; of duplicate keys the last wins; a number beyond a double's "
              "range is a failure.",
          .example = "json: {extract: fence}",
          .short_key = "",
          .options = options,
          .short_form = no_short_form,
          .make = make};
}

}  // namespace assay::judges
