#include <assay/core/http.hpp>

#include <algorithm>
#include <charconv>

namespace assay {

namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool same_name(std::string_view a, std::string_view b) {
  return a.size() == b.size() &&
         std::equal(a.begin(), a.end(), b.begin(), [](char x, char y) { return lower(x) == lower(y); });
}

bool alphanumeric(char c) {
  const char l = lower(c);
  return (l >= 'a' && l <= 'z') || (c >= '0' && c <= '9');
}

Error bad_url(std::string_view text, std::string what) {
  // Only up to the path: a query may hold a key.
  const auto shown = text.substr(0, std::min<std::size_t>(text.find('?'), 200));
  return Error{ErrorKind::invalid, "'" + std::string(shown) + "' is not an address: " + what,
               "write http://host:port/path or https://host/path"};
}

bool valid_name(std::string_view host) {
  return !host.empty() && host.size() <= 253 && std::all_of(host.begin(), host.end(), [](char c) {
    return alphanumeric(c) || c == '-' || c == '.' || c == '_';
  });
}

bool valid_ipv6(std::string_view host) {
  return host.size() >= 2 && host.size() <= 45 && host.find(':') != std::string_view::npos &&
         host.find_first_not_of("0123456789abcdefABCDEF:.") == std::string_view::npos;
}

bool valid_port(std::string_view port) {
  int number = 0;
  const auto [end, ec] = std::from_chars(port.data(), port.data() + port.size(), number);
  return ec == std::errc() && end == port.data() + port.size() && number > 0 && number <= 65535 && port.front() != '-';
}

/// Splits `host:port` or `[v6]:port`; false if the brackets do not match.
bool split_authority(std::string_view authority, std::string_view& host, std::string_view& port, bool& ipv6) {
  ipv6 = authority.starts_with('[');
  std::size_t colon = 0;
  if (ipv6) {
    const auto close = authority.find(']');
    if (close == std::string_view::npos) return false;
    host = authority.substr(1, close - 1);
    colon = close + 1;
    if (colon < authority.size() && authority[colon] != ':') return false;
  } else {
    colon = std::min(authority.find(':'), authority.size());
    host = authority.substr(0, colon);
  }
  port = colon < authority.size() ? authority.substr(colon + 1) : std::string_view();
  return colon == authority.size() || !port.empty();
}

}  // namespace

Result<Url> parse_url(std::string_view text) {
  const auto scheme_end = text.find("://");
  if (scheme_end == std::string_view::npos) return bad_url(text, "http:// or https:// is missing");
  Url url;
  const auto scheme = text.substr(0, scheme_end);
  url.tls = same_name(scheme, "https");
  if (!url.tls && !same_name(scheme, "http")) return bad_url(text, "only http and https are spoken");
  if (text.find_first_of("#") != std::string_view::npos) return bad_url(text, "a fragment (#…) is never sent");
  if (std::any_of(text.begin(), text.end(), [](char c) { return c <= ' ' || c > '~'; })) {
    return bad_url(text, "it holds white space or a character that must be percent-encoded");
  }

  const auto rest = text.substr(scheme_end + 3);
  const auto authority_end = std::min(rest.find_first_of("/?"), rest.size());
  const auto authority = rest.substr(0, authority_end);
  if (authority.find('@') != std::string_view::npos) {
    return Error{ErrorKind::invalid, "the address holds a user name or a password",
                 "leave them out and name the key's variable with api_key_env"};
  }
  std::string_view host;
  std::string_view port;
  bool ipv6 = false;
  if (!split_authority(authority, host, port, ipv6)) return bad_url(text, "host and port cannot be told apart");
  if (ipv6 ? !valid_ipv6(host) : !valid_name(host)) return bad_url(text, "the host is missing or malformed");
  if (!port.empty() && !valid_port(port)) return bad_url(text, "the port is not a number from 1 to 65535");

  url.host.resize(host.size());
  std::transform(host.begin(), host.end(), url.host.begin(), lower);
  url.port = port.empty() ? (url.tls ? "443" : "80") : std::string(port);
  url.target = std::string(rest.substr(authority_end));
  if (!url.target.starts_with('/')) url.target.insert(url.target.begin(), '/');
  return url;
}

std::string origin(const Url& url) {
  std::string text = url.tls ? "https://" : "http://";
  const bool ipv6 = url.host.find(':') != std::string::npos;
  text += ipv6 ? "[" + url.host + "]" : url.host;
  if (url.port != (url.tls ? "443" : "80")) text += ":" + url.port;
  return text;
}

std::optional<std::string_view> find_header(const HttpHeaders& headers, std::string_view name) {
  for (const auto& [key, value] : headers) {
    if (same_name(key, name)) return value;
  }
  return std::nullopt;
}

}  // namespace assay
