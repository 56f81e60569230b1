/// finish_reason: why the model stopped.

#include "judges/heuristic/rows.hpp"
#include "judges/options.hpp"
#include "judges/result.hpp"
#include "judges/schemas.hpp"

#include <assay/text/utf8.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

namespace assay::judges {

namespace {

using Reasons = std::vector<std::string>;

constexpr std::array kReasons{Finish::stop, Finish::length, Finish::tool_calls, Finish::content_filter, Finish::other};

std::string known() {
  Reasons names;
  for (const auto reason : kReasons) names.emplace_back(name(reason));
  return fmt::format("{}", fmt::join(names, ", "));
}

Parsed<Reasons> parse_reasons(const Json& value) {
  const Json list = value.is_array() ? value : Json::array({value});
  Reasons reasons;
  for (const auto& item : list) {
    const std::string written = text_of(item);
    const std::string reason(text::trim(written));
    if (std::ranges::find(kReasons, reason, [](Finish f) { return name(f); }) == kReasons.end()) {
      return Wrong{fmt::format("must be one of {}, found {}", known(), text::in_quotes(written)),
                   "write `finish_reason: stop`"};
    }
    reasons.push_back(reason);
  }
  if (reasons.empty()) return Wrong{"is an empty list", "write `finish_reason: stop`"};
  return reasons;
}

Score score(const Reasons& expected, bool explain_pass, const CheckContext& context) {
  const Response* const response = last_answer(context.transcript);
  if (response == nullptr) return unscored("there is no answer");
  const auto found = name(response->finish);
  const auto word = response->finish_text.empty() || response->finish_text == found
                        ? ""
                        : fmt::format(" (the endpoint says {})", text::in_quotes(response->finish_text, 40));
  if (std::ranges::find(expected, found) == expected.end()) {
    return failed(fmt::format("expected the finish reason {}, got {}{}: {}", fmt::join(expected, " or "), found, word,
                              shown_answer(context)));
  }
  Score result = passed();
  if (explain_pass) result.why = fmt::format("the finish reason is {}{}: {}", found, word, shown_answer(context));
  return result;
}

std::optional<CompiledCheck> make(const text::Node& options, const CompileEnv& env, Diagnostics& diagnostics) {
  OptionReader reader(options, "finish_reason", diagnostics);
  const auto reasons = reader.ready<Reasons>(reader.value("value", "stop"), parse_reasons);
  if (!reader.finish() || !reasons) return std::nullopt;
  CompiledCheck check;
  check.run = at_once([reasons = *reasons, explain_pass = env.explain_pass](const CheckContext& context) {
    const auto expected = reasons.get(context.scope);
    return expected ? score(**expected, explain_pass, context) : broken(expected.error());
  });
  check.verify = [reasons = *reasons](const Scope& scope) -> Result<void> {
    const auto expected = reasons.get(scope);
    return expected ? Result<void>() : expected.error();
  };
  return check;
}

Json short_form() {
  Json reason = {{"type", "string"}, {"enum", Json::array()}};
  for (const auto finish : kReasons) reason["enum"].push_back(name(finish));
  const Json variable = {{"type", "string"}, {"pattern", "\\{\\{"}};
  return {{"description", "Why the model is to stop, or a list of what will do"},
          {"anyOf",
           {reason, variable, Json{{"type", "array"}, {"minItems", 1}, {"items", {{"anyOf", {reason, variable}}}}}}},
          {"examples", {"stop", Json{"stop", "tool_calls"}}}};
}

Json options() {
  return options_schema({{"value", short_form()}}, {"value"});
}

}  // namespace

CheckKind finish_reason_row() {
  return {
      .name = "finish_reason",
      .doc =
          "1 if the last answer ended for this reason, or for one of these, else 0: stop, length (the token limit), "
          "tool_calls, content_filter, or other (anything else the endpoint says).",
      .example = "finish_reason: stop",
      .short_key = "value",
      .options = options,
      .short_form = short_form,
      .make = make};
}

}  // namespace assay::judges
