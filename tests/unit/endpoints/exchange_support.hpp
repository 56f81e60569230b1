#pragma once
/// Plays an HTTP answer into an exchange, cut as the test likes.

#include "runner/endpoints/chat_exchange.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace assay::endpoints {

struct Played {
  int status = 200;
  HttpHeaders headers = {{"content-type", "text/event-stream"}};
  std::vector<std::string> arrivals = {};
  std::optional<Error> error = {};  ///< of the wire, after the arrivals
  std::size_t keep_raw = 1u << 20;
  Duration apart = std::chrono::milliseconds(10);  ///< between arrivals
};

inline const ChatPeer& test_peer() {
  static const ChatPeer peer{"m-1", {"sk-secret-key"}};
  return peer;
}

/// The n-th arrival (from 1) comes at n × `apart` after the start; the end is at 1 s.
inline AttemptResult play(const Played& played) {
  using namespace std::chrono_literals;
  ChatExchange exchange(test_peer(), played.keep_raw);
  exchange.begin();
  HttpResult http;
  http.head = {played.status, played.headers};
  http.error = played.error;
  http.started = TimePoint(5s);
  http.ended = http.started + 1s;
  if (played.status != 0) exchange.on_head(http.head);
  auto at = http.started;
  for (const auto& bytes : played.arrivals) {
    at += played.apart;
    if (exchange.on_body(bytes, at) == BodySink::Seen::done) break;
  }
  return exchange.finish(http, WallTime{1'000}, WallTime{2'000});
}

inline const Response* response_of(const AttemptResult& result) {
  return std::get_if<Response>(&result.result);
}

inline const Error* error_of(const AttemptResult& result) {
  return std::get_if<Error>(&result.result);
}

}  // namespace assay::endpoints
