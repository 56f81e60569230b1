#pragma once
/// The HTTP client over Beast and OpenSSL: keep-alive pools, TLS, proxies, deadlines.

#include <assay/core/http.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace assay::net {

/// Proxies as the environment names them (`HTTPS_PROXY`, `HTTP_PROXY`, `NO_PROXY`, also in lower case).
struct ProxySettings {
  std::string https;  ///< URL, empty for none
  std::string http;
  std::vector<std::string> no_proxy;  ///< hosts, `.suffix`, `*`, host:port
};

struct ClientOptions {
  std::optional<std::string> ca_file;  ///< PEM, beside the system's authorities
  ProxySettings proxy;
  std::size_t max_connections = 1024;            ///< kept for each origin
  Duration keep_idle = std::chrono::seconds(4);  ///< how long a connection is kept unused; uvicorn closes after 5 s
  std::size_t max_body = 64u << 20;              ///< bytes of an answer; more is a `protocol` error
  std::string user_agent;
};

/// Errors: `invalid` for a CA file that cannot be read or a proxy address that is none.
[[nodiscard]] Result<std::unique_ptr<HttpClient>> make_http_client(boost::asio::any_io_executor loop,
                                                                   const ClientOptions& options);

/// True if `host` goes past the proxy.
[[nodiscard]] bool bypasses_proxy(const ProxySettings& proxy, const std::string& host, const std::string& port);

}  // namespace assay::net
