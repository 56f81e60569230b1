/// contains_all, contains_any: a list of texts against the answer.

#include "judges/heuristic/rows.hpp"
#include "judges/options.hpp"
#include "judges/result.hpp"
#include "judges/schemas.hpp"

#include <assay/text/utf8.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace assay::judges {

namespace {

struct Needle {
  std::string shown;
  std::string compared;
};

using Needles = std::vector<Needle>;

Parsed<Needles> parse_needles(const Json& value, bool ignore_case) {
  if (!value.is_array()) {
    return Wrong{fmt::format("must be a list, found {}", text::in_quotes(text_of(value))),
                 "write `[one, two]`, or a variable that holds a list (`parse: {keywords: list}` in the data set)"};
  }
  if (value.empty()) return Wrong{"is an empty list", "write `[one, two]`"};
  Needles needles;
  for (const auto& item : value) {
    std::string shown = item.is_null() ? "" : text_of(item);
    if (text::trim(shown).empty()) return Wrong{"holds an empty text, which every answer contains", "take it out"};
    std::string folded = ignore_case ? text::fold_case(shown) : shown;
    needles.push_back({std::move(shown), std::move(folded)});
  }
  return needles;
}

// `'a', 'b', 'c' and 4 more`
std::string listed(const std::vector<std::string_view>& texts) {
  constexpr std::size_t kShown = 3;
  std::string list;
  for (std::size_t i = 0; i < std::min(texts.size(), kShown); ++i) {
    list += (i == 0 ? "" : ", ") + text::in_quotes(texts[i], 40);
  }
  return texts.size() > kShown ? fmt::format("{} and {} more", list, texts.size() - kShown) : list;
}

struct Found {
  std::vector<std::string_view> present;
  std::vector<std::string_view> missing;
};

Found look_for(const Needles& needles, bool ignore_case, std::string_view answer) {
  const std::string folded = ignore_case ? text::fold_case(answer) : std::string();
  const std::string_view within = ignore_case ? std::string_view(folded) : answer;
  Found found;
  for (const auto& needle : needles) {
    const bool here = within.find(needle.compared) != std::string_view::npos;
    (here ? found.present : found.missing).push_back(needle.shown);
  }
  return found;
}

Score score_all(const Found& found, bool explain_pass, const CheckContext& context) {
  const auto count = found.present.size() + found.missing.size();
  const double share = static_cast<double>(found.present.size()) / static_cast<double>(count);
  if (!found.missing.empty()) {
    return failed(fmt::format("{} of {} texts are missing: {}; got {}", found.missing.size(), count,
                              listed(found.missing), shown_answer(context)),
                  share);
  }
  Score score = passed(share);
  if (explain_pass) score.why = fmt::format("the answer contains {}: {}", listed(found.present), shown_answer(context));
  return score;
}

Score score_any(const Found& found, bool explain_pass, const CheckContext& context) {
  if (found.present.empty()) {
    return failed(fmt::format("expected one of {}, got {}", listed(found.missing), shown_answer(context)));
  }
  Score score = passed();
  if (explain_pass) score.why = fmt::format("the answer contains {}: {}", listed(found.present), shown_answer(context));
  return score;
}

using Scorer = Score (*)(const Found&, bool, const CheckContext&);

std::optional<CompiledCheck> make(std::string_view name, Scorer scorer, const text::Node& options,
                                  const CompileEnv& env, Diagnostics& diagnostics) {
  OptionReader reader(options, name, diagnostics);
  const bool ignore_case = reader.flag("ignore_case");
  const auto needles = reader.ready<Needles>(reader.value("value", "[one, two]"), [ignore_case](const Json& value) {
    return parse_needles(value, ignore_case);
  });
  if (!reader.finish() || !needles) return std::nullopt;
  CompiledCheck check;
  check.run = at_once([=, needles = *needles, explain_pass = env.explain_pass](const CheckContext& context) {
    const auto texts = needles.get(context.scope);
    if (!texts) return broken(texts.error());
    return scorer(look_for(**texts, ignore_case, context.answer), explain_pass, context);
  });
  check.verify = [needles = *needles](const Scope& scope) -> Result<void> {
    const auto texts = needles.get(scope);
    return texts ? Result<void>() : texts.error();
  };
  return check;
}

Json short_form() {
  const Json list = {{"type", "array"}, {"minItems", 1}, {"items", text_schema("A text", {"Paris"})}};
  return {{"description", "The texts, or a variable that holds a list"},
          {"anyOf", {list, Json{{"type", "string"}, {"pattern", "^\\{\\{[^{}]+\\}\\}$"}}}},
          {"examples", {Json{"Paris", "Seine"}, "{{keywords}}"}}};
}

Json options() {
  return options_schema({{"value", short_form()}, {"ignore_case", ignore_case_schema()}}, {"value"});
}

}  // namespace

CheckKind contains_all_row() {
  return {.name = "contains_all",
          .doc =
              "The share of the texts that occur in the answer, 0 to 1; passes when all do, or from `threshold` on. A "
              "text that is listed twice counts twice. An empty list or an empty text is refused.",
          .example = "contains_all: [Paris, Seine]",
          .short_key = "value",
          .options = options,
          .short_form = short_form,
          .make = [](const text::Node& node, const CompileEnv& env, Diagnostics& diagnostics) {
            return make("contains_all", score_all, node, env, diagnostics);
          }};
}

CheckKind contains_any_row() {
  return {
      .name = "contains_any",
      .doc = "1 if at least one of the texts occurs in the answer, else 0. An empty list or an empty text is refused.",
      .example = "contains_any: [Paris, Lyon]",
      .short_key = "value",
      .options = options,
      .short_form = short_form,
      .make = [](const text::Node& node, const CompileEnv& env, Diagnostics& diagnostics) {
        return make("contains_any", score_any, node, env, diagnostics);
      }};
}

}  // namespace assay::judges
