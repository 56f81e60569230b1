#pragma once
/// One request and its answer over one connection.

#include "runner/net/dialer.hpp"
#include "runner/net/messages.hpp"
#include "runner/net/pool.hpp"

#include <assay/net/client.hpp>

#include <memory>

namespace assay::net {

/// What the exchanges of a client share. One loop only.
struct ClientCore {
  ClientCore(Executor loop, ClientOptions settings, Proxies proxies, TlsContext tls);

  ClientOptions options;
  std::shared_ptr<Watch> watch;
  Dialer dialer;
  Pool pool;
  bool cancelled = false;
};

/// Lives in the coroutine that runs it.
class Exchange final : ResponseParser::Events {
 public:
  Exchange(ClientCore& core, const HttpRequest& request, const Deadlines& deadlines, BodySink& sink);

  boost::asio::awaitable<void> run();
  [[nodiscard]] HttpResult take_result();

 private:
  void on_head(HttpHead head) override;
  void on_body(std::string_view bytes) override;

  boost::asio::awaitable<void> connect();
  boost::asio::awaitable<void> talk();
  boost::asio::awaitable<ResponseParser::State> receive();
  boost::asio::awaitable<bool> drain();
  ResponseParser::State feed();
  void await_more();
  void fail(const IoResult& io);
  void keep();

  ClientCore& core_;
  const HttpRequest& request_;
  const Deadlines& deadlines_;
  BodySink& sink_;
  HttpResult result_;
  Watch::Guard guard_;
  std::unique_ptr<Connection> connection_;
  Due due_;            ///< what the guard is set to
  TimePoint arrival_;  ///< of the bytes that are being parsed
  IoResult last_;      ///< of the last read or write
  bool content_seen_ = false;
  bool done_seen_ = false;
};

}  // namespace assay::net
