#include "runner/app/wiring.hpp"

#include "version.hpp"

#include <assay/endpoints/openai_chat.hpp>
#include <assay/net/client.hpp>
#include <assay/stub/stub.hpp>

#include <fmt/format.h>

namespace assay::app {

namespace {

constexpr std::string_view kStub = "stub:";

std::string either(const Environment& environment, const std::string& upper, const std::string& lower) {
  if (auto value = environment(lower)) return *std::move(value);
  return environment(upper).value_or("");
}

net::ProxySettings proxy_settings(const Environment& environment) {
  net::ProxySettings proxy;
  proxy.https = either(environment, "HTTPS_PROXY", "https_proxy");
  proxy.http = either(environment, "HTTP_PROXY", "http_proxy");
  const auto list = either(environment, "NO_PROXY", "no_proxy");
  std::size_t from = 0;
  while (from < list.size()) {
    auto comma = list.find(',', from);
    if (comma == std::string::npos) comma = list.size();
    const auto first = list.find_first_not_of(' ', from);
    if (first < comma) {
      const auto last = list.find_last_not_of(' ', comma - 1);
      proxy.no_proxy.push_back(list.substr(first, last - first + 1));
    }
    from = comma + 1;
  }
  return proxy;
}

// Starts the script on loopback and gives its address.
Result<std::string> start_stub(const Settings& settings, std::optional<std::uint64_t> seed,
                               const boost::asio::any_io_executor& loop, Connection& connection) {
  const auto file = settings.target.base / settings.target.url.substr(kStub.size());
  Diagnostics diagnostics;
  auto script = stub::load_script(file, diagnostics);
  if (script == nullptr) return diagnostics.errors().front();
  auto server = net::serve(loop, {}, stub::make_handler(std::move(script), seed));
  if (!server) return server.error();
  connection.stub = *std::move(server);
  return fmt::format("http://127.0.0.1:{}/v1", connection.stub->port());
}

}  // namespace

Result<Connection> connect(const Settings& settings, const Environment& environment,
                           std::optional<std::uint64_t> stub_seed, std::uint32_t most,
                           const boost::asio::any_io_executor& loop) {
  Connection connection;
  const auto& target = settings.target;
  net::ClientOptions client;
  client.max_connections = most;
  auto url = target.url;
  if (url.starts_with(kStub)) {
    auto started = start_stub(settings, stub_seed, loop, connection);
    if (!started) return started.error();
    url = *std::move(started);
  } else {
    client.proxy = proxy_settings(environment);
  }
  if (target.ca_file) client.ca_file = target.ca_file->string();
  client.user_agent = fmt::format("assay/{}", kVersion);
  auto made = net::make_http_client(loop, client);
  if (!made) return made.error();
  connection.client = *std::move(made);

  endpoints::OpenAiChatOptions options;
  options.base_url = url;
  options.model = target.model;
  options.api_key = settings.api_key;
  options.headers = target.headers;
  options.stream = target.stream;
  options.deadlines = target.timeout;
  auto endpoint = endpoints::make_openai_chat(*connection.client, options);
  if (!endpoint) {
    auto error = endpoint.error();
    if (error.at.file.empty()) error.at = target.at;
    return error;
  }
  connection.redactor = std::make_unique<Redactor>(settings.redact, settings.secrets);
  if (connection.redactor->empty()) {
    connection.endpoint = *std::move(endpoint);
    return connection;
  }
  connection.inner = *std::move(endpoint);
  connection.endpoint = make_redacting(*connection.inner, *connection.redactor);
  return connection;
}

}  // namespace assay::app
