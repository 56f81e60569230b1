#pragma once
/// The endpoint port: one attempt of one call to a model. Retries live elsewhere.

#include <assay/core/transcript.hpp>

#include <boost/asio/awaitable.hpp>

#include <optional>
#include <span>
#include <string>
#include <variant>

namespace assay {

/// What is asked. A view, encoded once and sent as often as needed. `params` is a JSON object as text, passed on
/// unchanged.
struct Request {
  std::span<const Message> messages;
  std::string_view params = "{}";
  std::string_view schema;  ///< JSON Schema of the answer, as text; empty: free text. A protocol without it ignores it
  bool logprobs = false;    ///< asks for `Logprobs` beside the answer, where the protocol has them
};

/// One attempt and what the endpoint said about trying again.
struct AttemptResult {
  std::variant<Response, Error> result = Error{};
  WallTime started;
  Duration duration{};
  int status = 0;
  std::string request_id;
  std::optional<Duration> retry_after;  ///< from Retry-After or x-ratelimit-reset-*; counted from the attempt's end
};

/// A model behind a protocol. One loop only; not thread-safe.
class Endpoint {
 public:
  virtual ~Endpoint() = default;
  /// The request's body, as it will be sent.
  [[nodiscard]] virtual std::string encode(const Request& request) const = 0;
  /// Sends `body` once and reads the whole answer. `body` must live until the coroutine ends. Never throws for trouble
  /// on the wire.
  virtual boost::asio::awaitable<AttemptResult> attempt(const std::string& body) = 0;
};

}  // namespace assay
