#include "runner/cassette/key.hpp"

#include "runner/cassette/words.hpp"

#include <assay/core/digest.hpp>
#include <assay/core/http.hpp>

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>

namespace assay::cassette {
namespace {

constexpr std::string_view kPrefix = "sha256:";
constexpr std::string_view kLocal = "local";

// Six fields of the line, sorted: whoever has the line can hash it again.
std::string hashed(std::string_view api, std::string_view host, std::string_view messages, std::string_view model,
                   std::string_view params, std::string_view sample) {
  std::string text;
  text.reserve(api.size() + host.size() + messages.size() + model.size() + params.size() + 80);
  text.append(R"({"api":)").append(api);
  text.append(R"(,"host":)").append(host);
  text.append(R"(,"messages":)").append(messages);
  text.append(R"(,"model":)").append(model);
  text.append(R"(,"params":)").append(params);
  text.append(R"(,"sample":)").append(sample).append("}");
  return to_string(sha256(text));
}

std::string json_text(std::string_view text) {
  std::string out;
  add_string(out, text);
  return out;
}

bool loopback(const std::string& host) {
  if (host == "localhost" || host.ends_with(".localhost")) return true;
  in_addr v4{};
  if (inet_pton(AF_INET, host.c_str(), &v4) == 1) return ntohl(v4.s_addr) >> 24U == 127;
  in6_addr v6{};
  return inet_pton(AF_INET6, host.c_str(), &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
}

}  // namespace

std::string url_class(std::string_view url) {
  if (url.starts_with("stub:")) return std::string(kLocal);
  const auto parsed = parse_url(url);
  if (!parsed) return "";  // nothing can be asked there
  return loopback(parsed->host) ? std::string(kLocal) : parsed->host;
}

std::string canonical_params(std::string_view params) {
  if (params.empty() || params == "{}") return "{}";
  const auto json = parse_json(params);
  return json ? canonical_json(*json) : json_text(params);
}

std::string key_of(const Peer& peer, const Request& request, std::uint32_t sample) {
  std::string messages;
  add_messages(messages, request.messages);
  return hashed(json_text(peer.api), json_text(peer.host), messages, json_text(peer.model),
                canonical_params(request.params), std::to_string(sample));
}

std::string key_of_line(const Json& line) {
  const auto at = [&line](const char* key) {
    const auto found = line.find(key);
    return found == line.end() ? std::string("null") : canonical_json(*found);
  };
  return hashed(at("api"), at("host"), at("messages"), at("model"), at("params"), at("sample"));
}

bool is_key(std::string_view text) {
  return text.size() == kPrefix.size() + 64 && text.starts_with(kPrefix) &&
         text.find_first_not_of("0123456789abcdef", kPrefix.size()) == std::string_view::npos;
}

std::uint64_t short_key(std::string_view key) {
  std::uint64_t value = 0;
  if (is_key(key)) std::from_chars(key.data() + kPrefix.size(), key.data() + kPrefix.size() + 16, value, 16);
  return value;
}

}  // namespace assay::cassette
