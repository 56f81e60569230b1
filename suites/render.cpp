#include <assay/suites/suite.hpp>
#include <assay/text/utf8.hpp>

#include <fmt/format.h>

namespace assay::suites {

namespace {

std::optional<Author> author_of(const Json& role) {
  if (!role.is_string()) return std::nullopt;
  for (const auto author : {Author::system, Author::developer, Author::user, Author::assistant}) {
    if (role.get_ref<const std::string&>() == name(author)) return author;
  }
  return std::nullopt;
}

Error splice_fault(const MessageTemplate& message, const Scope& scope, std::string_view fault, std::string_view hint) {
  return Error{ErrorKind::invalid, fmt::format("case {}: {} {}", text::in_quotes(scope.id), message.source, fault),
               std::string(hint), message.at};
}

std::optional<Error> splice(const MessageTemplate& message, const Json& list, const Scope& scope,
                            std::vector<Message>& out) {
  if (!list.is_array()) {
    return splice_fault(message, scope, "is not a list of messages",
                        "give a list of {role, content}; a text field of a data set needs `parse: {field: json}`");
  }
  for (std::size_t i = 0; i < list.size(); ++i) {
    const auto& item = list[i];
    const auto role = item.is_object() && item.contains("role") ? author_of(item["role"]) : std::nullopt;
    const bool has_text = item.is_object() && item.contains("content") && item["content"].is_string();
    if (!role || !has_text || item.size() != 2) {
      return splice_fault(message, scope, fmt::format("has a message {} that is not {{role, content}}", i + 1),
                          "write {role: user, content: …}; roles: system, developer, user, assistant");
    }
    out.push_back(Message{*role, {Text{item["content"].get<std::string>()}}});
  }
  return std::nullopt;
}

Error placed(Error error, const Place& at) {
  error.at = at;
  return error;
}

}  // namespace

Result<std::vector<Message>> render_messages(const std::vector<MessageTemplate>& templates, const Scope& scope) {
  std::vector<Message> messages;
  messages.reserve(templates.size());
  for (const auto& message : templates) {
    if (message.splice) {
      const auto list = message.content.value(scope);
      if (!list) return placed(list.error(), message.at);
      if (auto error = splice(message, *list, scope, messages)) return std::move(*error);
      continue;
    }
    auto text = message.content.render(scope);
    if (!text) return placed(text.error(), message.at);
    messages.push_back(Message{message.author, {Text{std::move(*text)}}});
  }
  if (messages.empty()) {
    return Error{ErrorKind::invalid, fmt::format("case {} has no message", text::in_quotes(scope.id)),
                 "add a message, or give the splice one", templates.empty() ? Place{} : templates.front().at};
  }
  return messages;
}

Json messages_json(const std::vector<MessageTemplate>& templates) {
  Json list = Json::array();
  for (const auto& message : templates) {
    if (message.splice) {
      list.push_back(Json{{"splice", message.source}});
    } else {
      list.push_back(Json{{"role", name(message.author)}, {"content", message.source}});
    }
  }
  return list;
}

}  // namespace assay::suites
