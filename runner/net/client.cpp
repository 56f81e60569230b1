#include "runner/net/exchange.hpp"

#include <assay/net/client.hpp>

namespace assay::net {

namespace {

using boost::asio::awaitable;

awaitable<HttpResult> exchange(std::shared_ptr<ClientCore> core, const HttpRequest& request, const Deadlines& deadlines,
                               BodySink& sink) {
  Exchange one(*core, request, deadlines, sink);
  co_await one.run();
  co_return one.take_result();
}

class Client final : public HttpClient {
 public:
  explicit Client(std::shared_ptr<ClientCore> core) : core_(std::move(core)) {}
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;
  ~Client() override { stop(); }

  awaitable<HttpResult> send(const HttpRequest& request, const Deadlines& deadlines, BodySink& sink) override {
    return exchange(core_, request, deadlines, sink);
  }

  void cancel() override { stop(); }

 private:
  void stop() {
    core_->cancelled = true;
    core_->pool.clear();
    core_->watch->cancel_all();
  }

  // Shared with the exchanges under way, which may end after the client.
  std::shared_ptr<ClientCore> core_;
};

}  // namespace

Result<std::unique_ptr<HttpClient>> make_http_client(boost::asio::any_io_executor loop, const ClientOptions& options) {
  const auto* executor = loop.target<Executor>();
  if (executor == nullptr) return Error{ErrorKind::internal, "the HTTP client needs the executor of an io_context"};
  auto proxies = make_proxies(options.proxy);
  if (!proxies) return proxies.error();
  auto tls = TlsContext::client(options.ca_file);
  if (!tls) return tls.error();
  auto core = std::make_shared<ClientCore>(*executor, options, std::move(*proxies), std::move(*tls));
  return std::unique_ptr<HttpClient>(std::make_unique<Client>(std::move(core)));
}

}  // namespace assay::net
