/// tokens, cache_hit: what the endpoint counted.

#include "judges/heuristic/rows.hpp"
#include "judges/options.hpp"
#include "judges/result.hpp"
#include "judges/schemas.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace assay::judges {

namespace {

using Count = std::optional<std::int64_t>;

Count input_of(const Usage& usage) {
  return usage.input_tokens;
}

Count output_of(const Usage& usage) {
  return usage.output_tokens;
}

Count total_of(const Usage& usage) {
  if (!usage.input_tokens || !usage.output_tokens) return std::nullopt;
  return *usage.input_tokens + *usage.output_tokens;
}

Count cached_of(const Usage& usage) {
  return usage.cached_tokens;
}

/// The sum over the target's answers in this sample; nothing if one was not counted, or there is none.
std::optional<double> sum_of(Count (*count)(const Usage&), const CheckContext& context) {
  double sum = 0;
  bool any = false;
  for (const auto& step : context.transcript.steps) {
    const auto* const response = std::get_if<Response>(&step.result);
    if (step.role != Role::target || response == nullptr) continue;
    const auto counted = count(response->usage);
    if (!counted) return std::nullopt;
    sum += static_cast<double>(std::max<std::int64_t>(*counted, 0));
    any = true;
  }
  return any ? std::optional(sum) : std::nullopt;
}

struct Kind {
  std::string_view word;
  std::string_view shown;
  Count (*count)(const Usage&);
};

constexpr Kind kOutput{"output", "output tokens", output_of};
constexpr Kind kInput{"input", "input tokens", input_of};
constexpr Kind kTotal{"total", "tokens", total_of};

Score score_tokens(const Kind& kind, double most, bool explain_pass, const CheckContext& context) {
  const auto sum = sum_of(kind.count, context);
  if (!sum) return unscored(fmt::format("there is no number of {}: the endpoint did not count them", kind.shown));
  if (*sum > most) return failed(fmt::format("{} {} are above the limit of {}", *sum, kind.shown, most), *sum);
  Score score = passed(*sum);
  if (explain_pass) score.why = fmt::format("{} {} are within {}", *sum, kind.shown, most);
  return score;
}

std::optional<CompiledCheck> make_tokens(const text::Node& options, const CompileEnv& env, Diagnostics& diagnostics) {
  OptionReader reader(options, "tokens", diagnostics);
  const auto word = reader.choice("of", {"output", "input", "total"});
  const Kind& kind = word == "input" ? kInput : word == "total" ? kTotal : kOutput;
  const auto most = reader.ready<double>(reader.text("max", "500"),
                                         [](const Json& value) { return parse_number_option(value, 0, "max: 500"); });
  if (!reader.finish() || !most) return std::nullopt;
  CompiledCheck check;
  check.unit = Unit::tokens;
  check.better = Direction::down;
  check.run = at_once([&kind, most = *most, explain_pass = env.explain_pass](const CheckContext& context) {
    const auto limit = most.get(context.scope);
    return limit ? score_tokens(kind, **limit, explain_pass, context) : broken(limit.error());
  });
  check.verify = [most = *most](const Scope& scope) -> Result<void> {
    const auto limit = most.get(scope);
    return limit ? Result<void>() : limit.error();
  };
  return check;
}

Score score_cache(bool explain_pass, const CheckContext& context) {
  const auto cached = sum_of(cached_of, context);
  const auto input = sum_of(input_of, context);
  if (!cached || !input) return unscored("there is no share of cached tokens: the endpoint did not count them");
  if (*input == 0) return unscored("there is no share of cached tokens: there are no input tokens");
  const double share = std::min(*cached / *input, 1.0);
  const auto sentence = fmt::format("{} of {} input tokens came from the provider's cache", *cached, *input);
  if (share == 0) return failed(sentence);
  Score score = passed(share);
  // A `threshold` may still turn this into a failure, which shows the sentence then.
  score.why = explain_pass ? sentence : "";
  return score;
}

std::optional<CompiledCheck> make_cache(const text::Node& options, const CompileEnv& env, Diagnostics& diagnostics) {
  OptionReader reader(options, "cache_hit", diagnostics);
  if (!reader.finish()) return std::nullopt;
  CompiledCheck check;
  check.run = at_once([explain_pass = env.explain_pass || env.has_threshold](const CheckContext& context) {
    return score_cache(explain_pass, context);
  });
  check.verify = [](const Scope&) { return Result<void>(); };
  return check;
}

Json token_options() {
  return options_schema({{"max", bound_schema("The greatest number of tokens that passes", {500})},
                         {"of", choice_schema("Which tokens; default: output", {"output", "input", "total"})}},
                        {"max"});
}

Json cache_options() {
  return options_schema(Json::object(), {});
}

}  // namespace

CheckKind tokens_row() {
  return {.name = "tokens",
          .doc =
              "Tokens of the target's answers in this sample, as the endpoint counts them: `of` output (the default; "
              "reasoning included), input, or total. Passes up to `max`, included. Unscored where the endpoint did not "
              "count. Less is better.",
          .example = "tokens: {max: 500}",
          .unit = Unit::tokens,
          .better = Direction::down,
          .short_key = "",
          .options = token_options,
          .short_form = no_short_form,
          .make = make_tokens};
}

CheckKind cache_hit_row() {
  return {.name = "cache_hit",
          .doc =
              "The share of the input tokens of this sample that came from the provider's prompt cache, 0 to 1, as the "
              "endpoint counts them. Passes above 0, or from `threshold`. Unscored where the endpoint does not say.",
          .example = "cache_hit: {threshold: 0.5}",
          .short_key = "",
          .options = cache_options,
          .short_form = no_short_form,
          .make = make_cache};
}

}  // namespace assay::judges
