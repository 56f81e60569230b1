#include "runner/net/request_writer.hpp"

#include "runner/net/messages.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace assay::net {

namespace {

bool token_char(char c) {
  return c > ' ' && c < 127 && std::string_view("()<>@,;:\\\"/[]?={}").find(c) == std::string_view::npos;
}

bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), token_char);
}

bool breaks_value(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return (byte < ' ' && c != '\t') || byte == 127;
}

bool same_name(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return a.size() == b.size() &&
         std::equal(a.begin(), a.end(), b.begin(), [&](char x, char y) { return lower(x) == lower(y); });
}

bool set_by_client(std::string_view name) {
  static constexpr std::array<std::string_view, 7> kOwn{
      "content-length", "transfer-encoding", "connection", "upgrade", "te", "trailer", "expect"};
  return std::any_of(kOwn.begin(), kOwn.end(), [&](std::string_view own) { return same_name(own, name); });
}

void add_header(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ").append(value).append("\r\n");
}

void add_authority(std::string& out, const Url& url) {
  const bool ipv6 = url.host.find(':') != std::string::npos;
  if (ipv6) out += '[';
  out += url.host;
  if (ipv6) out += ']';
  if (url.port != (url.tls ? "443" : "80")) out.append(":").append(url.port);
}

}  // namespace

Result<void> check_request(const HttpRequest& request) {
  if (!is_token(request.method)) return Error{ErrorKind::invalid, "the HTTP method is not a word", "write POST or GET"};
  const auto& target = request.url.target;
  if (!target.starts_with('/') ||
      std::any_of(target.begin(), target.end(), [](char c) { return c <= ' ' || c > '~'; })) {
    return Error{ErrorKind::invalid, "the path of the address holds white space or control characters",
                 "percent-encode them"};
  }
  for (const auto& [name, value] : request.headers) {
    if (!is_token(name)) {
      return Error{ErrorKind::invalid, fmt::format("'{}' cannot be the name of a header", name),
                   "use letters, digits and hyphens"};
    }
    // The value may be a secret: it is not shown.
    if (std::any_of(value.begin(), value.end(), breaks_value)) {
      return Error{ErrorKind::invalid,
                   fmt::format("the value of the header {} holds a line break or a control character", name),
                   "look for a line end at the end of the variable or file it comes from"};
    }
    if (set_by_client(name)) {
      return Error{ErrorKind::invalid, fmt::format("the header {} is set by Assay itself", name), "leave it out"};
    }
  }
  return {};
}

void write_request(const HttpRequest& request, const std::string& user_agent, const Proxy* proxy, std::string& out) {
  out.clear();
  out.append(request.method).append(" ");
  if (proxy != nullptr) {
    out.append("http://");
    add_authority(out, request.url);
  }
  out.append(request.url.target).append(" HTTP/1.1\r\n");
  bool own_host = false;
  bool own_agent = false;
  bool own_encoding = false;
  for (const auto& [name, value] : request.headers) {
    own_host = own_host || same_name(name, "host");
    own_agent = own_agent || same_name(name, "user-agent");
    own_encoding = own_encoding || same_name(name, "accept-encoding");
  }
  if (!own_host) {
    out.append("Host: ");
    add_authority(out, request.url);
    out.append("\r\n");
  }
  if (!own_agent && !user_agent.empty()) add_header(out, "User-Agent", user_agent);
  if (!own_encoding) add_header(out, "Accept-Encoding", "identity");
  if (proxy != nullptr && !proxy->authorization.empty()) add_header(out, "Proxy-Authorization", proxy->authorization);
  for (const auto& [name, value] : request.headers) add_header(out, name, value);
  if (!request.body.empty() || (request.method != "GET" && request.method != "HEAD")) {
    std::array<char, 24> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), request.body.size()).ptr;
    add_header(out, "Content-Length", {digits.data(), static_cast<std::size_t>(end - digits.data())});
  }
  out.append("\r\n").append(request.body);
}

}  // namespace assay::net
