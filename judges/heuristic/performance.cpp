/// latency, ttft, cost: what the answer took.

#include "judges/heuristic/rows.hpp"
#include "judges/options.hpp"
#include "judges/result.hpp"
#include "judges/schemas.hpp"

#include <fmt/format.h>

namespace assay::judges {

namespace {

/// The measured value, or why there is none.
using Measured = std::variant<double, std::string>;
using Measure = Measured (*)(const CheckContext&);

Measured total_latency(const CheckContext& context) {
  const Response* const response = last_answer(context.transcript);
  if (response == nullptr) return std::string("no answer was timed");
  return to_seconds(response->timings.total);
}

Measured first_token(const CheckContext& context) {
  const Response* const response = last_answer(context.transcript);
  if (response == nullptr) return std::string("no answer was timed");
  if (response->timings.ttft) return to_seconds(*response->timings.ttft);
  return std::string("there is no time to first token: the answer held no text, or was not streamed");
}

// The mean of the gaps, as one request's inter-token latency.
Measured between_tokens(const CheckContext& context) {
  const Response* const response = last_answer(context.transcript);
  if (response == nullptr) return std::string("no answer was timed");
  const auto& gaps = response->timings.gaps;
  if (gaps.empty()) {
    return std::string("there is no time between tokens: the answer came in fewer than two chunks, or as a whole");
  }
  double sum = 0;
  for (const auto gap : gaps) sum += to_seconds(gap);
  return sum / static_cast<double>(gaps.size());
}

Measured total_cost(const CheckContext& context) {
  if (context.price == nullptr) return std::string("there is no cost: the target has no price");
  double sum = 0;
  bool any = false;
  for (const auto& step : context.transcript.steps) {
    const auto* const response = std::get_if<Response>(&step.result);
    if (step.role != Role::target || response == nullptr) continue;
    const auto cost = cost_usd(response->usage, *context.price);
    if (!cost) return std::string("there is no cost: the endpoint did not count its tokens");
    sum += *cost;
    any = true;
  }
  if (!any) return std::string("there is no cost: nothing was answered");
  return sum;
}

// `1.5 s`, `0.0123 USD`
std::string shown(double value, Unit unit) {
  return unit == Unit::usd ? fmt::format("{:.6g} USD", value) : fmt::format("{:.4g} s", value);
}

Score judge(std::string_view what, Measure measure, Unit unit, double most, bool explain_pass,
            const CheckContext& context) {
  const auto measured = measure(context);
  if (const auto* const why = std::get_if<std::string>(&measured)) return unscored(*why);
  const double value = std::get<double>(measured);
  if (value > most) {
    return failed(fmt::format("{} {} is above the limit of {}", what, shown(value, unit), shown(most, unit)), value);
  }
  Score score = passed(value);
  if (explain_pass) score.why = fmt::format("{} is {}, within {}", what, shown(value, unit), shown(most, unit));
  return score;
}

Parsed<double> parse_duration_option(const Json& value) {
  const auto duration = text::parse_duration(text_of(value));
  if (duration) return to_seconds(*duration);
  return Wrong{fmt::format("must be a duration: {}", duration.error().message), duration.error().hint};
}

Parsed<double> parse_usd(const Json& value) {
  return parse_number_option(value, 0, "max: 0.02");
}

struct Kind {
  std::string_view name;
  std::string_view what;
  Measure measure;
  Unit unit;
  std::string_view example;
  std::string_view check_example;
};

constexpr Kind kLatency{"latency", "a latency of", total_latency, Unit::seconds, "30s", "latency: {max: 30s}"};
constexpr Kind kTtft{"ttft", "a time to first token of", first_token, Unit::seconds, "1.5s", "ttft: {max: 1.5s}"};
constexpr Kind kItl{"itl", "a time between tokens of", between_tokens, Unit::seconds, "100ms", "itl: {max: 100ms}"};
constexpr Kind kCost{"cost", "a cost of", total_cost, Unit::usd, "0.02", "cost: {max: 0.02}"};

std::optional<CompiledCheck> make(const Kind& kind, const text::Node& options, const CompileEnv& env,
                                  Diagnostics& diagnostics) {
  OptionReader reader(options, kind.name, diagnostics);
  const auto most = reader.ready<double>(reader.text("max", kind.example),
                                         kind.unit == Unit::usd ? parse_usd : parse_duration_option);
  if (kind.unit == Unit::usd && env.target_known && !env.has_price) {
    reader.reader().error("check 'cost' needs the target's price",
                          "write `price: {input_per_mtok: …, output_per_mtok: …}` in the configuration's target");
  }
  if (!reader.finish() || !most) return std::nullopt;
  CompiledCheck check;
  check.unit = kind.unit;
  check.better = Direction::down;
  check.run = at_once([&kind, most = *most, explain_pass = env.explain_pass](const CheckContext& context) {
    const auto limit = most.get(context.scope);
    return limit ? judge(kind.what, kind.measure, kind.unit, **limit, explain_pass, context) : broken(limit.error());
  });
  check.verify = [most = *most](const Scope& scope) -> Result<void> {
    const auto limit = most.get(scope);
    return limit ? Result<void>() : limit.error();
  };
  return check;
}

Json duration_options() {
  return options_schema({{"max", duration_schema("The longest time that passes")}}, {"max"});
}

Json cost_options() {
  return options_schema({{"max", bound_schema("The greatest cost that passes, in USD", {0.02})}}, {"max"});
}

template <const Kind& kKind>
CheckKind row(std::string_view doc, Json (*options)()) {
  return {.name = kKind.name,
          .doc = doc,
          .example = kKind.check_example,
          .unit = kKind.unit,
          .better = Direction::down,
          .short_key = "",
          .options = options,
          .short_form = no_short_form,
          .make = [](const text::Node& node, const CompileEnv& env, Diagnostics& diagnostics) {
            return make(kKind, node, env, diagnostics);
          }};
}

}  // namespace

CheckKind latency_row() {
  return row<kLatency>(
      "Seconds from the start of the last attempt to the last content of the last answer; waiting for retries and rate "
      "limits is not part of it. Passes up to `max`, included. Less is better.",
      duration_options);
}

CheckKind ttft_row() {
  return row<kTtft>(
      "Seconds from the start of the last attempt to its first non-empty content. Passes up to `max`, included. "
      "Unscored "
      "where the answer was not streamed or held no text. Less is better.",
      duration_options);
}

CheckKind itl_row() {
  return row<kItl>(
      "Seconds between the chunks of content of the last answer, on average; chunks hold one token with most "
      "endpoints. "
      "Passes up to `max`, included. Unscored where the answer came in fewer than two chunks or as a whole. Less is "
      "better.",
      duration_options);
}

CheckKind cost_row() {
  return row<kCost>(
      "USD for the answers of the target in this sample: usage times the target's price. Passes up to `max`, included. "
      "A "
      "target without a price is refused; unscored where the endpoint did not count its tokens. Less is better.",
      cost_options);
}

}  // namespace assay::judges
