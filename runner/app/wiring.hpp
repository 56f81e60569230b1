#pragma once
/// The one place that names concrete adapters.

#include "runner/app/redact.hpp"
#include "runner/app/request.hpp"

#include <assay/core/check.hpp>
#include <assay/core/endpoint.hpp>
#include <assay/core/http.hpp>
#include <assay/net/server.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <functional>
#include <memory>
#include <string_view>

namespace assay::app {

/// Somebody who is asked, connected; without an endpoint where nothing may be sent. Members are destroyed in reverse
/// order: what is referred to outlives what refers to it.
struct Connection {
  std::unique_ptr<net::Server> stub;  ///< only for `stub:` targets
  std::unique_ptr<HttpClient> client;
  std::unique_ptr<Redactor> redactor;
  std::unique_ptr<Endpoint> inner;     ///< only where there is something to redact
  std::unique_ptr<Endpoint> endpoint;  ///< what the runner asks
  std::function<void()> cancel;        ///< ends the calls in flight; empty without an endpoint
};

/// How the peers of a run are connected.
struct Wiring {
  const Settings& settings;
  const Environment& environment;
  std::optional<std::uint64_t> stub_seed;  ///< for `stub:` targets; else the script's own
  boost::asio::any_io_executor loop;
  std::function<void(std::string_view)> note;  ///< gets what is learned about an endpoint, a sentence; may be empty
};

/// Makes the adapters of a target or judge, for at most `most` attempts at once. Nothing is sent. A `stub:` address is
/// served in-process.
[[nodiscard]] Result<Connection> connect(const Target& target, const Wiring& wiring, std::uint32_t most);

/// Likewise of a check's program.
[[nodiscard]] Result<Connection> connect(const Program& program, const Wiring& wiring);

}  // namespace assay::app
