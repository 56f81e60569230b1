#include "runner/endpoints/protocols/openai_chat.hpp"

#include "runner/endpoints/chat_exchange.hpp"
#include "runner/endpoints/http_call.hpp"

#include <assay/endpoints/openai_chat.hpp>

#include <string_view>
#include <utility>

namespace assay::endpoints {

namespace asio = boost::asio;

namespace {

constexpr std::string_view kPath = "/chat/completions";

HttpAccess access_of(const OpenAiChatOptions& options) {
  return {.model = options.model, .api_key = options.api_key, .headers = options.headers};
}

class OpenAiChat final : public Endpoint {
 public:
  OpenAiChat(HttpClient& client, const OpenAiChatOptions& options, Url url)
      : client_(client),
        encoder_(options.model, options.stream),
        prototype_(make_post(access_of(options), std::move(url),
                             options.stream ? "text/event-stream, application/json" : "application/json")),
        deadlines_(options.deadlines),
        keep_raw_(options.keep_raw),
        peer_(make_peer(access_of(options))) {
    // A whole answer shows nothing before it is there.
    if (!options.stream) deadlines_.first_token = deadlines_.total;
  }

  [[nodiscard]] std::string encode(const Request& request) const override { return encoder_.encode(request); }

  asio::awaitable<AttemptResult> attempt(const std::string& body) override {
    const Lease lease(*this);
    auto& work = *lease.work;
    work.request.body = body;
    work.exchange.begin();
    const auto started = wall_now();
    const auto http = co_await client_.send(work.request, deadlines_, work.exchange);
    co_return work.exchange.finish(http, started, wall_now());
  }

 private:
  // What one attempt needs; kept for the next.
  struct Work {
    HttpRequest request;
    ChatExchange exchange;
  };

  struct Lease {
    explicit Lease(OpenAiChat& from) : owner(from), work(from.take()) {}
    ~Lease() { owner.idle_.push_back(std::move(work)); }
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;

    OpenAiChat& owner;
    std::unique_ptr<Work> work;
  };

  std::unique_ptr<Work> take() {
    if (idle_.empty()) return std::make_unique<Work>(Work{prototype_, ChatExchange(peer_, keep_raw_)});
    auto work = std::move(idle_.back());
    idle_.pop_back();
    return work;
  }

  HttpClient& client_;
  ChatEncoder encoder_;
  HttpRequest prototype_;
  Deadlines deadlines_;
  std::size_t keep_raw_;
  ChatPeer peer_;
  std::vector<std::unique_ptr<Work>> idle_;
};

}  // namespace

Result<std::unique_ptr<Endpoint>> make_openai_chat(HttpClient& client, const OpenAiChatOptions& options) {
  auto url = parse_url(options.base_url);
  if (!url) return url.error();
  if (auto ok = check_headers(access_of(options)); !ok) return ok.error();
  std::unique_ptr<Endpoint> endpoint = std::make_unique<OpenAiChat>(client, options, with_path(std::move(*url), kPath));
  return endpoint;
}

}  // namespace assay::endpoints
