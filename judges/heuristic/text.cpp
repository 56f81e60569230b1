/// equals, contains, starts_with, ends_with: one text against the answer.

#include "judges/heuristic/rows.hpp"
#include "judges/options.hpp"
#include "judges/result.hpp"
#include "judges/schemas.hpp"

#include <assay/text/utf8.hpp>

#include <fmt/format.h>

namespace assay::judges {

namespace {

/// What is looked for, as shown and as compared.
struct Needle {
  std::string shown;
  std::string compared;
};

/// One of the four comparisons. `where` gives the byte offset that a failure is shown around.
struct Comparison {
  std::string_view name;
  std::string_view example;
  bool trims = false;
  bool literal_empty = false;  ///< `''` may be written
  bool (*holds)(std::string_view answer, std::string_view needle);
  std::string_view failure;  ///< with the needle and the answer
  std::string_view success;
  bool shows_end = false;
};

bool is_equal(std::string_view answer, std::string_view needle) {
  return answer == needle;
}

bool is_within(std::string_view answer, std::string_view needle) {
  return answer.find(needle) != std::string_view::npos;
}

bool is_start(std::string_view answer, std::string_view needle) {
  return answer.starts_with(needle);
}

bool is_end(std::string_view answer, std::string_view needle) {
  return answer.ends_with(needle);
}

constexpr Comparison kEquals{.name = "equals",
                             .example = "equals: Paris",
                             .trims = true,
                             .literal_empty = true,
                             .holds = is_equal,
                             .failure = "expected '{}', got {}",
                             .success = "the answer equals '{}': {}"};
constexpr Comparison kContains{.name = "contains",
                               .example = "contains: Paris",
                               .holds = is_within,
                               .failure = "expected '{}' within the answer, got {}",
                               .success = "'{}' is within the answer: {}"};
constexpr Comparison kStartsWith{.name = "starts_with",
                                 .example = "starts_with: Yes",
                                 .holds = is_start,
                                 .failure = "expected the answer to start with '{}', got {}",
                                 .success = "the answer starts with '{}': {}"};
constexpr Comparison kEndsWith{.name = "ends_with",
                               .example = "ends_with: .",
                               .holds = is_end,
                               .failure = "expected the answer to end with '{}', got {}",
                               .success = "the answer ends with '{}': {}",
                               .shows_end = true};

Score compare(const Comparison& how, const Needle& needle, bool ignore_case, bool explain_pass,
              const CheckContext& context) {
  const auto answer = how.trims ? text::trim(context.answer) : context.answer;
  const bool holds =
      ignore_case ? how.holds(text::fold_case(answer), needle.compared) : how.holds(answer, needle.compared);
  if (holds && !explain_pass) return passed();
  const auto shown = how.shows_end ? shown_answer(context, context.answer.size()) : shown_answer(context);
  const auto sentence =
      fmt::format(fmt::runtime(holds ? how.success : how.failure), text::excerpt(needle.shown), shown);
  Score score = holds ? passed() : failed(sentence);
  score.why = sentence;
  return score;
}

std::optional<CompiledCheck> make(const Comparison& how, const text::Node& options, const CompileEnv& env,
                                  Diagnostics& diagnostics) {
  OptionReader reader(options, how.name, diagnostics);
  const bool ignore_case = reader.flag("ignore_case");
  const auto parse = [&how, ignore_case](const Json& value) -> Parsed<Needle> {
    std::string shown = text_of(value);
    if (shown.empty() && !how.literal_empty) {
      return Wrong{"is empty, which fits every answer", fmt::format("write a text, or `equals: ''`")};
    }
    const auto compared = how.trims ? text::trim(shown) : std::string_view(shown);
    std::string folded = ignore_case ? text::fold_case(compared) : std::string(compared);
    return Needle{std::move(shown), std::move(folded)};
  };
  const auto needle = reader.ready<Needle>(reader.text("value", "Paris"), parse);
  if (!reader.finish() || !needle) return std::nullopt;
  CompiledCheck check;
  check.run =
      at_once([&how, needle = *needle, ignore_case, explain_pass = env.explain_pass](const CheckContext& context) {
        const auto text = needle.get(context.scope);
        return text ? compare(how, **text, ignore_case, explain_pass, context) : broken(text.error());
      });
  check.verify = [needle = *needle](const Scope& scope) -> Result<void> {
    const auto text = needle.get(scope);
    return text ? Result<void>() : text.error();
  };
  return check;
}

Json short_form() {
  return text_schema("The text, or a template", {"Paris", "{{expected}}"});
}

Json options() {
  return options_schema({{"value", short_form()}, {"ignore_case", ignore_case_schema()}}, {"value"});
}

template <const Comparison& kHow>
CheckKind row(std::string_view doc) {
  return {.name = kHow.name,
          .doc = doc,
          .example = kHow.example,
          .short_key = "value",
          .options = options,
          .short_form = short_form,
          .make = [](const text::Node& node, const CompileEnv& env, Diagnostics& diagnostics) {
            return make(kHow, node, env, diagnostics);
          }};
}

}  // namespace

CheckKind equals_row() {
  return row<kEquals>(
      "1 if the answer is the text, else 0; white space at both ends of either is ignored, inner white space is not. "
      "Bytes are compared, without Unicode normalisation. `equals: ''` asks for an empty answer; a template that gives "
      "an empty text is an error.");
}

CheckKind contains_row() {
  return row<kContains>(
      "1 if the text occurs anywhere in the answer, also within a word, else 0. White space counts. An empty text is "
      "refused.");
}

CheckKind starts_with_row() {
  return row<kStartsWith>(
      "1 if the answer starts with the text, else 0. White space before it counts. An empty text is refused.");
}

CheckKind ends_with_row() {
  return row<kEndsWith>(
      "1 if the answer ends with the text, else 0. White space after it counts: an answer that ends in a line end does "
      "not end with the word before it. An empty text is refused.");
}

}  // namespace assay::judges
