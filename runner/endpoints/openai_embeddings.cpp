#include "runner/endpoints/protocols/openai_embeddings.hpp"

#include "runner/endpoints/http_call.hpp"

#include <assay/endpoints/openai_embeddings.hpp>

#include <utility>

namespace assay::endpoints {

namespace asio = boost::asio;

namespace {

class OpenAiEmbeddings final : public Endpoint {
 public:
  OpenAiEmbeddings(HttpClient& client, WholeCall call) : client_(client), call_(std::move(call)) {}

  [[nodiscard]] std::string encode(const Request& request) const override {
    return encode_embeddings(request, call_.peer.model);
  }

  asio::awaitable<AttemptResult> attempt(const std::string& body) override {
    const auto inputs = count_inputs(body);
    const ReadAnswer read = [&](std::string_view json) { return read_embeddings(json, inputs, call_.peer); };
    co_return co_await ask_whole(client_, call_, body, read);
  }

 private:
  HttpClient& client_;
  WholeCall call_;
};

}  // namespace

Result<std::unique_ptr<Endpoint>> make_openai_embeddings(HttpClient& client, const OpenAiChatOptions& options) {
  auto url = parse_url(options.base_url);
  if (!url) return url.error();
  const HttpAccess access{.model = options.model, .api_key = options.api_key, .headers = options.headers};
  if (auto ok = check_headers(access); !ok) return ok.error();
  WholeCall call{.prototype = make_post(access, with_path(std::move(*url), "/embeddings"), "application/json"),
                 .deadlines = options.deadlines,
                 .keep_raw = options.keep_raw,
                 .peer = make_peer(access)};
  std::unique_ptr<Endpoint> endpoint = std::make_unique<OpenAiEmbeddings>(client, std::move(call));
  return endpoint;
}

}  // namespace assay::endpoints
