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

/// Fields of the line as canonical JSON; the last two are empty where they are not asked for.
struct Fields {
  std::string api;
  std::string host;
  std::string messages;
  std::string model;
  std::string params;
  std::string sample;
  std::string logprobs;
  std::string schema;
};

// Sorted: whoever has the line can hash it again.
std::string hashed(const Fields& fields) {
  std::string text;
  text.reserve(fields.api.size() + fields.host.size() + fields.messages.size() + fields.model.size() +
               fields.params.size() + fields.schema.size() + 110);
  text.append(R"({"api":)").append(fields.api);
  text.append(R"(,"host":)").append(fields.host);
  if (!fields.logprobs.empty()) text.append(R"(,"logprobs":)").append(fields.logprobs);
  text.append(R"(,"messages":)").append(fields.messages);
  text.append(R"(,"model":)").append(fields.model);
  text.append(R"(,"params":)").append(fields.params);
  text.append(R"(,"sample":)").append(fields.sample);
  if (!fields.schema.empty()) text.append(R"(,"schema":)").append(fields.schema);
  return to_string(sha256(text.append("}")));
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

Json schema_of(std::string_view text) {
  if (text.empty()) return {};
  // In a list, so that the limit of depth holds where it will stand.
  const auto json = parse_json("[" + std::string(text) + "]");
  return json && json->size() == 1 ? json->front() : Json(text);
}

std::string key_of(const Peer& peer, const Request& request, std::uint32_t sample) {
  std::string messages;
  add_messages(messages, request.messages);
  return hashed({.api = json_text(peer.api),
                 .host = json_text(peer.host),
                 .messages = std::move(messages),
                 .model = json_text(peer.model),
                 .params = canonical_params(request.params),
                 .sample = std::to_string(sample),
                 .logprobs = request.logprobs ? "true" : "",
                 .schema = request.schema.empty() ? "" : canonical_json(schema_of(request.schema))});
}

std::string key_of_line(const Json& line) {
  const auto at = [&line](const char* key, std::string otherwise = "null") {
    const auto found = line.find(key);
    return found == line.end() ? std::move(otherwise) : canonical_json(*found);
  };
  return hashed({.api = at("api"),
                 .host = at("host"),
                 .messages = at("messages"),
                 .model = at("model"),
                 .params = at("params"),
                 .sample = at("sample"),
                 .logprobs = at("logprobs", ""),
                 .schema = at("schema", "")});
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
