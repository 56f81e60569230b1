#pragma once
/// An HTTP client without a network, and one attempt on a loop of its own.

#include <assay/core/endpoint.hpp>
#include <assay/core/http.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <gtest/gtest.h>

#include <chrono>
#include <deque>
#include <string>
#include <utility>
#include <vector>

namespace assay::endpoints {

/// Records what is sent and answers with given bytes, a few at a time: with those of `answers` in turn, else always
/// with `head` and `body`.
class FakeClient : public HttpClient {
 public:
  HttpHead head = {200, {{"content-type", "application/json"}}};
  std::string body;
  std::deque<std::pair<int, std::string>> answers;  ///< status and body
  std::size_t piece = 7;
  std::vector<HttpRequest> requests;
  Deadlines deadlines;

  boost::asio::awaitable<HttpResult> send(const HttpRequest& request, const Deadlines& bounds,
                                          BodySink& sink) override {
    using namespace std::chrono_literals;
    requests.push_back(request);
    deadlines = bounds;
    HttpResult result;
    result.started = TimePoint(1s);
    result.connect = 3ms;
    result.head = head;
    std::string bytes = body;
    if (!answers.empty()) {
      result.head.status = answers.front().first;
      bytes = std::move(answers.front().second);
      answers.pop_front();
    }
    sink.on_head(result.head);
    auto at = result.started;
    for (std::size_t from = 0; from < bytes.size(); from += piece) {
      co_await boost::asio::post(boost::asio::use_awaitable);
      at += 1ms;
      if (sink.on_body(std::string_view(bytes).substr(from, piece), at) == BodySink::Seen::done) break;
    }
    result.ended = at;
    co_return result;
  }
  void cancel() override {}
};

inline AttemptResult attempt(Endpoint& endpoint, const std::string& body) {
  boost::asio::io_context loop(1);
  AttemptResult result;
  boost::asio::co_spawn(loop, endpoint.attempt(body), [&](const std::exception_ptr& e, AttemptResult r) {
    EXPECT_FALSE(e);
    result = std::move(r);
  });
  loop.run();
  return result;
}

/// As a run does it: encoded, then sent.
inline AttemptResult ask(Endpoint& endpoint, const Request& request) {
  return attempt(endpoint, endpoint.encode(request));
}

inline std::string text_of(const AttemptResult& result) {
  const auto* response = std::get_if<Response>(&result.result);
  return response ? text_of(response->message) : "error: " + std::get<Error>(result.result).message;
}

}  // namespace assay::endpoints
