/// perplexity: how sure the target was of its own words.

#include "judges/heuristic/rows.hpp"
#include "judges/options.hpp"
#include "judges/result.hpp"
#include "judges/schemas.hpp"

#include <fmt/format.h>

#include <cmath>

namespace assay::judges {

namespace {

/// The value, or why there is none.
std::variant<double, std::string> perplexity_of(const CheckContext& context) {
  const Response* const response = last_answer(context.transcript);
  const auto* const given = response == nullptr ? nullptr : part_of<Logprobs>(response->message);
  if (given == nullptr || given->tokens.empty()) {
    return std::string(
        "there is no perplexity: the answer came without log probabilities (`params: {logprobs: true}` "
        "asks for them, where the endpoint has them)");
  }
  double sum = 0;
  for (const auto& token : given->tokens) {
    if (std::isnan(token.logprob) || token.logprob > 0) {
      return fmt::format("there is no perplexity: {:.4g} is no log probability", token.logprob);
    }
    sum += token.logprob;
  }
  const double value = std::exp(-sum / static_cast<double>(given->tokens.size()));
  if (!std::isfinite(value)) return std::string("there is no perplexity: a token has no probability at all");
  return value;
}

Score score(double most, bool explain_pass, const CheckContext& context) {
  const auto measured = perplexity_of(context);
  if (const auto* const why = std::get_if<std::string>(&measured)) return unscored(*why);
  const double value = std::get<double>(measured);
  if (value > most)
    return failed(fmt::format("a perplexity of {:.4g} is above the limit of {:.4g}", value, most), value);
  Score result = passed(value);
  if (explain_pass) result.why = fmt::format("a perplexity of {:.4g} is within {:.4g}", value, most);
  return result;
}

std::optional<CompiledCheck> make(const text::Node& options, const CompileEnv& env, Diagnostics& diagnostics) {
  OptionReader reader(options, "perplexity", diagnostics);
  const auto most = reader.ready<double>(reader.text("max", "20"),
                                         [](const Json& value) { return parse_number_option(value, 0, "max: 20"); });
  if (!reader.finish() || !most) return std::nullopt;
  CompiledCheck check;
  check.unit = Unit::number;
  check.better = Direction::down;
  check.run = at_once([most = *most, explain_pass = env.explain_pass](const CheckContext& context) {
    const auto limit = most.get(context.scope);
    return limit ? score(**limit, explain_pass, context) : broken(limit.error());
  });
  check.verify = [most = *most](const Scope& scope) -> Result<void> {
    const auto limit = most.get(scope);
    return limit ? Result<void>() : limit.error();
  };
  return check;
}

Json options() {
  return options_schema({{"max", bound_schema("The greatest perplexity that passes; 1 is the least there is", {20})}},
                        {"max"});
}

}  // namespace

CheckKind perplexity_row() {
  return {
      .name = "perplexity",
      .doc =
          "exp of minus the mean natural-log probability of the answer's tokens, as the endpoint gives them: 1 where "
          "the model was certain of each, k where it hesitated among k equally likely ones. Passes up to `max`, "
          "included. Unscored without log probabilities: `params: {logprobs: true}` asks for them. Depends on the "
          "model's tokens: comparable within one model only. Less is better.",
      .example = "perplexity: {max: 20}",
      .unit = Unit::number,
      .better = Direction::down,
      .short_key = "",
      .options = options,
      .short_form = no_short_form,
      .make = make};
}

}  // namespace assay::judges
