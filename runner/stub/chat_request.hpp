#pragma once
/// What the stub reads of a chat completion request.

#include <assay/core/error.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace assay::stub {

/// One message. `content` is the raw JSON: a string's inside, or an array of parts.
struct ChatMessage {
  std::string_view role;
  std::string_view content;
  bool parts = false;
};

/// A view of the request's body, which outlives it. `messages` is their raw JSON, from the
/// first message on.
struct ChatRequest {
  std::string_view model;  ///< raw; empty if absent
  bool stream = false;
  bool include_usage = false;
  bool response_format = false;  ///< another form than text is asked for
  bool logprobs = false;
  std::uint32_t top_logprobs = 0;
  std::string_view messages;
  std::vector<ChatMessage> items;
  std::string_view case_id;  ///< raw: `metadata.case`, else `user`
};

/// Errors: `invalid`, worded for the client.
[[nodiscard]] Result<ChatRequest> parse_chat_request(std::string_view body);

/// A message's text; of an array of parts the `text` parts, joined.
[[nodiscard]] std::string text_of(const ChatMessage& message);

/// Approximate tokens: the words of all messages.
[[nodiscard]] std::uint64_t count_input_tokens(const ChatRequest& request);

/// The texts that rules match on, made when first asked for. The request outlives it.
class Texts {
 public:
  explicit Texts(const ChatRequest& request) : request_(request) {}
  [[nodiscard]] const std::string& last_user();  ///< "" without a user message
  [[nodiscard]] const std::string& system();     ///< all system and developer messages, a line end between two
  [[nodiscard]] const std::vector<std::string>& all();
  [[nodiscard]] const std::string& prompt();  ///< all messages, a line end between two

 private:
  const ChatRequest& request_;
  std::optional<std::string> last_user_;
  std::optional<std::string> system_;
  std::optional<std::vector<std::string>> all_;
  std::optional<std::string> prompt_;
};

}  // namespace assay::stub
