/// code_fence, xml, yaml: the answer's form.

#include "judges/heuristic/fences.hpp"
#include "judges/heuristic/json_answer.hpp"
#include "judges/heuristic/rows.hpp"
#include "judges/heuristic/xml_scan.hpp"
#include "judges/options.hpp"
#include "judges/result.hpp"
#include "judges/schemas.hpp"

#include <assay/text/node.hpp>
#include <assay/text/utf8.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace assay::judges {

namespace {

// The place of a byte offset for a person.
std::string at_offset(std::string_view text, std::size_t offset) {
  const Place place = text::place_at(text, std::min(offset, text.size()), "");
  return fmt::format("at line {}, column {}: '{}'", place.line, place.column, text::excerpt_around(text, offset));
}

/// What is judged, or why there is nothing.
std::variant<std::string_view, std::string> document(const CheckContext& context, bool fence,
                                                     std::string_view language) {
  if (fence) return only_fence(context, language);
  const auto answer = text::trim(context.answer);
  if (answer.empty()) return fmt::format("expected {}, got {}", language, shown_answer(context));
  return answer;
}

// Of an answer that is good without its fence alone.
std::string hint_at_fence(std::string_view answer, bool (*good)(std::string_view)) {
  const auto fences = find_fences(answer);
  const bool helps = fences.size() == 1 && fences[0].closed && good(text::trim(fences[0].body));
  return helps ? "; its only code fence is: write `extract: fence` to read that" : "";
}

bool is_xml(std::string_view text) {
  return !find_xml_fault(text);
}

Score score_xml(bool fence, bool explain_pass, const CheckContext& context) {
  const auto found = document(context, fence, "XML");
  if (const auto* const why = std::get_if<std::string>(&found)) return failed(*why);
  const auto text = text::trim(std::get<std::string_view>(found));
  if (const auto fault = find_xml_fault(text)) {
    return failed(fmt::format("the {} is no XML: {} {}{}", fence ? "code fence" : "answer", fault->message,
                              at_offset(text, fault->at), fence ? "" : hint_at_fence(context.answer, is_xml)));
  }
  Score score = passed();
  if (explain_pass) score.why = fmt::format("the answer is XML: {}", shown_answer(context));
  return score;
}

// The reader costs more than the others, so an answer beyond this is not read.
constexpr std::size_t kMaxYaml = 1u << 20;

bool is_yaml(std::string_view text) {
  if (text.size() > kMaxYaml) return false;
  const auto node = text::parse_yaml(text, "answer");
  return node && (node->is_map() || node->is_seq());
}

Score score_yaml(bool fence, bool explain_pass, const CheckContext& context) {
  const auto found = document(context, fence, "YAML");
  if (const auto* const why = std::get_if<std::string>(&found)) return failed(*why);
  const auto text = std::get<std::string_view>(found);
  if (text.size() > kMaxYaml) {
    return unscored(fmt::format("{} bytes of YAML are more than the {} that are read", text.size(), kMaxYaml));
  }
  const std::string_view what = fence ? "code fence" : "answer";
  const auto node = text::parse_yaml(text, "answer");
  const auto help = [&] { return fence ? "" : hint_at_fence(context.answer, is_yaml); };
  if (!node) {
    const auto& error = node.error();
    const auto where = error.at.line == 0 ? "" : fmt::format(" at line {}, column {}", error.at.line, error.at.column);
    return failed(fmt::format("the {} is no YAML: {}{}: {}{}", what, text::excerpt(error.message, 160), where,
                              shown_answer(context), help()));
  }
  if (!node->is_map() && !node->is_seq()) {
    return failed(fmt::format("the {} is YAML for a single text, not a mapping or a list: {}{}", what,
                              shown_answer(context), help()));
  }
  Score score = passed();
  if (explain_pass) score.why = fmt::format("the answer is YAML: {}", shown_answer(context));
  return score;
}

using Scorer = Score (*)(bool fence, bool explain_pass, const CheckContext&);

std::optional<CompiledCheck> make(std::string_view name, Scorer scorer, const text::Node& options,
                                  const CompileEnv& env, Diagnostics& diagnostics) {
  OptionReader reader(options, name, diagnostics);
  const bool fence = reader.choice("extract", {"fence"}).has_value();
  if (!reader.finish()) return std::nullopt;
  CompiledCheck check;
  check.run = at_once([scorer, fence, explain_pass = env.explain_pass](const CheckContext& context) {
    return scorer(fence, explain_pass, context);
  });
  check.verify = [](const Scope&) { return Result<void>(); };
  return check;
}

Json document_options() {
  return options_schema({{"extract", choice_schema("Read the answer's only code fence instead", {"fence"})}}, {});
}

// The first word of a fence's info string: ```python title="x"
std::string_view language_of(const Fence& fence) {
  return fence.info.substr(0, fence.info.find_first_of(" \t{,"));
}

Score score_fence(const std::string& language, bool only, bool explain_pass, const CheckContext& context) {
  const auto fences = find_fences(context.answer);
  if (!fences.empty() && !fences.back().closed) {
    return failed(fmt::format("the code fence is not closed: {}", shown_answer(context, fences.back().begin)));
  }
  const auto fits = [&](const Fence& fence) {
    return language.empty() || text::fold_case(language_of(fence)) == text::fold_case(language);
  };
  const auto found = std::ranges::find_if(fences, fits);
  if (found == fences.end()) {
    const auto wanted = language.empty() ? "" : " marked " + text::in_quotes(language, 40);
    return failed(fmt::format("expected a code fence{}, got {}", wanted, shown_answer(context)));
  }
  if (only) {
    const auto beside = text_beside(context.answer, fences);
    if (!beside.empty())
      return failed(
          fmt::format("expected a code fence and nothing else, got {} beside it", text::in_quotes(beside, 80)));
  }
  Score score = passed();
  if (explain_pass) score.why = fmt::format("the answer holds a code fence: {}", shown_answer(context, found->begin));
  return score;
}

Parsed<std::string> parse_language(const Json& value) {
  const std::string written = text_of(value);
  const std::string language(text::trim(written));
  if (!language.empty() && language.find_first_of(" \t\n`{,") == std::string::npos) return language;
  return Wrong{fmt::format("must be one word, found {}", text::in_quotes(written)), "write `language: python`"};
}

std::optional<CompiledCheck> make_fence(const text::Node& options, const CompileEnv& env, Diagnostics& diagnostics) {
  OptionReader reader(options, "code_fence", diagnostics);
  const bool only = reader.flag("only");
  const auto language = reader.optional<std::string>("language", parse_language);
  if (!reader.finish()) return std::nullopt;
  CompiledCheck check;
  check.run = at_once([=, explain_pass = env.explain_pass](const CheckContext& context) {
    if (!language) return score_fence("", only, explain_pass, context);
    const auto word = language->get(context.scope);
    return word ? score_fence(**word, only, explain_pass, context) : broken(word.error());
  });
  check.verify = [language](const Scope& scope) -> Result<void> {
    if (!language) return {};
    const auto word = language->get(scope);
    return word ? Result<void>() : word.error();
  };
  return check;
}

Json language_schema() {
  return {{"description", "The word after the opening backticks, whatever its case"},
          {"type", "string"},
          {"minLength", 1},
          {"examples", {"python", "json"}}};
}

Json fence_options() {
  return options_schema(
      {{"language", language_schema()}, {"only", flag_schema("Nothing but white space may stand beside the fences")}},
      {});
}

}  // namespace

CheckKind code_fence_row() {
  return {.name = "code_fence",
          .doc =
              "1 if the answer holds a Markdown code fence of backticks, and every fence is closed, else 0. `language` "
              "asks for one with that word after the opening backticks; with `only`, nothing may stand beside the "
              "fences. Fences of tildes and indented code are none. What is inside is not looked at.",
          .example = "code_fence: {language: python}",
          .short_key = "language",
          .options = fence_options,
          .short_form = language_schema,
          .make = make_fence};
}

CheckKind xml_row() {
  return {.name = "xml",
          .doc =
              "1 if the answer, white space around it aside, is one well-formed XML 1.0 document in UTF-8, else 0. A "
              "document type fails, so that only the five predefined entities exist; namespaces and schemas are not "
              "looked at. `extract: fence` reads the answer's only Markdown code fence instead.",
          .example = "xml: {extract: fence}",
          .short_key = "",
          .options = document_options,
          .short_form = no_short_form,
          .make = [](const text::Node& node, const CompileEnv& env, Diagnostics& diagnostics) {
            return make("xml", score_xml, node, env, diagnostics);
          }};
}

CheckKind yaml_row() {
  return {.name = "yaml",
          .doc =
              "1 if the answer is one YAML document that is a mapping or a list, else 0. It is read as strictly as a "
              "suite: duplicate keys, tags, merge keys, several documents and more than 64 levels fail. `extract: "
              "fence` reads the answer's only Markdown code fence instead. Unscored beyond 1 MiB.",
          .example = "yaml: {extract: fence}",
          .short_key = "",
          .options = document_options,
          .short_form = no_short_form,
          .make = [](const text::Node& node, const CompileEnv& env, Diagnostics& diagnostics) {
            return make("yaml", score_yaml, node, env, diagnostics);
          }};
}

}  // namespace assay::judges
