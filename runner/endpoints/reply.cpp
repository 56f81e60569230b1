#include "runner/endpoints/reply.hpp"

#include <assay/text/utf8.hpp>

#include <algorithm>
#include <cmath>
#include <optional>
#include <ranges>
#include <string>
#include <utility>
#include <vector>

namespace assay::endpoints {

namespace {

std::string shown(const Json& value) {
  return value.is_string() ? text::to_valid_utf8(value.get_ref<const std::string&>()) : dump_json(value);
}

const Json* find(const Json& reply, const std::optional<text::JsonPath>& path) {
  const auto* found = path ? path->find(reply) : nullptr;
  return found == nullptr || found->is_null() ? nullptr : found;
}

std::optional<std::int64_t> find_count(const Json& reply, const std::optional<text::JsonPath>& path) {
  constexpr double kExact = 9007199254740992.0;  // 2^53
  const auto* found = find(reply, path);
  if (found == nullptr || !found->is_number()) return std::nullopt;
  const auto value = found->get<double>();
  if (!(value >= 0) || value > kExact || value != std::trunc(value)) return std::nullopt;
  return static_cast<std::int64_t>(value);
}

// A list's items, or the places that a path with `*` means; one text alone is one passage.
std::optional<Contexts> find_contexts(const Json& reply, const std::optional<text::JsonPath>& path) {
  if (!path) return std::nullopt;
  Contexts contexts;
  if (path->means_several()) {
    for (const auto* item : path->find_all(reply)) contexts.passages.push_back(shown(*item));
    return contexts;
  }
  const auto* found = find(reply, path);
  if (found == nullptr) return std::nullopt;
  if (!found->is_array()) {
    contexts.passages.push_back(shown(*found));
    return contexts;
  }
  for (const auto& item : *found) contexts.passages.push_back(shown(item));
  return contexts;
}

}  // namespace

std::variant<Response, Error> read_reply(std::string_view json, const ReplyPaths& paths, const ChatPeer& peer) {
  const auto reply = parse_json(text::without_bom(json));
  if (!reply) return foreign_answer("the reply is not JSON", json, peer);
  const auto* answer = find(*reply, paths.answer);
  if (answer == nullptr) return foreign_answer("the reply has no answer at " + paths.answer.text(), json, peer);
  Response response;
  response.message.parts.emplace_back(Text{shown(*answer)});
  if (auto contexts = find_contexts(*reply, paths.contexts)) {
    response.message.parts.emplace_back(*std::move(contexts));
  }
  response.finish = Finish::stop;
  response.usage.input_tokens = find_count(*reply, paths.input_tokens);
  response.usage.output_tokens = find_count(*reply, paths.output_tokens);
  if (const auto* model = find(*reply, paths.model)) response.served_model = shown(*model);
  return response;
}

Result<void> check_paths(const ReplyPaths& paths) {
  for (const auto* path : {&paths.input_tokens, &paths.output_tokens, &paths.model}) {
    if (*path && (*path)->means_several()) {
      return Error{ErrorKind::invalid, "the path " + (*path)->text() + " means several places", "name one of them"};
    }
  }
  if (paths.answer.means_several()) {
    return Error{ErrorKind::invalid, "the answer's path " + paths.answer.text() + " means several places",
                 "name one of them, such as `$.choices[0].text`"};
  }
  return {};
}

Json messages_json(std::span<const Message> messages) {
  Json list = Json::array();
  for (const auto& message : messages) {
    list.push_back({{"role", name(message.author)}, {"content", text_of(message)}});
  }
  return list;
}

std::string last_text(std::span<const Message> messages, std::initializer_list<Author> authors) {
  const auto reversed = std::views::reverse(messages);
  const auto is_one = [&](Author author) { return std::ranges::find(authors, author) != authors.end(); };
  const auto found = std::ranges::find_if(reversed, is_one, &Message::author);
  return found == reversed.end() ? std::string() : text_of(*found);
}

}  // namespace assay::endpoints
