#pragma once
/// What an endpoint's refusal means, and what to do about it.

#include "runner/endpoints/protocols/openai_chat.hpp"

#include <assay/core/error.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace assay::endpoints {

/// What a hint may speak of.
enum class PeerKind { model, application, program };

/// Who was asked. `secrets` never show in a message, even where the endpoint repeats them.
struct ChatPeer {
  std::string model;
  std::vector<std::string> secrets;
  PeerKind kind = PeerKind::model;
};

/// For an HTTP status outside 2xx and the body that came with it, JSON or not.
[[nodiscard]] Error status_error(int status, std::string_view body, const ChatPeer& peer);

/// For an error object in an answer with a good status, whole or in the middle of a stream.
[[nodiscard]] Error provider_error(const ProviderError& error, const ChatPeer& peer);

/// For a body that is no chat answer. `what` is a sentence's beginning: `the answer is not JSON`.
[[nodiscard]] Error foreign_answer(std::string_view what, std::string_view body, const ChatPeer& peer);

/// For an answer that ended before it was complete; another attempt may fare better.
[[nodiscard]] Error cut_off_answer(std::string_view what);

/// The kind that an HTTP status alone stands for.
[[nodiscard]] ErrorKind kind_of_status(int status);

/// The kind that an error object's type and code stand for; `rejected` if they say nothing known.
[[nodiscard]] ErrorKind kind_of_error(const ProviderError& error);

}  // namespace assay::endpoints
