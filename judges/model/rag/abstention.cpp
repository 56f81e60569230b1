/// abstention: whether the answer abstains, and whether it should.

#include "judges/model/rag/check.hpp"
#include "judges/model/rows.hpp"
#include "judges/result.hpp"
#include "judges/schemas.hpp"

#include <assay/text/utf8.hpp>

#include <fmt/format.h>

#include <array>

namespace assay::judges {

namespace {

constexpr Needs kNeeds{.question = Need::may};

using Expect = Templated<bool>;

Parsed<bool> parse_expect(const Json& value) {
  const std::string text = text_of(value);
  const auto word = text::fold_case(text::trim(text));
  if (word == "yes" || word == "true") return true;
  if (word == "no" || word == "false") return false;
  return Wrong{fmt::format("must be yes or no, found {}", text::in_quotes(text)),
               "write `expect: yes` where the answer should say that it cannot tell, else `expect: no`"};
}

Score score(const RagParts& parts, bool expected, bool abstains, std::string_view how) {
  return told(parts, expected == abstains ? 1 : 0, expected == abstains,
              fmt::format("expected {}, and the answer {}: {}", expected ? "an abstention" : "an answer",
                          abstains ? "abstains" : "answers", how),
              {{"expected", expected}, {"abstains", abstains}});
}

// The provider's own word for it needs no judge.
std::string refused(const CheckContext& context) {
  const Response* const response = last_answer(context.transcript);
  if (response == nullptr) return {};
  const auto* const refusal = part_of<Refusal>(response->message);
  if (refusal != nullptr && !refusal->text.empty()) {
    return fmt::format("the model refused, saying {}", text::in_quotes(refusal->text));
  }
  return response->finish == Finish::content_filter ? "the provider's content filter stopped it" : "";
}

CheckStep run(const Expect& expect, const RagCase& sample) {
  static const std::array<std::string, 2> kVerdicts{"abstains", "answers"};
  const auto expected = expect.get(sample.context.scope);
  if (!expected) return broken(expected.error());
  if (const auto how = refused(sample.context); !how.empty()) return score(sample.parts, **expected, true, how);
  if (auto silent = without_words(sample.context)) return *std::move(silent);
  Inquiry inquiry(sample.parts.use, sample.answers);
  auto query = inquiry.query("verdict", "rag_abstains");
  inquiry.show(query, "question", sample.inputs.question);
  inquiry.show(query, "answer", sample.context.answer);
  const auto judgement = inquiry.verdict(query, kVerdicts);
  if (!judgement) return std::move(inquiry).step();
  return score(sample.parts, **expected, judgement->verdict == "abstains", cited(sample.context.answer, *judgement));
}

std::optional<CompiledCheck> make(const text::Node& options, const CompileEnv& env, Diagnostics& diagnostics) {
  OptionReader reader(options, "abstention", diagnostics);
  const auto expect = reader.ready<bool>(reader.text("expect", "yes"), parse_expect);
  auto parts = read_parts(reader, options, kNeeds, {"rag_abstains"}, env);
  if (!reader.finish() || !parts || !expect) return std::nullopt;
  auto check = assemble(*std::move(parts), [expect = *expect](const RagCase& sample) { return run(expect, sample); });
  check.verify = [expect = *expect, rest = std::move(check.verify)](const Scope& scope) -> Result<void> {
    const auto expected = expect.get(scope);
    return expected ? rest(scope) : expected.error();
  };
  return check;
}

Json short_form() {
  const Json words = {{"type", "string"}, {"enum", {"yes", "no", "Yes", "No", "YES", "NO", "true", "false"}}};
  return {{"description", "Whether the answer should abstain: say that it cannot tell"},
          {"anyOf", {Json{{"type", "boolean"}}, words, Json{{"type", "string"}, {"pattern", "\\{\\{"}}}},
          {"examples", {"yes", "no", "{{unanswerable}}"}}};
}

Json options() {
  Json schema = rag_options(kNeeds, {{"expect", short_form()}});
  schema["required"] = {"expect"};
  return schema;
}

}  // namespace

CheckKind abstention_row() {
  return {
      .name = "abstention",
      .doc =
          "1 if the answer abstains where it should (`expect: yes`: it says that it does not know or cannot answer) "
          "and answers where it should (`expect: no`), else 0; whether it answers rightly is another check's "
          "business. A judge says which; the provider's refusal and content filter abstain without one. Unscored: "
          "an empty answer for another reason.",
      .example = "abstention: {judge: strict, expect: yes}",
      .short_key = "expect",
      .options = options,
      .short_form = short_form,
      .make = make};
}

}  // namespace assay::judges
