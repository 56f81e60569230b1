/// language: which one the answer is in.

#include "judges/heuristic/fences.hpp"
#include "judges/heuristic/language_guess.hpp"
#include "judges/heuristic/rows.hpp"
#include "judges/options.hpp"
#include "judges/result.hpp"
#include "judges/schemas.hpp"

#include <assay/text/utf8.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace assay::judges {

namespace {

using Expected = std::vector<const Language*>;

Parsed<Expected> parse_expected(const Json& value) {
  Expected expected;
  const Json list = value.is_array() ? value : Json::array({value});
  if (list.empty()) return Wrong{"is an empty list", "write `language: [no, da]`"};
  for (const auto& item : list) {
    const std::string code(text::trim(text_of(item)));
    const auto* const language = find_language(code);
    if (language == nullptr) {
      return Wrong{fmt::format("{} is no language that can be told", text::in_quotes(code)),
                   "write its ISO 639-1 code: `language: de`"};
    }
    expected.push_back(language);
  }
  return expected;
}

std::string shown(const Language& language) {
  return fmt::format("{} ({})", language.name, language.code);
}

Score score(const Expected& expected, bool explain_pass, const CheckContext& context) {
  const auto prose = text_beside(context.answer, find_fences(context.answer));
  const auto* const found = guess_language(prose);
  if (found == nullptr) {
    return unscored(fmt::format("its language cannot be told for sure: {}", shown_answer(context)));
  }
  if (std::ranges::find(expected, found) == expected.end()) {
    std::vector<std::string> names;
    for (const auto* const language : expected) names.push_back(shown(*language));
    return failed(
        fmt::format("expected {}, got {}: {}", fmt::join(names, " or "), shown(*found), shown_answer(context)));
  }
  Score result = passed();
  if (explain_pass) result.why = fmt::format("the answer is in {}: {}", shown(*found), shown_answer(context));
  return result;
}

std::optional<CompiledCheck> make(const text::Node& options, const CompileEnv& env, Diagnostics& diagnostics) {
  OptionReader reader(options, "language", diagnostics);
  const auto expected = reader.ready<Expected>(reader.value("value", "de"), parse_expected);
  if (!reader.finish() || !expected) return std::nullopt;
  CompiledCheck check;
  check.run = at_once([expected = *expected, explain_pass = env.explain_pass](const CheckContext& context) {
    const auto languages = expected.get(context.scope);
    return languages ? score(**languages, explain_pass, context) : broken(languages.error());
  });
  check.verify = [expected = *expected](const Scope& scope) -> Result<void> {
    const auto languages = expected.get(scope);
    return languages ? Result<void>() : languages.error();
  };
  return check;
}

// To YAML tools a bare `no` is false; to a check it is Norwegian.
Json short_form() {
  const Json code = {{"type", {"string", "boolean"}}, {"minLength", 2}};
  return {{"description", "The code of a language (ISO 639-1), or a list of those that will do"},
          {"anyOf", {code, Json{{"type", "array"}, {"minItems", 1}, {"items", code}}}},
          {"examples", {"de", Json{"no", "da"}, "{{language}}"}}};
}

Json options() {
  return options_schema({{"value", short_form()}}, {"value"});
}

}  // namespace

CheckKind language_row() {
  return {.name = "language",
          .doc =
              "1 if the greater part of the answer is in the language, or in one of a list, else 0; code fences aside. "
              "Told by the Compact Language Detector 2 from groups of four letters, 84 languages by their ISO 639-1 "
              "code. Unscored where it is not sure: a few words, names, numbers. Near relatives are mistaken for each "
              "other now and then (no and da, hr and bs, id and ms): list them.",
          .example = "language: de",
          .short_key = "value",
          .options = options,
          .short_form = short_form,
          .make = make};
}

}  // namespace assay::judges
