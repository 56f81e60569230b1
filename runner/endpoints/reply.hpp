#pragma once
/// An application's reply, read by the places that its mapping names. Pure.

#include "runner/endpoints/chat_errors.hpp"

#include <assay/core/endpoint.hpp>
#include <assay/core/json.hpp>
#include <assay/endpoints/http_target.hpp>

#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <variant>

namespace assay::endpoints {

/// The answer in `json`. Errors: `protocol` for text that is not JSON and for a reply without an answer, with an
/// excerpt. Parts other than the answer may be missing.
[[nodiscard]] std::variant<Response, Error> read_reply(std::string_view json, const ReplyPaths& paths,
                                                       const ChatPeer& peer);

/// Errors: `invalid` for a path to an answer, a count or a model that means several places.
[[nodiscard]] Result<void> check_paths(const ReplyPaths& paths);

/// `[{"role": …, "content": …}]`, as applications and programs get them.
[[nodiscard]] Json messages_json(std::span<const Message> messages);

/// The text of the last message by one of `authors`; "" without one.
[[nodiscard]] std::string last_text(std::span<const Message> messages, std::initializer_list<Author> authors);

}  // namespace assay::endpoints
