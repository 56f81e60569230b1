/// number: a number in the answer against an expected one.

#include "judges/heuristic/number_scan.hpp"
#include "judges/heuristic/rows.hpp"
#include "judges/options.hpp"
#include "judges/result.hpp"
#include "judges/schemas.hpp"

#include <assay/text/utf8.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

namespace assay::judges {

namespace {

enum class Extract { only, first, last, boxed };

/// Which number counts, and how numbers are written.
struct Wanted {
  Extract extract = Extract::only;
  Notation notation;
};

using Units = std::vector<std::string>;

/// How far the answer may be off: |answer − expected| <= absolute, or <= relative × |expected|.
struct Tolerance {
  double absolute = 0;
  double relative = 0;
};

constexpr Tolerance kDefaultTolerance{.absolute = 0, .relative = 1e-9};

bool counts(std::string_view text, const FoundNumber& number, const Units& units) {
  return units.empty() || std::ranges::any_of(units, [&](const auto& unit) { return has_unit(text, number, unit); });
}

std::optional<FoundNumber> find_next(std::string_view text, std::size_t from, const Wanted& wanted,
                                     const Units& units) {
  auto found = next_number(text, from, wanted.notation);
  while (found && !counts(text, *found, units)) found = next_number(text, found->end, wanted.notation);
  return found;
}

std::optional<FoundNumber> find_last(std::string_view text, const Wanted& wanted, const Units& units) {
  std::optional<FoundNumber> last;
  for (auto found = find_next(text, 0, wanted, units); found; found = find_next(text, found->end, wanted, units)) {
    last = found;
  }
  return last;
}

// The number that `last` and `boxed` take from the expected side.
std::optional<double> extracted(std::string_view text, const Wanted& wanted) {
  if (wanted.extract == Extract::boxed) {
    const auto inner = last_boxed(text);
    return inner ? whole_number(*inner, wanted.notation) : std::nullopt;
  }
  if (wanted.extract != Extract::last) return std::nullopt;
  const auto found = find_last(text, wanted, {});
  return found ? std::optional(found->value) : std::nullopt;
}

Parsed<double> parse_expected(const Json& value, const Wanted& wanted) {
  const std::string text = text_of(value);
  auto number = whole_number(text, wanted.notation);
  if (!number) number = extracted(text, wanted);
  if (number && std::isfinite(*number)) return *number;
  if (wanted.extract == Extract::last)
    return Wrong{fmt::format("holds no number: {}", text::in_quotes(text)), "write `equals: 4`"};
  return Wrong{fmt::format("must be one number, found {}", text::in_quotes(text)),
               "write `equals: 4`; `extract: last` takes the last number on both sides"};
}

Parsed<Units> parse_units(const Json& value) {
  const Json list = value.is_array() ? value : Json::array({value});
  Units units;
  for (const auto& item : list) {
    const std::string unit = text_of(item);
    const auto bare = text::trim(unit);
    if (item.is_structured() || bare.empty()) {
      return Wrong{fmt::format("must be a unit, found {}", text::in_quotes(unit)),
                   "write `unit: km`, or `unit: [km, kilometres]`"};
    }
    units.emplace_back(bare);
  }
  if (units.empty()) return Wrong{"is an empty list", "write `unit: km`"};
  return units;
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

std::string kind_of(const Units& units) {
  return units.empty() ? "number" : fmt::format("number with the unit {}", text::in_quotes(units.front(), 20));
}

/// The number that counts, or why there is none.
using Picked = std::variant<FoundNumber, std::string>;

Picked pick_only(std::string_view text, const Wanted& wanted, const Units& units, const CheckContext& context) {
  const auto at = static_cast<std::size_t>(text.data() - context.answer.data());
  const auto first = find_next(text, 0, wanted, units);
  if (!first) return fmt::format("no {} in {}", kind_of(units), shown_answer(context, at));
  const auto second = find_next(text, first->end, wanted, units);
  if (!second) return FoundNumber{.value = first->value, .begin = at + first->begin, .end = at + first->end};
  const std::string_view help =
      wanted.extract == Extract::boxed ? "" : "; `extract: last` or `first` says which counts";
  return fmt::format("more than one {}: {} and {} in {}{}", kind_of(units), shown(first->value), shown(second->value),
                     shown_answer(context, at + second->begin), help);
}

Picked pick(const Wanted& wanted, const Units& units, const CheckContext& context) {
  if (wanted.extract == Extract::only) return pick_only(context.answer, wanted, units, context);
  if (wanted.extract == Extract::boxed) {
    const auto inner = last_boxed(context.answer);
    if (!inner) return fmt::format("no \\boxed{{…}} in {}", shown_answer(context, context.answer.size()));
    return pick_only(*inner, wanted, units, context);
  }
  const auto found = wanted.extract == Extract::first ? find_next(context.answer, 0, wanted, units)
                                                      : find_last(context.answer, wanted, units);
  if (found) return *found;
  return fmt::format("no {} in {}", kind_of(units), shown_answer(context));
}

Score score(const Wanted& wanted, const Units& units, double expected, const Tolerance& tolerance, bool explain_pass,
            const CheckContext& context) {
  const auto picked = pick(wanted, units, context);
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

Wanted read_wanted(OptionReader& reader) {
  const auto word = reader.choice("extract", {"last", "first", "only", "boxed"});
  const bool comma = reader.choice("decimal", {"point", "comma"}) == "comma";
  Wanted wanted;
  wanted.extract = word == "last"    ? Extract::last
                   : word == "first" ? Extract::first
                   : word == "boxed" ? Extract::boxed
                                     : Extract::only;
  if (comma) wanted.notation = {.thousands = '.', .decimal = ','};
  wanted.notation.fractions = reader.flag("fractions");
  return wanted;
}

/// What may differ from case to case; the last two have defaults.
struct Arguments {
  Templated<double> expected;
  std::optional<Templated<Tolerance>> tolerance;
  std::optional<Templated<Units>> units;
};

struct Values {
  double expected = 0;
  Tolerance tolerance = kDefaultTolerance;
  Units units;
};

Result<Values> values_of(const Arguments& arguments, const Scope& scope) {
  Values values;
  const auto expected = arguments.expected.get(scope);
  if (!expected) return expected.error();
  values.expected = **expected;
  if (arguments.tolerance) {
    const auto tolerance = arguments.tolerance->get(scope);
    if (!tolerance) return tolerance.error();
    values.tolerance = **tolerance;
  }
  if (arguments.units) {
    const auto units = arguments.units->get(scope);
    if (!units) return units.error();
    values.units = **units;
  }
  return values;
}

std::optional<CompiledCheck> make(const text::Node& options, const CompileEnv& env, Diagnostics& diagnostics) {
  OptionReader reader(options, "number", diagnostics);
  const Wanted wanted = read_wanted(reader);
  const auto expected = reader.ready<double>(reader.text("equals", "4"),
                                             [wanted](const Json& value) { return parse_expected(value, wanted); });
  const auto tolerance = reader.optional<Tolerance>("tolerance", parse_tolerance);
  const bool has_units = reader.reader().get("unit") != nullptr;
  const auto units = has_units ? reader.ready<Units>(reader.value("unit", "km"), parse_units) : std::nullopt;
  if (!reader.finish() || !expected) return std::nullopt;
  const Arguments arguments{.expected = *expected, .tolerance = tolerance, .units = units};
  CompiledCheck check;
  check.run = at_once([wanted, arguments, explain_pass = env.explain_pass](const CheckContext& context) {
    const auto values = values_of(arguments, context.scope);
    if (!values) return broken(values.error());
    return score(wanted, values->units, values->expected, values->tolerance, explain_pass, context);
  });
  check.verify = [arguments](const Scope& scope) -> Result<void> {
    const auto values = values_of(arguments, scope);
    return values ? Result<void>() : values.error();
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
  const Json text = {{"type", "string"}, {"minLength", 1}};
  const Json unit = {{"description", "Only numbers written with this unit count, or with one of these"},
                     {"anyOf", {text, Json{{"type", "array"}, {"minItems", 1}, {"items", text}}}},
                     {"examples", {"km", "$", Json{"km", "kilometres"}}}};
  return options_schema({{"equals", expected_schema()},
                         {"tolerance", tolerance},
                         {"extract", choice_schema("Which number counts; without it the answer must hold exactly one",
                                                   {"last", "first", "only", "boxed"})},
                         {"unit", unit},
                         {"decimal", choice_schema("What separates decimals; the other one of `,` and `.` separates "
                                                   "thousands",
                                                   {"point", "comma"})},
                         {"fractions", flag_schema("`3/4`, `1 1/2`, `½` and `\\frac{3}{4}` are one number")}},
                        {"equals"});
}

}  // namespace

CheckKind number_row() {
  return {.name = "number",
          .doc =
              "1 if the answer's number equals the expected one within `tolerance` (default: 1e-9 of the expected "
              "one), else 0. `extract` says which number counts: `only` (the default: the answer holds exactly one), "
              "`first`, or `last`, which also takes the last number of the expected text; `boxed` reads the last "
              "\\boxed{…}. With `unit`, only numbers written with it count. Signs, thousands (`1,234`), "
              "decimals and exponents are read; a currency sign before and a full stop or unit after are ignored, and "
              "`50%` is 50. An answer without a number is a failure; an expectation without one is an error.",
          .example = "number: {equals: 4, extract: last}",
          .short_key = "equals",
          .options = options,
          .short_form = expected_schema,
          .make = make};
}

}  // namespace assay::judges
