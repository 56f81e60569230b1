#pragma once
/// A stub to talk to: a script given as text, requests, and the plans that come back.

#include <assay/core/json.hpp>
#include <assay/stub/stub.hpp>

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace assay::stub::test {

inline std::shared_ptr<const Script> script_of(const std::string& yaml) {
  Diagnostics diagnostics;
  const auto document = text::parse_yaml(yaml, "script.yaml");
  if (!document) {
    ADD_FAILURE() << to_string(document.error());
    return default_script();
  }
  auto script = parse_script(*document, diagnostics);
  for (const Error& error : diagnostics.errors()) ADD_FAILURE() << to_string(error);
  return script ? script : default_script();
}

/// A plan, read: what was sent, in how many pieces, how long was waited, and how it ended.
struct Played {
  std::string sent;
  std::size_t sends = 0;
  Duration waited{};
  std::string end = "keep";
  std::shared_ptr<net::WirePlan> plan;  ///< as long as it lives, the request is under way

  [[nodiscard]] int status() const { return sent.size() > 12 ? std::stoi(sent.substr(9, 3)) : 0; }
  [[nodiscard]] std::string head() const { return sent.substr(0, sent.find("\r\n\r\n")); }
  /// The body, chunks joined.
  [[nodiscard]] std::string body() const {
    const std::size_t gap = sent.find("\r\n\r\n");
    if (gap == std::string::npos) return {};
    std::string rest = sent.substr(gap + 4);
    if (head().find("transfer-encoding: chunked") == std::string::npos) return rest;
    std::string joined;
    while (!rest.empty()) {
      const std::size_t line = rest.find("\r\n");
      const std::size_t size = std::stoul(rest.substr(0, line), nullptr, 16);
      joined += rest.substr(line + 2, size);
      rest.erase(0, line + 2 + size + 2);
    }
    return joined;
  }
  [[nodiscard]] Json json() const { return Json::parse(body(), nullptr, false); }
  /// The objects of an event stream, without `[DONE]`.
  [[nodiscard]] std::vector<Json> events() const {
    std::vector<Json> found;
    std::string_view rest;
    const std::string all = body();
    for (rest = all; !rest.empty();) {
      const std::size_t end_of_event = rest.find("\n\n");
      const std::string_view event = rest.substr(0, end_of_event);
      if (event.starts_with("data: {")) found.push_back(Json::parse(event.substr(6), nullptr, false));
      if (end_of_event == std::string_view::npos) break;
      rest.remove_prefix(end_of_event + 2);
    }
    return found;
  }
  [[nodiscard]] std::string text() const { return json()["choices"][0]["message"]["content"].get<std::string>(); }
};

inline Played read_plan(const net::WirePlan& plan) {
  Played played;
  for (const net::WireStep& step : plan) {
    if (const auto* send = std::get_if<net::Send>(&step)) {
      played.sent += send->bytes;
      ++played.sends;
    }
    if (const auto* wait = std::get_if<net::Wait>(&step)) played.waited += wait->time;
    if (std::holds_alternative<net::Reset>(step)) played.end = "reset";
    if (std::holds_alternative<net::Close>(step)) played.end = "close";
    if (std::holds_alternative<net::Stall>(step)) played.end = "stall";
  }
  return played;
}

/// A stub without a socket.
class Stub {
 public:
  explicit Stub(const std::string& yaml, std::uint64_t seed = 1)
      : served(std::make_shared<Served>()), handler_(make_handler(script_of(yaml), seed, served)) {}

  Played send(std::string_view method, std::string_view target, std::string_view body,
              std::map<std::string, std::string> headers = {}, bool keep_alive = true) {
    net::ServerRequest request;
    request.method = method;
    request.target = target;
    request.body = body;
    request.keep_alive = keep_alive;
    request.header = [&headers](std::string_view name) -> std::string_view {
      const auto found = headers.find(std::string(name));
      return found == headers.end() ? std::string_view() : std::string_view(found->second);
    };
    auto plan = std::make_shared<net::WirePlan>(handler_(request));
    Played played = read_plan(*plan);
    played.plan = std::move(plan);
    return played;
  }
  Played post(const Json& body) { return send("POST", "/v1/chat/completions", body.dump()); }
  Played ask(const std::string& user, const std::string& model = "m") {
    return post({{"model", model}, {"messages", Json::array({{{"role", "user"}, {"content", user}}})}});
  }
  Played stream(const std::string& user, bool usage = false) {
    return post({{"model", "m"},
                 {"stream", true},
                 {"stream_options", {{"include_usage", usage}}},
                 {"messages", Json::array({{{"role", "user"}, {"content", user}}})}});
  }

  std::shared_ptr<Served> served;

 private:
  net::Handler handler_;
};

}  // namespace assay::stub::test
