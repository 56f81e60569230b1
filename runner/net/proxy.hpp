#pragma once
/// Proxies: who uses one, and what is said to it.

#include <assay/net/client.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace assay::net {

struct Proxy {
  std::string host;
  std::string port;
  std::string authorization;  ///< value of Proxy-Authorization; empty without user info
};

/// Reads `http://user:password@host:port`, or the same without a scheme. Errors: `invalid`.
[[nodiscard]] Result<Proxy> parse_proxy(std::string_view text);

/// The proxies of one client, ready to use.
struct Proxies {
  ProxySettings settings;
  std::optional<Proxy> https;
  std::optional<Proxy> http;

  /// The proxy for `url`, or nullptr.
  [[nodiscard]] const Proxy* find(const Url& url) const;
};

[[nodiscard]] Result<Proxies> make_proxies(const ProxySettings& settings);

}  // namespace assay::net
