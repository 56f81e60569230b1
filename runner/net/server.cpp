#include "runner/net/messages.hpp"
#include "runner/net/peer.hpp"

#include <assay/net/server.hpp>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ip/address.hpp>
#include <fmt/format.h>

#include <exception>

namespace assay::net {

namespace {

using boost::system::error_code;

constexpr boost::asio::as_tuple_t<boost::asio::use_awaitable_t<Executor>> kToken{
    boost::asio::use_awaitable_t<Executor>()};
constexpr int kBacklog = 4096;
/// After an accept failed for want of descriptors or memory.
constexpr std::chrono::milliseconds kAcceptPause{50};
/// Connections taken before the others get the loop again. One a turn would be too few: under load a turn serves every
/// connection there is, and five thousand that come at once would be let in one by one.
constexpr int kAcceptBatch = 256;

/// The acceptor outlives the server object: its coroutine ends a turn of the loop later.
struct Listener {
  explicit Listener(Executor loop) : core(std::make_shared<ServerCore>(loop)), acceptor(loop), timer(loop) {}

  std::shared_ptr<ServerCore> core;
  Acceptor acceptor;
  Timer timer;
};

void rethrow(const std::exception_ptr& error) {
  if (error) std::rethrow_exception(error);
}

Peer::Task<void> talk(std::shared_ptr<ServerCore> core, Socket socket) {
  Peer peer(std::move(core), std::move(socket));
  co_await peer.run();
}

void welcome(Listener& listener, Socket socket) {
  ++listener.core->accepted;
  boost::asio::co_spawn(listener.core->loop, talk(listener.core, std::move(socket)), rethrow);
}

/// Takes what else is waiting.
error_code accept_more(Listener& listener) {
  error_code ec;
  for (int i = 1; i < kAcceptBatch; ++i) {
    Socket socket(listener.core->loop);
    listener.acceptor.accept(socket, ec);
    if (ec) return ec;
    welcome(listener, std::move(socket));
  }
  return ec;
}

bool lacks_something(const error_code& ec) {
  return ec && ec != boost::asio::error::connection_aborted && ec != boost::asio::error::would_block;
}

Peer::Task<void> listen(std::shared_ptr<Listener> listener) {
  while (!listener->core->stopped) {
    Socket socket(listener->core->loop);
    auto [ec] = co_await listener->acceptor.async_accept(socket, kToken);
    if (listener->core->stopped) co_return;
    if (!ec) {
      welcome(*listener, std::move(socket));
      ec = accept_more(*listener);
    }
    if (lacks_something(ec)) {
      listener->timer.expires_after(kAcceptPause);
      co_await listener->timer.async_wait(kToken);
    }
  }
}

class TcpServer final : public Server {
 public:
  TcpServer(std::shared_ptr<Listener> listener, std::uint16_t port) : listener_(std::move(listener)), port_(port) {}
  TcpServer(const TcpServer&) = delete;
  TcpServer& operator=(const TcpServer&) = delete;
  ~TcpServer() override { halt(); }

  [[nodiscard]] std::uint16_t port() const override { return port_; }
  [[nodiscard]] std::uint64_t accepted() const override { return listener_->core->accepted; }
  void stop() override { halt(); }

 private:
  void halt() {
    error_code ignored;
    listener_->core->stopped = true;
    listener_->acceptor.close(ignored);
    listener_->timer.cancel();
    for (Peer* peer = listener_->core->first; peer != nullptr; peer = peer->next()) peer->stop();
  }

  std::shared_ptr<Listener> listener_;
  std::uint16_t port_;
};

Error cannot_listen(const std::string& address, const error_code& ec) {
  std::string hint = "choose another address or port";
  if (ec == boost::asio::error::address_in_use) hint = "stop what listens there, choose another port, or 0 for any";
  if (ec == boost::asio::error::access_denied) hint = "choose a port from 1024 up";
  return Error{ErrorKind::usage, fmt::format("cannot listen on {}: {}", address, ec.message()), hint};
}

error_code open(Acceptor& acceptor, const Tcp::endpoint& at) {
  error_code ec;
  acceptor.open(at.protocol(), ec);
  if (!ec) acceptor.set_option(Acceptor::reuse_address(true), ec);
  if (!ec) acceptor.bind(at, ec);
  if (!ec) acceptor.listen(kBacklog, ec);
  if (!ec) acceptor.non_blocking(true, ec);
  return ec;
}

}  // namespace

Result<std::unique_ptr<Server>> serve(boost::asio::any_io_executor loop, const ServerOptions& options,
                                      Handler handler) {
  const auto* executor = loop.target<Executor>();
  if (executor == nullptr) return Error{ErrorKind::internal, "the server needs the executor of an io_context"};
  auto listener = std::make_shared<Listener>(*executor);
  listener->core->handler = std::move(handler);
  listener->core->max_body = options.max_body;
  if (options.certificate.has_value() != options.private_key.has_value()) {
    return Error{ErrorKind::usage, "https needs a certificate and a private key", "name both PEM files"};
  }
  if (options.certificate) {
    auto tls = TlsContext::server(*options.certificate, *options.private_key);
    if (!tls) return tls.error();
    listener->core->tls.emplace(std::move(*tls));
  }

  error_code ec;
  const std::string host = options.host == "localhost" ? "127.0.0.1" : options.host;
  const auto address = boost::asio::ip::make_address(host, ec);
  if (ec) {
    return Error{ErrorKind::usage, fmt::format("'{}' is not an IP address to listen on", options.host),
                 "write 127.0.0.1, or 0.0.0.0 for every interface"};
  }
  ec = open(listener->acceptor, Tcp::endpoint(address, options.port));
  if (ec) return cannot_listen(host_port(host, std::to_string(options.port)), ec);
  const std::uint16_t port = listener->acceptor.local_endpoint(ec).port();
  boost::asio::co_spawn(*executor, listen(listener), rethrow);
  return std::unique_ptr<Server>(std::make_unique<TcpServer>(std::move(listener), port));
}

}  // namespace assay::net
