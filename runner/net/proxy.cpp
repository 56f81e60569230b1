#include "runner/net/proxy.hpp"

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>
#include <openssl/evp.h>

#include <algorithm>
#include <cstdint>

namespace assay::net {

namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](char c) { return lower(c); });
  return out;
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char l = lower(c);
  return l >= 'a' && l <= 'f' ? l - 'a' + 10 : -1;
}

std::string percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size()) {
      const int high = hex_digit(text[i + 1]);
      const int low = hex_digit(text[i + 2]);
      if (high >= 0 && low >= 0) {
        out += static_cast<char>(high * 16 + low);
        i += 2;
        continue;
      }
    }
    out += text[i];
  }
  return out;
}

std::string base64(std::string_view bytes) {
  std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0');  // OpenSSL ends it with a zero
  const int size =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                      reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(size));
  return text;
}

bool in_network(const std::string& host, const std::string& network) {
  boost::system::error_code ec;
  const auto address = boost::asio::ip::make_address(host, ec);
  if (ec) return false;
  if (address.is_v4()) {
    const auto v4 = boost::asio::ip::make_network_v4(network, ec);
    return !ec && boost::asio::ip::make_network_v4(address.to_v4(), v4.prefix_length()).canonical() == v4.canonical();
  }
  const auto v6 = boost::asio::ip::make_network_v6(network, ec);
  if (ec) return false;
  return boost::asio::ip::make_network_v6(address.to_v6(), v6.prefix_length()).canonical() == v6.canonical();
}

/// One entry of NO_PROXY against a lower-case host.
bool matches(std::string entry, const std::string& host, const std::string& port) {
  if (entry == "*") return true;
  if (entry.find('/') != std::string::npos) return in_network(host, entry);
  if (entry.starts_with('[')) {
    const auto close = entry.find(']');
    if (close == std::string::npos) return false;
    const std::string rest = entry.substr(close + 1);
    return entry.substr(1, close - 1) == host && (rest.empty() || rest == ":" + port);
  }
  if (std::count(entry.begin(), entry.end(), ':') == 1) {
    const auto colon = entry.find(':');
    if (entry.substr(colon + 1) != port) return false;
    entry.resize(colon);
  }
  if (entry.starts_with("*.")) entry.erase(0, 1);
  if (entry.empty() || entry == ".") return false;
  if (entry.starts_with('.')) return host.ends_with(entry) || host == entry.substr(1);
  return host == entry || host.ends_with("." + entry);
}

Error bad_proxy(const std::string& what) {
  return Error{ErrorKind::invalid, "the proxy's address cannot be used: " + what, "write http://host:port"};
}

}  // namespace

bool bypasses_proxy(const ProxySettings& proxy, const std::string& host, const std::string& port) {
  const std::string name = lower(host);
  return std::any_of(proxy.no_proxy.begin(), proxy.no_proxy.end(),
                     [&](const std::string& entry) { return matches(lower(entry), name, port); });
}

Result<Proxy> parse_proxy(std::string_view text) {
  const auto scheme_end = text.find("://");
  if (scheme_end != std::string_view::npos) {
    if (lower(text.substr(0, scheme_end)) != "http") return bad_proxy("only http:// proxies are spoken to");
    text.remove_prefix(scheme_end + 3);
  }
  Proxy proxy;
  text = text.substr(0, text.find('/'));
  const auto at = text.rfind('@');
  if (at != std::string_view::npos) {
    proxy.authorization = "Basic " + base64(percent_decoded(text.substr(0, at)));
    text.remove_prefix(at + 1);
  }
  const auto url = parse_url("http://" + std::string(text));
  if (!url) return bad_proxy("no host and port can be read from it");
  proxy.host = url->host;
  proxy.port = url->port;
  return proxy;
}

Result<Proxies> make_proxies(const ProxySettings& settings) {
  Proxies proxies;
  proxies.settings = settings;
  if (!settings.https.empty()) {
    auto proxy = parse_proxy(settings.https);
    if (!proxy) return proxy.error();
    proxies.https = std::move(*proxy);
  }
  if (!settings.http.empty()) {
    auto proxy = parse_proxy(settings.http);
    if (!proxy) return proxy.error();
    proxies.http = std::move(*proxy);
  }
  return proxies;
}

const Proxy* Proxies::find(const Url& url) const {
  const auto& proxy = url.tls ? https : http;
  if (!proxy || bypasses_proxy(settings, url.host, url.port)) return nullptr;
  return &*proxy;
}

}  // namespace assay::net
