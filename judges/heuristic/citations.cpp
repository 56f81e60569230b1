/// citations: marks of sources that point to a passage.

#include "judges/heuristic/citation_scan.hpp"
#include "judges/heuristic/rows.hpp"
#include "judges/model/inputs.hpp"
#include "judges/result.hpp"
#include "judges/schemas.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace assay::judges {

namespace {

constexpr Needs kNeeds{.contexts = Need::must};

struct Rule {
  CitationStyle style;
  std::size_t min = 1;
  bool explain_pass = false;
};

Score score(const Rule& rule, const std::vector<Citation>& citations, std::size_t passages,
            const CheckContext& context) {
  const auto dangles = [passages](const Citation& one) { return !one.passage || *one.passage > passages; };
  const auto dangling = static_cast<std::size_t>(std::ranges::count_if(citations, dangles));
  const auto good = citations.size() - dangling;
  const double value =
      citations.empty() ? (rule.min == 0 ? 1 : 0) : static_cast<double>(good) / static_cast<double>(citations.size());
  if (dangling > 0) {
    const auto first = std::ranges::find_if(citations, dangles);
    return failed(fmt::format("{} of {} citation{} {} to no passage, of {}: {} in {}", dangling, citations.size(),
                              citations.size() == 1 ? "" : "s", dangling == 1 ? "points" : "point", passages,
                              first->shown, shown_answer(context, first->begin)),
                  value);
  }
  if (good < rule.min) {
    return failed(fmt::format("expected at least {} citation{}, found {} in {}", rule.min, rule.min == 1 ? "" : "s",
                              good, shown_answer(context)),
                  rule.min == 0 ? value : static_cast<double>(good) / static_cast<double>(rule.min));
  }
  Score result = passed(value);
  if (rule.explain_pass) {
    result.why =
        fmt::format("each of {} citation{} points to a passage: {}", good, good == 1 ? "" : "s", shown_answer(context));
  }
  return result;
}

std::optional<CompiledCheck> make(const text::Node& options, const CompileEnv& env, Diagnostics& diagnostics) {
  OptionReader reader(options, "citations", diagnostics);
  const auto style = CitationStyle::read(reader);
  const auto min = reader.reader().integer("min", 0, kMostCitations).value_or(1);
  const auto sources = InputSources::read(reader, options, kNeeds, env);
  if (!reader.finish() || !style) return std::nullopt;
  const Rule rule{.style = *style, .min = static_cast<std::size_t>(min), .explain_pass = env.explain_pass};
  CompiledCheck check;
  check.run = at_once([rule, sources](const CheckContext& context) -> Score {
    const auto inputs = sources.of(context);
    if (const auto* const untold = std::get_if<Score>(&inputs)) return *untold;
    const auto citations = find_citations(context.answer, rule.style);
    if (citations.size() >= kMostCitations)
      return unscored(fmt::format("the answer has {} citations or more", kMostCitations));
    return score(rule, citations, std::get<Inputs>(inputs).contexts.size(), context);
  });
  check.verify = [sources](const Scope& scope) { return sources.verify(scope); };
  return check;
}

Json options() {
  Json properties = input_properties(kNeeds);
  properties.update(citation_properties());
  properties["min"] = {{"description", "So many citations at least"},
                       {"type", "integer"},
                       {"minimum", 0},
                       {"maximum", kMostCitations},
                       {"default", 1}};
  return options_schema(std::move(properties), {});
}

}  // namespace

CheckKind citations_row() {
  return {
      .name = "citations",
      .doc =
          "The share of the answer's citations (`[1]`) that point to a passage of the contexts, 0 to 1. Passes when "
          "all do and there are at least `min` (default 1; fewer score found / min), or from `threshold` on. "
          "Whether the passage says what it is cited for is `citation_precision`'s business. Citations in code "
          "do not count.",
      .example = "citations: {min: 1}",
      .short_key = "",
      .options = options,
      .short_form = no_short_form,
      .make = make};
}

}  // namespace assay::judges
