#include "runner/endpoints/http_call.hpp"
#include "runner/endpoints/reply.hpp"

#include <assay/core/check.hpp>
#include <assay/endpoints/http_target.hpp>
#include <assay/text/template.hpp>
#include <assay/text/utf8.hpp>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace assay::endpoints {

namespace asio = boost::asio;

namespace {

// The last two are those of an item of `messages`.
constexpr std::array<std::string_view, 7> kVariables = {"prompt", "system", "messages", "params",
                                                        "model",  "role",   "content"};

// The request's JSON with the templates that its texts are.
struct Body {
  Json skeleton;
  std::vector<text::PlacedTemplate> templates;
};

Error at(Error error, const text::Node& node) {
  if (error.at == Place{}) error.at = node.place();
  return error;
}

Result<Body> compile(const text::Node& node) {
  auto found = text::templates_in(node);
  if (!found) return found.error();
  for (const auto& part : *found) {
    for (const auto& name : part.source.variables()) {
      if (std::ranges::find(kVariables, name) != kVariables.end()) continue;
      return at({ErrorKind::invalid, "a request has no variable " + text::in_quotes(name),
                 "write {{prompt}}, {{system}}, {{messages}}, {{params}} or {{model}}; a literal is \\{{"},
                node);
    }
  }
  return Body{text::to_json(node), *std::move(found)};
}

Json variables_of(const Request& request, const std::string& model) {
  auto params = Json::parse(request.params, nullptr, false);
  return {{"prompt", last_text(request.messages, {Author::user})},
          {"system", last_text(request.messages, {Author::system, Author::developer})},
          {"messages", messages_json(request.messages)},
          {"params", params.is_object() ? std::move(params) : Json::object()},
          {"model", model}};
}

Result<std::string> render(const Body& body, const Json& variables) {
  const Scope scope{.vars = variables, .id = "", .row = 0};
  Json result = body.skeleton;
  for (const auto& [pointer, source] : body.templates) {
    auto value = source.value(scope);
    if (!value) return value.error();
    (pointer.empty() ? result : result[pointer]) = *std::move(value);
  }
  return dump_json(result);
}

class HttpTarget final : public Endpoint {
 public:
  HttpTarget(HttpClient& client, WholeCall call, Body body, ReplyPaths reply)
      : client_(client), call_(std::move(call)), body_(std::move(body)), reply_(std::move(reply)) {}

  [[nodiscard]] std::string encode(const Request& request) const override {
    auto body = render(body_, variables_of(request, call_.peer.model));
    if (body) return *std::move(body);
    unrendered_ = body.error();
    return {};
  }

  asio::awaitable<AttemptResult> attempt(const std::string& body) override {
    // No JSON is empty: the template names a parameter that the request has not.
    if (body.empty()) co_return AttemptResult{.result = unrendered_, .started = wall_now()};
    const ReadAnswer read = [this](std::string_view json) { return read_reply(json, reply_, call_.peer); };
    co_return co_await ask_whole(client_, call_, body, read);
  }

 private:
  HttpClient& client_;
  WholeCall call_;
  Body body_;
  ReplyPaths reply_;
  mutable Error unrendered_;
};

}  // namespace

Result<std::unique_ptr<Endpoint>> make_http_target(HttpClient& client, const HttpTargetOptions& options) {
  auto url = parse_url(options.url);
  if (!url) return url.error();
  const HttpAccess access{.model = options.model, .api_key = options.api_key, .headers = options.headers};
  if (auto ok = check_headers(access); !ok) return ok.error();
  if (auto ok = check_paths(options.reply); !ok) return ok.error();
  auto body = compile(options.body);
  if (!body) return body.error();
  WholeCall call{.prototype = make_post(access, *std::move(url), "application/json"),
                 .deadlines = options.deadlines,
                 .keep_raw = options.keep_raw,
                 .peer = make_peer(access)};
  call.peer.kind = PeerKind::application;
  std::unique_ptr<Endpoint> endpoint =
      std::make_unique<HttpTarget>(client, std::move(call), *std::move(body), options.reply);
  return endpoint;
}

}  // namespace assay::endpoints
