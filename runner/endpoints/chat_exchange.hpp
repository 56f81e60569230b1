#pragma once
/// One attempt's answer as it arrives: finds out what it is, decodes it, takes the times.

#include "runner/endpoints/chat_errors.hpp"
#include "runner/endpoints/protocols/openai_chat.hpp"
#include "runner/endpoints/sse.hpp"

#include <assay/core/endpoint.hpp>
#include <assay/core/http.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace assay::endpoints {

/// Takes a stream of chunks or a whole body, whichever comes: servers answer a streamed request with a whole body, and
/// the other way round. Can be used again after `begin`; keeps its buffers.
class ChatExchange final : public BodySink {
 public:
  /// `peer` outlives it. At most `keep_raw` bytes of the body become `Response::raw`.
  ChatExchange(const ChatPeer& peer, std::size_t keep_raw);

  void begin();
  void on_head(const HttpHead& head) override;
  Seen on_body(std::string_view bytes, TimePoint at) override;

  /// What became of the attempt. `started` and `now` are on the wall clock.
  [[nodiscard]] AttemptResult finish(const HttpResult& http, WallTime started, WallTime now);

 private:
  /// `failure`: a status outside 2xx, whatever the body.
  enum class Form { undecided, whole, events, foreign, failure };

  void decide(char first);
  Seen take_events(std::string_view bytes, TimePoint at);
  /// True if nothing more is wanted.
  bool take_event(const SseEvent& event, TimePoint at, bool& seen_content);
  void note_content(TimePoint at);
  void keep(std::string_view bytes, std::size_t most);

  [[nodiscard]] std::variant<Response, Error> conclude(const HttpResult& http);
  [[nodiscard]] std::variant<Response, Error> conclude_events(const HttpResult& http);
  [[nodiscard]] std::variant<Response, Error> conclude_whole(const HttpResult& http);
  [[nodiscard]] Response answered(const HttpResult& http);

  const ChatPeer& peer_;
  std::size_t keep_raw_;
  Form form_ = Form::undecided;
  std::string content_type_;
  std::string body_;  ///< all of a whole body, the first `keep_raw_` bytes of a stream
  SseParser sse_;
  ChatAnswer answer_;
  std::optional<Error> fault_;  ///< of the stream
  bool any_event_ = false;
  bool done_ = false;  ///< the stream's end mark was read
  std::optional<TimePoint> first_at_;
  TimePoint last_at_;
  TimePoint last_cut_;  ///< in whole microseconds after the first
  std::vector<Duration> gaps_;
};

}  // namespace assay::endpoints
