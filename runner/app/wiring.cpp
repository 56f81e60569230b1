#include "runner/app/wiring.hpp"

#include "version.hpp"

#include <assay/endpoints/command.hpp>
#include <assay/endpoints/http_target.hpp>
#include <assay/endpoints/openai_chat.hpp>
#include <assay/endpoints/openai_embeddings.hpp>
#include <assay/endpoints/output_form.hpp>
#include <assay/net/client.hpp>
#include <assay/stub/stub.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace assay::app {

namespace {

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
Result<std::string> start_stub(const Target& target, const Wiring& wiring, Connection& connection) {
  const auto file = target.base / target.url.substr(kStub.size());
  Diagnostics diagnostics;
  auto script = stub::load_script(file, diagnostics);
  if (script == nullptr) return diagnostics.errors().front();
  auto server = net::serve(wiring.loop, {}, stub::make_handler(std::move(script), wiring.stub_seed));
  if (!server) return server.error();
  connection.stub = *std::move(server);
  return fmt::format("http://127.0.0.1:{}/v1", connection.stub->port());
}

// What a program that Assay starts gets: enough to run, and what the configuration lists.
std::vector<std::pair<std::string, std::string>> program_environment(const std::vector<std::string>& listed,
                                                                     const Environment& environment) {
  std::vector<std::pair<std::string, std::string>> all;
  const auto add = [&](const std::string& name) {
    if (auto value = environment(name)) all.emplace_back(name, *std::move(value));
  };
  for (const std::string name : {"PATH", "HOME", "LANG"}) add(name);
  std::for_each(listed.begin(), listed.end(), add);
  return all;
}

using Made = Result<std::unique_ptr<Endpoint>>;

Made make_program(const endpoints::CommandOptions& options, const Wiring& wiring, Connection& connection) {
  auto made = endpoints::make_command(wiring.loop, options);
  if (!made) return made.error();
  connection.cancel = [command = made->get()] { command->cancel(); };
  return std::unique_ptr<Endpoint>(*std::move(made));
}

Made make_over_http(const Target& target, const Wiring& wiring, const std::string& url, HttpClient& client) {
  if (target.api == kHttp) {
    return endpoints::make_http_target(client, {.url = url,
                                                .body = *target.body,
                                                .model = target.model,
                                                .api_key = target.api_key,
                                                .headers = target.headers,
                                                .reply = *target.reply,
                                                .deadlines = target.timeout});
  }
  endpoints::OpenAiChatOptions options;
  options.base_url = url;
  options.model = target.model;
  options.api_key = target.api_key;
  options.headers = target.headers;
  options.stream = target.stream;
  options.deadlines = target.timeout;
  if (target.api == kEmbeddings) return endpoints::make_openai_embeddings(client, options);
  auto chat = endpoints::make_openai_chat(client, options);
  if (!chat) return chat;
  return endpoints::with_output_form(*std::move(chat), target.output, wiring.note);
}

Made make_http(const Target& target, const Wiring& wiring, std::uint32_t most, Connection& connection) {
  net::ClientOptions client;
  client.max_connections = most;
  auto url = target.url;
  if (url.starts_with(kStub)) {
    auto started = start_stub(target, wiring, connection);
    if (!started) return started.error();
    url = *std::move(started);
  } else {
    client.proxy = proxy_settings(wiring.environment);
  }
  if (target.ca_file) client.ca_file = target.ca_file->string();
  client.user_agent = fmt::format("assay/{}", kVersion);
  auto made = net::make_http_client(wiring.loop, client);
  if (!made) return made.error();
  connection.client = *std::move(made);
  connection.cancel = [client = connection.client.get()] { client->cancel(); };
  return make_over_http(target, wiring, url, *connection.client);
}

// Puts the redaction between the endpoint and the run.
Connection redacted(Connection connection, std::unique_ptr<Endpoint> endpoint, const Settings& settings,
                    ReplyForm form) {
  connection.redactor = std::make_unique<Redactor>(settings.redact, settings.secrets);
  if (connection.redactor->empty()) {
    connection.endpoint = std::move(endpoint);
    return connection;
  }
  connection.inner = std::move(endpoint);
  connection.endpoint = make_redacting(*connection.inner, *connection.redactor, form);
  return connection;
}

}  // namespace

Result<Connection> connect(const Target& target, const Wiring& wiring, std::uint32_t most) {
  Connection connection;
  auto endpoint = target.api == kCommand
                      ? make_program({.command = target.command,
                                      .folder = target.base,
                                      .environment = program_environment(target.env, wiring.environment),
                                      .model = target.model,
                                      .form = endpoints::CommandForm::target,
                                      .time_limit = target.timeout.total},
                                     wiring, connection)
                      : make_http(target, wiring, most, connection);
  if (!endpoint) {
    auto error = endpoint.error();
    if (error.at.file.empty()) error.at = target.at;
    return error;
  }
  const auto form = target.api == kEmbeddings ? ReplyForm::json : ReplyForm::words;
  return redacted(std::move(connection), *std::move(endpoint), wiring.settings, form);
}

Result<Connection> connect(const Program& program, const Wiring& wiring) {
  Connection connection;
  auto endpoint = make_program({.command = program.command,
                                .folder = program.folder,
                                .environment = program_environment({}, wiring.environment),
                                .model = program.name,
                                .form = endpoints::CommandForm::plain,
                                .time_limit = program.time_limit},
                               wiring, connection);
  if (!endpoint) return endpoint.error();
  return redacted(std::move(connection), *std::move(endpoint), wiring.settings, ReplyForm::json);
}

}  // namespace assay::app
