#include "suites/reading.hpp"
#include "suites/scalar_place.hpp"

#include <assay/text/file.hpp>
#include <assay/text/utf8.hpp>

#include <fmt/format.h>

#include <array>

namespace assay::suites {

namespace {

constexpr const char* kExample = "write `- user: \"What is the capital of {{country}}?\"`";

// The authors a prompt can have; tool messages come with kinds of suites that this version does not have.
const std::vector<std::string> kAuthors{"system", "developer", "user", "assistant"};
const std::vector<std::string> kKeys{"system", "developer", "user", "assistant", "role", "content", "splice"};

std::optional<Author> author_of(std::string_view name) {
  if (name == "system") return Author::system;
  if (name == "developer") return Author::developer;
  if (name == "user") return Author::user;
  if (name == "assistant") return Author::assistant;
  return std::nullopt;
}

std::optional<MessageTemplate> read_content(Author author, const text::Node& content, const Place& at,
                                            Diagnostics& diagnostics) {
  if (!content.is_scalar() || content.scalar.empty()) {
    const bool empty = content.is_null() || content.is_scalar();
    diagnostics.error(
        content.is_null() ? at : content.place(),
        empty ? "the message has no text" : fmt::format("a message's text is {}", text::describe(content)),
        empty ? kExample : "write one text; parts such as images are not available in this version");
    return std::nullopt;
  }
  auto parsed = text::Template::parse(content.scalar);
  if (!parsed) {
    auto error = parsed.error();
    error.at = place_in(content, error.at.column);
    diagnostics.error(std::move(error));
    return std::nullopt;
  }
  return MessageTemplate{.author = author, .content = *parsed, .source = content.scalar, .splice = false, .at = at};
}

std::optional<MessageTemplate> read_splice(const text::Node& value, const Place& at, Diagnostics& diagnostics) {
  const auto source = text::trim(value.scalar);
  const bool one_variable = value.is_scalar() && source.starts_with("{{") && source.ends_with("}}") &&
                            source.find("}}") == source.size() - 2 && source.find_first_of("#/^", 2) != 2;
  if (!one_variable) {
    diagnostics.error(value.is_null() ? at : value.place(),
                      fmt::format("splice takes one variable, not {}", text::describe(value)),
                      "write `- splice: \"{{history}}\"`");
    return std::nullopt;
  }
  text::Node trimmed = value;
  trimmed.scalar = std::string(source);
  auto parsed = text::Template::parse(trimmed);
  if (!parsed) {
    diagnostics.error(parsed.error());
    return std::nullopt;
  }
  return MessageTemplate{
      .author = Author::user, .content = *parsed, .source = trimmed.scalar, .splice = true, .at = at};
}

std::optional<MessageTemplate> read_long_form(const text::Node& entry, Diagnostics& diagnostics) {
  text::MapReader reader(entry, "message", diagnostics);
  static_cast<void>(reader.require("role", "user"));
  const auto role = reader.choice("role", kAuthors);
  const auto* content = reader.require("content", "\"{{question}}\"");
  reader.finish();
  const auto author = role ? author_of(*role) : std::nullopt;
  if (!author || content == nullptr) return std::nullopt;
  return read_content(*author, *content, entry.place(), diagnostics);
}

std::optional<MessageTemplate> read_message(const text::Node& entry, Diagnostics& diagnostics) {
  if (!entry.is_map() || entry.entries.empty()) {
    diagnostics.error(
        entry.place(),
        fmt::format("a message is a mapping, not {}", entry.is_map() ? "an empty one" : text::describe(entry)),
        kExample);
    return std::nullopt;
  }
  if (entry.find("role") != nullptr || entry.find("content") != nullptr) return read_long_form(entry, diagnostics);
  const auto& [key, value] = entry.entries.front();
  const auto author = author_of(key.scalar);
  if (!author && key.scalar != "splice") {
    diagnostics.error(key.place(), fmt::format("a message has no key {}", text::in_quotes(key.scalar)),
                      text::suggest(key.scalar, kKeys, "known keys"));
    return std::nullopt;
  }
  if (entry.entries.size() > 1) {
    const auto& second = entry.entries[1].first;
    diagnostics.error(second.place(),
                      fmt::format("a message has one key, and {} comes after {}", text::in_quotes(second.scalar),
                                  text::in_quotes(key.scalar)),
                      fmt::format("start another message with `- {}:`", text::excerpt(second.scalar, 40)));
    return std::nullopt;
  }
  return author ? read_content(*author, value, key.place(), diagnostics) : read_splice(value, key.place(), diagnostics);
}

std::vector<MessageTemplate> read_list(const text::Node& list, Diagnostics& diagnostics) {
  std::vector<MessageTemplate> messages;
  if (!list.is_seq() || list.items.empty()) {
    diagnostics.error(
        list.place(),
        list.is_seq() ? "messages is an empty list" : fmt::format("messages is a list, not {}", text::describe(list)),
        kExample);
    return messages;
  }
  for (const auto& entry : list.items) {
    if (auto message = read_message(entry, diagnostics)) messages.push_back(std::move(*message));
  }
  return messages;
}

// A text editor's last line end is not part of the prompt, and CRLF is one line end.
std::string as_prompt(std::string text) {
  std::erase(text, '\r');
  if (text.ends_with('\n')) text.pop_back();
  return text;
}

std::vector<MessageTemplate> load_text(const std::filesystem::path& file, Diagnostics& diagnostics) {
  auto bytes = text::read_text(file);
  if (!bytes) {
    diagnostics.error(bytes.error());
    return {};
  }
  text::Node content;
  content.kind = text::Node::Kind::scalar;
  content.quoted = true;
  content.scalar = as_prompt(std::move(*bytes));
  content.file = std::make_shared<const std::string>(file.string());
  content.line = 1;
  content.column = 1;
  auto message = read_content(Author::user, content, content.place(), diagnostics);
  if (!message) return {};
  return {std::move(*message)};
}

std::vector<MessageTemplate> load_document(const std::filesystem::path& file, Diagnostics& diagnostics) {
  const auto root = text::load_yaml(file);
  if (!root) {
    diagnostics.error(root.error());
    return {};
  }
  if (!root->is_map()) return read_list(*root, diagnostics);
  text::MapReader reader(*root, "prompt", diagnostics);
  if (reader.get("version") != nullptr) read_version(reader);
  const auto* list = reader.require("messages", "[{user: \"{{question}}\"}]");
  reader.finish();
  if (list == nullptr) return {};
  return read_list(*list, diagnostics);
}

}  // namespace

std::vector<MessageTemplate> load_messages(const std::filesystem::path& file, Diagnostics& diagnostics) {
  const auto ending = file.extension();
  if (ending == ".txt") return load_text(file, diagnostics);
  if (ending == ".yaml" || ending == ".yml") return load_document(file, diagnostics);
  diagnostics.error({file.string(), 0, 0},
                    fmt::format("prompts that end in {} cannot be read", text::in_quotes(ending.string())),
                    "use .yaml (a list of messages) or .txt (one user message)");
  return {};
}

std::vector<MessageTemplate> read_messages(const text::Node& node, const std::filesystem::path& file,
                                           Diagnostics& diagnostics) {
  if (!node.is_map()) return read_list(node, diagnostics);
  text::MapReader reader(node, "messages", diagnostics);
  const auto* named = reader.require("file", "../prompts/capital.yaml");
  const auto name = reader.string("file");
  reader.finish();
  if (named == nullptr || !name) return {};
  Diagnostics inner;
  auto messages = load_messages(resolve(file, *name), inner);
  for (auto error : inner.errors()) {
    if (error.at.line == 0) error.at = named->place();
    diagnostics.error(std::move(error));
  }
  return messages;
}

}  // namespace assay::suites
