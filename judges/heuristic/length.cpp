/// length: characters, words or lines of the answer.

#include "judges/heuristic/rows.hpp"
#include "judges/heuristic/schemas.hpp"
#include "judges/options.hpp"
#include "judges/result.hpp"

#include <assay/text/utf8.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace assay::judges {

namespace {

// The length of the white space character at `at`, by the rule of `text::trim`; 0 if there is none.
std::size_t space_at(std::string_view text, std::size_t at) {
  const auto lead = static_cast<unsigned char>(text[at]);
  const auto character = text.substr(at, lead < 0x80 ? 1 : lead < 0xE0 ? 2 : 3);
  return text::trim(character).empty() ? character.size() : 0;
}

std::size_t count_words(std::string_view text) {
  std::size_t words = 0;
  bool in_word = false;
  for (std::size_t at = 0; at < text.size();) {
    const auto space = space_at(text, at);
    if (space == 0 && !in_word) ++words;
    in_word = space == 0;
    at += space == 0 ? 1 : space;
  }
  return words;
}

std::size_t count_lines(std::string_view text) {
  if (text.empty()) return 0;
  const auto ends = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
  return ends + (text.back() == '\n' ? 0 : 1);
}

std::size_t count(std::string_view text, Unit unit) {
  if (unit == Unit::words) return count_words(text);
  if (unit == Unit::lines) return count_lines(text);
  return text::count_chars(text);
}

Score judge(std::optional<double> least, std::optional<double> most, Unit unit, bool explain_pass,
            const CheckContext& context) {
  const auto length = static_cast<double>(count(context.answer, unit));
  const auto say = [&](std::string_view bound, double limit) {
    return failed(
        fmt::format("expected {} {} {}, got {} in {}", bound, limit, name(unit), length, shown_answer(context)),
        length);
  };
  if (least && length < *least) return say("at least", *least);
  if (most && length > *most) return say("at most", *most);
  Score score = passed(length);
  if (explain_pass) score.why = fmt::format("the answer has {} {}: {}", length, name(unit), shown_answer(context));
  return score;
}

using Bound = std::optional<Templated<double>>;

Result<std::optional<double>> bound_of(const Bound& bound, const Scope& scope) {
  if (!bound) return std::optional<double>();
  const auto value = bound->get(scope);
  if (!value) return value.error();
  return std::optional<double>(**value);
}

struct Bounds {
  std::optional<double> least;
  std::optional<double> most;
};

Result<Bounds> bounds_of(const Bound& least, const Bound& most, const Scope& scope) {
  const auto low = bound_of(least, scope);
  if (!low) return low.error();
  const auto high = bound_of(most, scope);
  if (!high) return high.error();
  if (*low && *high && **low > **high) {
    return Error{ErrorKind::invalid, fmt::format("the min of 'length', {}, is above its max, {}", **low, **high),
                 "swap them"};
  }
  return Bounds{*low, *high};
}

bool is_constant(const text::Node* node) {
  return node != nullptr && node->scalar.find("{{") == std::string::npos;
}

std::optional<CompiledCheck> make(const text::Node& options, const CompileEnv& env, Diagnostics& diagnostics) {
  OptionReader reader(options, "length", diagnostics);
  const auto word = reader.choice("unit", {"chars", "words", "lines"});
  const Unit unit = word == "words" ? Unit::words : word == "lines" ? Unit::lines : Unit::chars;
  const auto parse = [](const Json& value) { return parse_number_option(value, 0, "max: 600"); };
  const auto least = reader.optional<double>("min", parse);
  const auto most = reader.optional<double>("max", parse);
  if (reader.reader().get("min") == nullptr && reader.reader().get("max") == nullptr) {
    reader.reader().error("check 'length' needs `min` or `max`", "write `length: {max: 600}`");
  }
  if (least && most && is_constant(options.find("min")) && is_constant(options.find("max"))) {
    static const Json kNoVariables = Json::object();
    const auto bounds = bounds_of(least, most, {kNoVariables, "", 0});
    if (!bounds) reader.reader().error(bounds.error().message, bounds.error().hint);
  }
  if (!reader.finish()) return std::nullopt;
  CompiledCheck check;
  check.unit = unit;
  check.better = least && !most ? Direction::up : Direction::down;
  check.run = at_once([=, explain_pass = env.explain_pass](const CheckContext& context) {
    const auto bounds = bounds_of(least, most, context.scope);
    return bounds ? judge(bounds->least, bounds->most, unit, explain_pass, context) : broken(bounds.error());
  });
  check.verify = [=, at = options.place()](const Scope& scope) -> Result<void> {
    const auto bounds = bounds_of(least, most, scope);
    if (bounds) return {};
    Error error = bounds.error();
    if (error.at == Place{}) {
      error.message = fmt::format("case {}: {}", text::in_quotes(scope.id), error.message);
      error.at = at;
    }
    return error;
  };
  return check;
}

Json options() {
  Json schema = options_schema(
      {{"min", bound_schema("The least length that passes", {1})},
       {"max", bound_schema("The greatest length that passes", {600})},
       {"unit", choice_schema("What is counted; characters are code points", {"chars", "words", "lines"})}},
      {});
  schema["anyOf"] = {Json{{"required", {"min"}}}, Json{{"required", {"max"}}}};
  return schema;
}

Json short_form() {
  return nullptr;
}

}  // namespace

CheckKind length_row() {
  return {
      .name = "length",
      .doc =
          "The answer's length in `unit`: chars (code points, the default), words (runs without white space; text "
          "without spaces is one word) or lines (an end of line at the end starts no new one). Passes from `min` to "
          "`max`, both included; at least one of them is needed. White space counts, an empty answer is 0. Less is "
          "better, unless only `min` is given.",
      .example = "length: {max: 600}",
      .unit = Unit::chars,
      .better = Direction::down,
      .short_key = "",
      .options = options,
      .short_form = short_form,
      .make = make};
}

}  // namespace assay::judges
