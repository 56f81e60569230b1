#pragma once
/// What the protocols over the HTTP port share: the request's frame, and an attempt whose answer comes as a whole.

#include "runner/endpoints/chat_errors.hpp"

#include <assay/core/endpoint.hpp>
#include <assay/core/http.hpp>

#include <boost/asio/awaitable.hpp>

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <variant>

namespace assay::endpoints {

/// A server of a protocol, and how to identify oneself to it.
struct HttpAccess {
  std::string model;
  std::string api_key;  ///< empty: no Authorization header
  HttpHeaders headers;
};

/// `url` with `path` before its query, unless it ends in it.
[[nodiscard]] Url with_path(Url url, std::string_view path);

/// Errors: `invalid` for a key or header that would break out of its line.
[[nodiscard]] Result<void> check_headers(const HttpAccess& access);

/// A POST of JSON without its body.
[[nodiscard]] HttpRequest make_post(const HttpAccess& access, Url url, std::string_view accept);

[[nodiscard]] ChatPeer make_peer(const HttpAccess& access);

/// The attempt around its answer: times, status, request id, and what the endpoint said about trying again. `started`
/// and `now` are on the wall clock.
[[nodiscard]] AttemptResult make_attempt(std::variant<Response, Error> answer, const HttpResult& http, WallTime started,
                                         WallTime now);

/// Makes an answer of a body that came with a good status.
using ReadAnswer = std::function<std::variant<Response, Error>(std::string_view body)>;

/// How a whole answer is asked for.
struct WholeCall {
  HttpRequest prototype;
  Deadlines deadlines;  ///< of which `first_token` does not count
  std::size_t keep_raw = 0;
  ChatPeer peer;
};

/// Sends `body` and reads the answer as a whole. The references must live until the coroutine ends.
[[nodiscard]] boost::asio::awaitable<AttemptResult> ask_whole(HttpClient& client, const WholeCall& call,
                                                              const std::string& body, const ReadAnswer& read);

}  // namespace assay::endpoints
