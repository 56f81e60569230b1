#pragma once
/// The words of a line: strings and messages as compact JSON, in the very form in which they are hashed.

#include <assay/core/json.hpp>
#include <assay/core/transcript.hpp>

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace assay::cassette {

/// A JSON string, escaped as `canonical_json` escapes; bytes that are not UTF-8 become `{"base64":"…"}`.
void add_string(std::string& out, std::string_view text);
[[nodiscard]] std::optional<std::string> string_of(const Json& json);

/// `[{"user":"…"}]`; a message that is not one text is `{"author":"user","parts":[…]}`. Keys are sorted, so that the
/// text is canonical. Of messages that are asked, the parts that are sent: the others are said about an answer.
void add_messages(std::string& out, std::span<const Message> messages);
void add_message(std::string& out, const Message& message);
[[nodiscard]] Message as_sent(const Message& message);
[[nodiscard]] std::optional<Message> message_of(const Json& json);
[[nodiscard]] std::optional<std::vector<Message>> messages_of(const Json& json);

}  // namespace assay::cassette
