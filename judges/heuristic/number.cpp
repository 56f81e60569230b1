/// number: a number in the answer against an expected one.

#include "judges/heuristic/number_scan.hpp"
#include "judges/heuristic/rows.hpp"
#include "judges/heuristic/schemas.hpp"
#include "judges/options.hpp"
#include "judges/result.hpp"

#include <assay/text/utf8.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

namespace assay::judges {

namespace {

enum class Extract { only, first, last };

/// How far the answer may be off: |answer − expected| <= absolute, or <= relative × |expected|.
struct Tolerance {
  double absolute = 0;
  double relative = 0;
};

constexpr Tolerance kDefaultTolerance{.absolute = 0, .relative = 1e-9};

std::optional<FoundNumber> find_last(std::string_view text) {
  std::optional<FoundNumber> last;
  for (auto found = next_number(text, 0); found; found = next_number(text, found->end)) last = found;
  return last;
}

Parsed<double> parse_expected(const Json& value, Extract extract) {
  const std::string text = text_of(value);
  auto number = whole_number(text);
  if (!number && extract == Extract::last) {
    if (const auto found = find_last(text)) number = found->value;
  }
  if (number && std::isfinite(*number)) return *number;
  if (extract == Extract::last)
    return Wrong{fmt::format("holds no number: {}", text::in_quotes(text)), "write `equals: 4`"};
  return Wrong{fmt::format("must be one number, found {}", text::in_quotes(text)),
               "write `equals: 4`; `extract: last` takes the last number on both sides"};
}

Parsed<Tolerance> parse_tolerance(const Json& value) {
  const std::string text = text_of(value);
  auto digits = text::trim(text);
  const bool percent = digits.ends_with('%');
  if (percent) digits.remove_suffix(1);
  const auto number = text::parse_number(text::trim(digits));
  if (!number || *number < 0) {
    return Wrong{fmt::format("must be a number of at least 0 or a percentage, found {}", text::in_quotes(text)),
                 "write `tolerance: 0.5` or `tolerance: 2%`"};
  }
  return percent ? Tolerance{.relative = *number / 100} : Tolerance{.absolute = *number};
}

bool is_near(double answer, double expected, const Tolerance& tolerance) {
  if (answer == expected) return true;
  if (!std::isfinite(answer)) return false;
  const double allowed = tolerance.absolute + tolerance.relative * std::abs(expected);
  if (allowed == 0) return false;
  // 1.1 − 1.0 is a little more than 0.1 in binary: a few units in the last place belong to the arithmetic.
  const double slack = 4 * std::numeric_limits<double>::epsilon() * std::max(std::abs(answer), std::abs(expected));
  return std::abs(answer - expected) <= allowed + slack;
}

// `1,234.5` as a person reads it: shortest text.
std::string shown(double value) {
  return fmt::format("{}", value);
}

/// The number that counts, or why there is none.
std::variant<FoundNumber, std::string> pick(Extract extract, const CheckContext& context) {
  const auto first = next_number(context.answer, 0);
  if (!first) return fmt::format("no number in {}", shown_answer(context));
  if (extract == Extract::first) return *first;
  if (extract == Extract::last) return *find_last(context.answer);
  if (const auto second = next_number(context.answer, first->end)) {
    return fmt::format("more than one number: {} and {} in {}; `extract: last` or `first` says which counts",
                       shown(first->value), shown(second->value), shown_answer(context, second->begin));
  }
  return *first;
}

Score score(Extract extract, double expected, const Tolerance& tolerance, bool explain_pass,
            const CheckContext& context) {
  const auto picked = pick(extract, context);
  if (const auto* const why = std::get_if<std::string>(&picked)) {
    return failed(fmt::format("expected {}, found {}", shown(expected), *why));
  }
  const auto& number = std::get<FoundNumber>(picked);
  const bool near = is_near(number.value, expected, tolerance);
  if (near && !explain_pass) return passed();
  const auto seen = shown_answer(context, number.begin);
  if (!near) return failed(fmt::format("expected {}, found {} in {}", shown(expected), shown(number.value), seen));
  Score result = passed();
  result.why = fmt::format("the answer's number is {}: {}", shown(number.value), seen);
  return result;
}

std::optional<CompiledCheck> make(const text::Node& options, const CompileEnv& env, Diagnostics& diagnostics) {
  OptionReader reader(options, "number", diagnostics);
  const auto word = reader.choice("extract", {"last", "first", "only"});
  const Extract extract = word == "last" ? Extract::last : word == "first" ? Extract::first : Extract::only;
  const auto expected = reader.ready<double>(reader.text("equals", "4"),
                                             [extract](const Json& value) { return parse_expected(value, extract); });
  const bool has_tolerance = reader.reader().get("tolerance") != nullptr;
  const auto tolerance = reader.optional<Tolerance>("tolerance", parse_tolerance);
  if (!reader.finish() || !expected || (has_tolerance && !tolerance)) return std::nullopt;
  CompiledCheck check;
  check.run = at_once([=, expected = *expected, explain_pass = env.explain_pass](const CheckContext& context) {
    const auto number = expected.get(context.scope);
    if (!number) return broken(number.error());
    if (!tolerance) return score(extract, **number, kDefaultTolerance, explain_pass, context);
    const auto allowed = tolerance->get(context.scope);
    return allowed ? score(extract, **number, **allowed, explain_pass, context) : broken(allowed.error());
  });
  check.verify = [=, expected = *expected](const Scope& scope) -> Result<void> {
    if (const auto number = expected.get(scope); !number) return number.error();
    if (!tolerance) return {};
    const auto allowed = tolerance->get(scope);
    return allowed ? Result<void>() : allowed.error();
  };
  return check;
}

Json expected_schema() {
  return text_schema("The expected number; with `extract: last`, the last number of this text",
                     {4, "1,234.5", "{{answer}}"});
}

Json options() {
  Json tolerance = text_schema("How far off the answer may be: a number, or a percentage of the expected one",
                               {0.5, "2%", "{{tolerance}}"});
  tolerance["type"] = {"string", "number"};
  return options_schema({{"equals", expected_schema()},
                         {"tolerance", tolerance},
                         {"extract", choice_schema("Which number counts; without it the answer must hold exactly one",
                                                   {"last", "first", "only"})}},
                        {"equals"});
}

}  // namespace

CheckKind number_row() {
  return {.name = "number",
          .doc =
              "1 if the answer's number equals the expected one within `tolerance` (default: 1e-9 of the expected "
              "one), else 0. `extract` says which number counts: `only` (the default: the answer holds exactly one), "
              "`first`, or `last`, which also takes the last number of the expected text. Signs, thousands (`1,234`), "
              "decimals and exponents are read; a currency sign before and a full stop or unit after are ignored, and "
              "`50%` is 50. An answer without a number is a failure; an expectation without one is an error.",
          .example = "number: {equals: 4, extract: last}",
          .short_key = "equals",
          .options = options,
          .short_form = expected_schema,
          .make = make};
}

}  // namespace assay::judges
