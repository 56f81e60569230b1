#pragma once
/// The one place that names concrete adapters.

#include "runner/app/redact.hpp"
#include "runner/app/request.hpp"

#include <assay/core/endpoint.hpp>
#include <assay/core/http.hpp>
#include <assay/net/server.hpp>

#include <boost/asio/any_io_executor.hpp>

#include <memory>

namespace assay::app {

/// A target, connected; without an endpoint where nothing may be sent. Members are destroyed in reverse order: what is
/// referred to outlives what refers to it.
struct Connection {
  std::unique_ptr<net::Server> stub;  ///< only for `stub:` targets
  std::unique_ptr<HttpClient> client;
  std::unique_ptr<Redactor> redactor;
  std::unique_ptr<Endpoint> inner;     ///< only where there is something to redact
  std::unique_ptr<Endpoint> endpoint;  ///< what the runner asks
};

/// Makes the adapters of a target on `loop`, for at most `most` attempts at once. Nothing is sent. A `stub:` target is
/// served in-process, with the seed given, else its script's own.
[[nodiscard]] Result<Connection> connect(const Settings& settings, const Environment& environment,
                                         std::optional<std::uint64_t> stub_seed, std::uint32_t most,
                                         const boost::asio::any_io_executor& loop);

}  // namespace assay::app
