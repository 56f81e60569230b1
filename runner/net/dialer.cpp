#include "runner/net/dialer.hpp"

#include "runner/net/messages.hpp"

#include <boost/asio/error.hpp>
#include <fmt/format.h>

#include <cerrno>

namespace assay::net {

namespace {

using boost::asio::awaitable;
using boost::system::error_code;

struct HeadOnly final : ResponseParser::Events {
  void on_head(HttpHead seen) override { head = std::move(seen); }
  void on_body(std::string_view) override {}
  HttpHead head;
};

Error refused_by_proxy(int status, const std::string& proxy, const std::string& target) {
  Error error{ErrorKind::transport, fmt::format("the proxy {} answered {} to CONNECT {}", proxy, status, target),
              "look whether the proxy may reach the server, or name the host in NO_PROXY"};
  if (status == 407) {
    error.kind = ErrorKind::auth;
    error.hint = "write the proxy's user and password into its address: http://user:password@host:port";
  } else if (status == 401 || status == 403) {
    error.kind = ErrorKind::auth;
  }
  return error;
}

}  // namespace

Dialer::Dialer(Executor loop, Proxies proxies, TlsContext tls, std::string user_agent)
    : loop_(loop),
      proxies_(std::move(proxies)),
      tls_(std::move(tls)),
      user_agent_(std::move(user_agent)),
      resolver_(loop) {}

awaitable<Result<std::unique_ptr<Connection>>> Dialer::dial(const Url& url, Watch::Guard& guard, TimePoint due) {
  const Proxy* proxy = proxies_.find(url);
  const std::string& host = proxy != nullptr ? proxy->host : url.host;
  const std::string& port = proxy != nullptr ? proxy->port : url.port;

  guard.until(due);
  Resolver::Endpoints endpoints;
  const error_code resolved = co_await resolver_.resolve(host, port, guard, endpoints);
  if (resolved) co_return unknown_host(host, resolved);

  auto connection = std::make_unique<Connection>(loop_);
  const error_code connected = co_await connect(connection->channel.socket(), endpoints, guard, due);
  if (connected) co_return not_connected(host_port(host, port), connected);
  guard.until(due);
  connection->channel.prepare();

  if (url.tls) {
    if (proxy != nullptr) {
      const Result<void> through = co_await tunnel(*connection, url, *proxy, guard);
      if (!through) co_return through.error();
    }
    const Result<void> safe = co_await secure(*connection, url, guard);
    if (!safe) co_return safe.error();
  }
  co_return connection;
}

awaitable<error_code> Dialer::connect(Socket& socket, const Resolver::Endpoints& endpoints, Watch::Guard& guard,
                                      TimePoint due) {
  error_code ec = boost::asio::error::host_not_found;
  for (std::size_t i = 0; i < endpoints.size(); ++i) {
    // An address that swallows packets must leave time for the others.
    const TimePoint now = SteadyClock::now();
    const auto left = static_cast<Duration::rep>(endpoints.size() - i);
    const bool last = i + 1 == endpoints.size();
    guard.until(last || due <= now ? due : now + (due - now) / left);
    if (guard.abort() != Watch::Abort::none) co_return boost::asio::error::operation_aborted;

    socket.close(ec);
    socket.open(endpoints[i].protocol(), ec);
    if (ec) continue;
    guard.socket = &socket;
    auto [failed] = co_await socket.async_connect(endpoints[i], kNoThrow);
    guard.socket = nullptr;
    ec = failed;
    if (guard.abort() == Watch::Abort::none && !ec) co_return ec;
    if (guard.abort() != Watch::Abort::none && !ec) ec = boost::asio::error::operation_aborted;
    if (guard.abort() == Watch::Abort::cancelled) co_return ec;
  }
  co_return ec;
}

awaitable<Result<void>> Dialer::tunnel(Connection& connection, const Url& url, const Proxy& proxy,
                                       Watch::Guard& guard) {
  const std::string target = host_port(url.host, url.port);
  std::string request = fmt::format("CONNECT {0} HTTP/1.1\r\nHost: {0}\r\n", target);
  if (!user_agent_.empty()) request += "User-Agent: " + user_agent_ + "\r\n";
  if (!proxy.authorization.empty()) request += "Proxy-Authorization: " + proxy.authorization + "\r\n";
  request += "\r\n";
  IoResult io = co_await write_all(connection, guard, request);

  HeadOnly answer;
  connection.parser.begin(answer, 0, true);
  auto state = ResponseParser::State::more;
  while (io.state == Io::done && state == ResponseParser::State::more) {
    io = co_await read_some(connection, guard);
    if (io.state != Io::done) break;
    std::size_t used = 0;
    state = connection.parser.feed(connection.in.readable(), used);
    connection.in.consume(used);
  }
  const std::string address = host_port(proxy.host, proxy.port);
  if (state == ResponseParser::State::failed) co_return connection.parser.error();
  if (state == ResponseParser::State::more) {
    const Error why = io.state == Io::eof ? no_answer() : broken(io.error, false);
    co_return Error{why.kind, fmt::format("{} (proxy {})", why.message, address), why.hint};
  }
  if (answer.head.status / 100 != 2) co_return refused_by_proxy(answer.head.status, address, target);
  if (!connection.in.empty()) {
    co_return Error{ErrorKind::protocol, fmt::format("the proxy {} sent bytes before the TLS handshake", address)};
  }
  co_return Result<void>();
}

awaitable<Result<void>> Dialer::secure(Connection& connection, const Url& url, Watch::Guard& guard) {
  connection.channel.secure(tls_.connect(connection.channel.socket().native_handle(), url.host));
  const IoResult io = co_await handshake(connection, guard);
  if (io.state == Io::done) co_return Result<void>();
  co_return connection.channel.tls()->handshake_error();
}

}  // namespace assay::net
