#pragma once
/// Makes connections: address, TCP, proxy, TLS.

#include "runner/net/connection.hpp"
#include "runner/net/proxy.hpp"
#include "runner/net/resolver.hpp"

#include <memory>
#include <string>

namespace assay::net {

/// One client's way out. One loop only.
class Dialer {
 public:
  Dialer(Executor loop, Proxies proxies, TlsContext tls, std::string user_agent);

  /// A connection ready for requests to `url`'s origin, by `due`. The guard's abort explains an error that came of it.
  /// The references outlive it.
  boost::asio::awaitable<Result<std::unique_ptr<Connection>>> dial(const Url& url, Watch::Guard& guard, TimePoint due);

  [[nodiscard]] const Proxies& proxies() const { return proxies_; }

 private:
  boost::asio::awaitable<boost::system::error_code> connect(Socket& socket, const Resolver::Endpoints& endpoints,
                                                            Watch::Guard& guard, TimePoint due);
  boost::asio::awaitable<Result<void>> tunnel(Connection& connection, const Url& url, const Proxy& proxy,
                                              Watch::Guard& guard);
  boost::asio::awaitable<Result<void>> secure(Connection& connection, const Url& url, Watch::Guard& guard);

  Executor loop_;
  Proxies proxies_;
  TlsContext tls_;
  std::string user_agent_;
  Resolver resolver_;
};

}  // namespace assay::net
