/// regex: an RE2 pattern, searched in the answer.

#include "judges/heuristic/rows.hpp"
#include "judges/options.hpp"
#include "judges/result.hpp"
#include "judges/schemas.hpp"

#include <assay/text/utf8.hpp>

#include <fmt/format.h>
#include <re2/re2.h>

namespace assay::judges {

namespace {

using Pattern = std::shared_ptr<const RE2>;

Wrong explain(const RE2& pattern) {
  const std::string& part = pattern.error_arg();
  std::string hint = "patterns are RE2's: https://github.com/google/re2/wiki/Syntax";
  if (part.starts_with("(?=") || part.starts_with("(?!") || part.starts_with("(?<")) {
    hint = "RE2 has no look-around: use two checks, or `not: {regex: …}`";
  } else if (part.size() == 2 && part[0] == '\\' && part[1] >= '1' && part[1] <= '9') {
    hint = "RE2 has no back-references: list the alternatives";
  } else if (pattern.error_code() == RE2::ErrorRepeatSize) {
    hint = "RE2 repeats at most 1000 times";
  }
  return {fmt::format("is not a valid pattern: {}", text::excerpt(pattern.error(), 120)), hint};
}

Parsed<Pattern> compile(const std::string& source, bool ignore_case) {
  if (source.empty()) return Wrong{"is empty, which matches every answer", "write a pattern"};
  RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(8 << 20);
  options.set_case_sensitive(!ignore_case);
  auto pattern = std::make_shared<const RE2>(source, options);
  if (!pattern->ok()) return explain(*pattern);
  return Pattern(std::move(pattern));
}

// Strings inside become patterns that match just them.
Json quoted(const Json& value) {
  if (value.is_array() || value.is_object()) {
    Json copy = value;
    for (auto& item : copy) item = quoted(item);
    return copy;
  }
  return value.is_null() ? value : Json(RE2::QuoteMeta(text_of(value)));
}

/// A pattern that is constant, one variable, or a template whose values are literal text.
class PatternSource {
 public:
  static std::optional<PatternSource> make(const text::Node& node, const Source& source, bool ignore_case,
                                           Diagnostics& diagnostics) {
    PatternSource made(source, ignore_case);
    const auto trimmed = text::trim(node.scalar);
    made.whole_ = trimmed.starts_with("{{") && trimmed.find("}}") == trimmed.size() - 2;
    if (!source.constant()) return made;
    auto pattern = compile(node.scalar, ignore_case);
    if (auto* const wrong = std::get_if<Wrong>(&pattern)) {
      diagnostics.error(source.fault(wrong->message, wrong->hint, nullptr));
      return std::nullopt;
    }
    made.constant_ = std::get<Pattern>(pattern);
    return made;
  }

  [[nodiscard]] Result<Pattern> get(const Scope& scope) const {
    if (constant_) return constant_;
    // Renders with the values as they are first: for missing variables and empty values.
    auto text = source_.render(scope);
    if (!text) return text.error();
    if (!whole_) {
      Json vars = Json::object();
      for (const auto& name : source_.text_template()->variables()) {
        if (scope.vars.contains(name)) vars[name] = quoted(scope.vars[name]);
      }
      const std::string id = RE2::QuoteMeta(std::string(scope.id));
      text = source_.render({vars, id, scope.row});
      if (!text) return text.error();
    }
    auto pattern = compile(text->get_ref<const std::string&>(), ignore_case_);
    if (auto* const wrong = std::get_if<Wrong>(&pattern)) return source_.fault(wrong->message, wrong->hint, &scope);
    const auto& compiled = std::get<Pattern>(pattern);
    if (RE2::PartialMatch("", *compiled) && RE2::PartialMatch("\x01", *compiled)) {
      return source_.fault("matches every answer after templating",
                           "fill in the variable, or leave the check out of this case", &scope);
    }
    return compiled;
  }

 private:
  PatternSource(Source source, bool ignore_case) : source_(std::move(source)), ignore_case_(ignore_case) {}

  Source source_;
  bool ignore_case_;
  bool whole_ = false;  // exactly one `{{var}}`: the value is the pattern
  Pattern constant_;
};

Score search(const RE2& pattern, bool explain_pass, const CheckContext& context) {
  const re2::StringPiece answer(context.answer.data(), context.answer.size());
  if (!explain_pass) {
    if (RE2::PartialMatch(answer, pattern)) return passed();
  } else if (re2::StringPiece match; pattern.Match(answer, 0, answer.size(), RE2::UNANCHORED, &match, 1)) {
    Score score = passed();
    score.why = fmt::format("'{}' matches {}", text::excerpt(pattern.pattern()),
                            shown_answer(context, static_cast<std::size_t>(match.data() - answer.data())));
    return score;
  }
  return failed(
      fmt::format("expected a match of '{}', got {}", text::excerpt(pattern.pattern()), shown_answer(context)));
}

std::optional<CompiledCheck> make(const text::Node& options, const CompileEnv& env, Diagnostics& diagnostics) {
  OptionReader reader(options, "regex", diagnostics);
  const bool ignore_case = reader.flag("ignore_case");
  const auto source = reader.text("value", "'\\bParis\\b'");
  const auto pattern =
      source ? PatternSource::make(*options.find("value"), *source, ignore_case, diagnostics) : std::nullopt;
  if (!reader.finish() || !pattern) return std::nullopt;
  CompiledCheck check;
  check.run = at_once([pattern = *pattern, explain_pass = env.explain_pass](const CheckContext& context) {
    const auto compiled = pattern.get(context.scope);
    return compiled ? search(**compiled, explain_pass, context) : broken(compiled.error());
  });
  check.verify = [pattern = *pattern](const Scope& scope) -> Result<void> {
    const auto compiled = pattern.get(scope);
    return compiled ? Result<void>() : compiled.error();
  };
  return check;
}

Json short_form() {
  return text_schema("An RE2 pattern; values in a template are literal text",
                     {"\\bParis\\b", "(?i)^yes", "= {{total}}$"});
}

Json options() {
  return options_schema({{"value", short_form()}, {"ignore_case", ignore_case_schema()}}, {"value"});
}

}  // namespace

CheckKind regex_row() {
  return {
      .name = "regex",
      .doc =
          "1 if the RE2 pattern matches somewhere in the answer, else 0. Linear time: no look-around, no "
          "back-references. `^` and `$` are the ends of the answer (`(?m)` makes them lines), `.` is no line end "
          "(`(?s)` includes it). In a template, values are literal text (`= {{total}}$`); a pattern that is exactly "
          "one `{{var}}` takes the variable's value as the pattern. A template that matches every answer is an "
          "error.",
      .example = "regex: '\\bParis\\b'",
      .short_key = "value",
      .options = options,
      .short_form = short_form,
      .make = make};
}

}  // namespace assay::judges
