#include "judges/model/inputs.hpp"

#include "judges/result.hpp"
#include "judges/schemas.hpp"

#include <assay/text/utf8.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <ranges>

namespace assay::judges {

namespace {

Parsed<Passages> parse_passages(const Json& value) {
  if (value.is_object()) {
    return Wrong{"must be a list of texts, found a mapping", "name the list: `contexts: \"{{docs}}\"`"};
  }
  if (value.is_null()) return Passages{};
  if (!value.is_array()) return Passages{text_of(value)};
  Passages passages;
  for (const auto& item : value) passages.push_back(item.is_null() ? "" : text_of(item));
  return passages;
}

bool is_blank(std::string_view text) {
  return text::trim(text).empty();
}

// A variable as if it were written as an option, so that an error has a place and a did-you-mean.
text::Node variable(std::string_view name, const text::Node& like) {
  text::Node node;
  node.kind = text::Node::Kind::scalar;
  node.quoted = true;
  node.scalar = fmt::format("{{{{{}}}}}", name);
  node.file = like.file;
  node.line = like.line;
  node.column = like.column;
  return node;
}

const Json* find_var(const Scope& scope, const char* name) {
  const auto found = scope.vars.is_object() ? scope.vars.find(name) : scope.vars.end();
  return found == scope.vars.end() ? nullptr : &*found;
}

// What makes passages unfit to be judged; nothing if they are fit.
std::optional<Score> unfit(const Passages& passages) {
  if (std::ranges::all_of(passages, is_blank)) return unscored("the contexts are empty");
  if (passages.size() > kMostPassages) {
    return unscored(
        fmt::format("the contexts are {} passages, more than the {} that are judged", passages.size(), kMostPassages));
  }
  std::size_t bytes = 0;
  for (const auto& passage : passages) bytes += passage.size();
  if (bytes <= kMostBytes) return std::nullopt;
  return unscored(fmt::format("the contexts are {} bytes, more than the {} that are judged", bytes, kMostBytes));
}

}  // namespace

InputSources InputSources::read(OptionReader& reader, const text::Node& options, Needs needs, const CompileEnv& env) {
  InputSources sources;
  sources.needs_ = needs;
  sources.given_by_target_ = env.gives_contexts;
  auto& diagnostics = reader.diagnostics();
  if (needs.question != Need::none) sources.question_ = reader.optional<std::string>("question", parse_text);
  if (needs.contexts != Need::none) {
    if (const auto* const node = reader.reader().get("contexts")) {
      sources.contexts_ =
          reader.ready<Passages>(Source::value(*node, reader.label("contexts"), diagnostics), parse_passages);
    }
    sources.contexts_var_ = Source::value(variable("contexts", options), reader.label("contexts"), diagnostics);
  }
  if (needs.reference == Need::none) return sources;
  const auto* const node = reader.reader().get("reference");
  if (node == nullptr && needs.reference == Need::may) return sources;
  sources.reference_ = reader.ready<std::string>(
      Source::text(node == nullptr ? variable("reference", options) : *node, reader.label("reference"), diagnostics),
      parse_text);
  return sources;
}

Result<void> InputSources::verify(const Scope& scope) const {
  if (question_) {
    if (const auto question = question_->get(scope); !question) return question.error();
  }
  if (reference_) {
    if (const auto reference = reference_->get(scope); !reference) return reference.error();
  }
  if (contexts_) {
    const auto contexts = contexts_->get(scope);
    return contexts ? Result<void>() : contexts.error();
  }
  if (needs_.contexts == Need::none) return {};
  const Json* const var = find_var(scope, "contexts");
  if (var == nullptr) {
    if (given_by_target_ || needs_.contexts == Need::may) return {};
    return contexts_var_->fault(
        "come from nowhere: the case has no var 'contexts', and the target's replies bring none",
        "add the var `contexts`, a list of texts, or name another: `contexts: \"{{docs}}\"`", &scope);
  }
  auto parsed = parse_passages(*var);
  if (auto* const wrong = std::get_if<Wrong>(&parsed)) {
    return contexts_var_->fault(wrong->message, std::move(wrong->hint), &scope);
  }
  return {};
}

std::optional<Score> InputSources::read_contexts(const CheckContext& context, Inputs& into) const {
  const Response* const answer = last_answer(context.transcript);
  const Contexts* const brought = answer == nullptr ? nullptr : part_of<Contexts>(answer->message);
  if (contexts_) {
    const auto contexts = contexts_->get(context.scope);
    if (!contexts) return broken(contexts.error());
    into.contexts = **contexts;
  } else if (brought != nullptr) {
    into.contexts = brought->passages;
  } else if (const Json* const var = find_var(context.scope, "contexts")) {
    auto parsed = parse_passages(*var);
    if (auto* const passages = std::get_if<Passages>(&parsed)) into.contexts = std::move(*passages);
  } else if (needs_.contexts == Need::must) {
    return unscored("there are no contexts: the target's reply brought none, and the case has no var 'contexts'");
  }
  if (into.contexts.empty() && needs_.contexts == Need::may) return std::nullopt;
  return unfit(into.contexts);
}

std::optional<Score> InputSources::read_question(const CheckContext& context, Inputs& into) const {
  const Json* const var = find_var(context.scope, "question");
  if (question_) {
    const auto question = question_->get(context.scope);
    if (!question) return broken(question.error());
    into.question = **question;
  } else if (var != nullptr && !var->is_null()) {
    into.question = text_of(*var);
  }
  if (is_blank(into.question)) into.question = last_user_message(context.transcript.messages);
  if (is_blank(into.question) && needs_.question == Need::must) {
    return unscored("there is no question: the case has no var 'question', and nobody asked anything");
  }
  return std::nullopt;
}

std::variant<Inputs, Score> InputSources::of(const CheckContext& context) const {
  Inputs inputs;
  if (needs_.contexts != Need::none) {
    if (auto score = read_contexts(context, inputs)) return *std::move(score);
  }
  if (needs_.question != Need::none) {
    if (auto score = read_question(context, inputs)) return *std::move(score);
  }
  if (reference_) {
    const auto reference = reference_->get(context.scope);
    if (!reference) return broken(reference.error());
    inputs.reference = **reference;
  }
  const std::size_t longest = std::max({context.answer.size(), inputs.question.size(), inputs.reference.size()});
  if (longest > kMostBytes) {
    return unscored(fmt::format("a text to be judged is {} bytes, more than {}", longest, kMostBytes));
  }
  return inputs;
}

std::string last_user_message(std::span<const Message> messages) {
  for (const auto& message : std::views::reverse(messages)) {
    if (message.author == Author::user) return assay::text_of(message);
  }
  return {};
}

Json input_properties(Needs needs) {
  Json properties = Json::object();
  if (needs.question != Need::none) {
    properties["question"] =
        text_schema("The question; default: the var `question`, else the last user message", {"{{query}}"});
  }
  if (needs.contexts != Need::none) {
    const Json text = {{"type", {"string", "number", "boolean"}}};
    properties["contexts"] = {
        {"description",
         "The passages, a list of texts or one text; default: those of the target's reply, else the var `contexts`"},
        {"anyOf", {text, Json{{"type", "array"}, {"items", text}}}},
        {"examples", {"{{docs}}"}}};
  }
  if (needs.reference != Need::none) {
    properties["reference"] = text_schema("The right answer; default: the var `reference`", {"{{expected}}"});
  }
  return properties;
}

}  // namespace assay::judges
