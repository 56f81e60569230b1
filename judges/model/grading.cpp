#include "judges/model/grading.hpp"

#include "judges/result.hpp"
#include "judges/schemas.hpp"

#include <assay/text/utf8.hpp>

namespace assay::judges {

namespace {

std::optional<Templated<std::string>> read_words(OptionReader& reader, std::string_view key, std::string_view example,
                                                 Need need) {
  const auto parse = [](const Json& value) {
    return parse_words(value, "write a text, or a template such as `\"{{expected}}\"`");
  };
  if (need == Need::none) return std::nullopt;
  if (need == Need::may) return reader.optional<std::string>(key, parse);
  return reader.ready<std::string>(reader.text(key, example), parse);
}

Result<std::string> render(const std::optional<Templated<std::string>>& text, const Scope& scope) {
  if (!text) return std::string();
  const auto value = text->get(scope);
  if (!value) return value.error();
  return **value;
}

// An answer without text may still say something: the provider's refusal field.
std::string answer_of(const CheckContext& context) {
  const Response* const response = last_answer(context.transcript);
  const auto* const refusal = response == nullptr ? nullptr : part_of<Refusal>(response->message);
  const bool silent = text::trim(context.answer).empty();
  return silent && refusal != nullptr ? refusal->text : std::string(context.answer);
}

std::size_t size_of(const std::vector<std::string>& texts) {
  std::size_t size = 0;
  for (const auto& text : texts) size += text.size();
  return size;
}

}  // namespace

Material read_material(OptionReader& reader, Need criteria, Need reference, bool sees) {
  Material material;
  material.criteria = read_words(reader, "criteria", "Names the refund window, and stays polite.", criteria);
  material.reference = read_words(reader, "reference", "\"{{expected}}\"", reference);
  if (sees) material.conversation = reader.choice("sees", {"answer", "conversation"}) == "conversation";
  return material;
}

Result<void> verify_material(const Material& material, const Scope& scope) {
  if (const auto criteria = render(material.criteria, scope); !criteria) return criteria.error();
  if (const auto reference = render(material.reference, scope); !reference) return reference.error();
  return {};
}

std::optional<Query> grading_query(Inquiry& inquiry, std::string_view prompt, const Material& material,
                                   const CheckContext& context) {
  const auto criteria = render(material.criteria, context.scope);
  const auto reference = render(material.reference, context.scope);
  if (!criteria || !reference) {
    inquiry.end(broken(criteria ? reference.error() : criteria.error()));
    return std::nullopt;
  }
  const auto& messages = context.transcript.messages;
  Query query = inquiry.query("grade", prompt);
  query.vars = {{"criteria", *criteria}, {"conversation", ""}, {"question", ""}};
  inquiry.show(query, "reference", *reference);
  if (material.conversation) {
    inquiry.show_messages(query, "conversation", messages);
  } else {
    inquiry.show(query, "question", last_user_message(messages));
  }
  inquiry.show_even_empty(query, "answer", answer_of(context));
  if (size_of(query.data) <= kMostBytes) return query;
  inquiry.end(unscored("what is to be judged is longer than 1 MiB"));
  return std::nullopt;
}

std::string because(std::string_view reason) {
  constexpr std::size_t kShown = 240;
  reason = text::trim(reason);
  return reason.empty() ? "" : ": " + text::in_quotes(reason, kShown);
}

Json criteria_schema(const std::string& description) {
  return text_schema(description, {"Names the refund window, and stays polite."});
}

Json reference_schema(const std::string& description) {
  return text_schema(description, {"{{expected}}"});
}

Json sees_schema() {
  return choice_schema("What the judge sees: the last user message and the answer, or all messages",
                       {"answer", "conversation"});
}

}  // namespace assay::judges
