#include "runner/endpoints/protocols/openai_chat.hpp"

#include "runner/endpoints/chat_exchange.hpp"

#include <assay/endpoints/openai_chat.hpp>

#include <algorithm>
#include <string_view>
#include <utility>

namespace assay::endpoints {

namespace asio = boost::asio;

namespace {

constexpr std::string_view kPath = "/chat/completions";

Url with_chat_path(Url url) {
  const auto question = std::min(url.target.find('?'), url.target.size());
  std::string path = url.target.substr(0, question);
  const std::string query = url.target.substr(question);
  while (path.ends_with('/')) path.pop_back();
  if (!path.ends_with(kPath)) path += kPath;
  url.target = path + query;
  return url;
}

// A line end would let a value smuggle in a header of its own.
bool is_header_text(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && byte != '\t') || byte == 0x7F;
  });
}

Result<void> check_headers(const OpenAiChatOptions& options) {
  if (!is_header_text(options.api_key)) {
    return Error{ErrorKind::invalid, "the API key has a line end or another control character",
                 "write the variable without a trailing line end"};
  }
  for (const auto& [name, value] : options.headers) {
    if (name.empty() || !is_header_text(name) || name.find_first_of(": \t") != std::string::npos) {
      return Error{ErrorKind::invalid, "a header's name is empty or has characters that a name cannot have",
                   "write headers as `{x-team: geo}`"};
    }
    if (!is_header_text(value)) {
      return Error{ErrorKind::invalid, "header `" + name + "` has a line end or another control character",
                   "write the value on one line"};
    }
  }
  return {};
}

HttpRequest make_request(const OpenAiChatOptions& options, Url url) {
  HttpRequest request;
  request.url = std::move(url);
  request.headers.emplace_back("Content-Type", "application/json");
  request.headers.emplace_back("Accept", options.stream ? "text/event-stream, application/json" : "application/json");
  const bool own_auth = find_header(options.headers, "authorization").has_value();
  if (!options.api_key.empty() && !own_auth) {
    request.headers.emplace_back("Authorization", "Bearer " + options.api_key);
  }
  request.headers.insert(request.headers.end(), options.headers.begin(), options.headers.end());
  return request;
}

ChatPeer make_peer(const OpenAiChatOptions& options) {
  ChatPeer peer{options.model, {options.api_key}};
  for (const auto& [name, value] : options.headers) peer.secrets.push_back(value);
  return peer;
}

class OpenAiChat final : public Endpoint {
 public:
  OpenAiChat(HttpClient& client, const OpenAiChatOptions& options, Url url)
      : client_(client),
        encoder_(options.model, options.stream),
        prototype_(make_request(options, std::move(url))),
        deadlines_(options.deadlines),
        keep_raw_(options.keep_raw),
        peer_(make_peer(options)) {
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
  if (auto ok = check_headers(options); !ok) return ok.error();
  std::unique_ptr<Endpoint> endpoint = std::make_unique<OpenAiChat>(client, options, with_chat_path(std::move(*url)));
  return endpoint;
}

}  // namespace assay::endpoints
