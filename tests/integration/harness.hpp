#pragma once
/// A run without the command line: cases in, stored samples out, everything between them real.

#include "tests/support/temp_dir.hpp"

#include <assay/exec/runner.hpp>
#include <assay/net/client.hpp>
#include <assay/net/server.hpp>
#include <assay/store/store.hpp>
#include <assay/stub/stub.hpp>

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace assay::integration {

/// How a run is made; the defaults are an honest endpoint and quick retries.
struct RunSetup {
  std::string script = "version: 1\nrules:\n  - answer: ok\n";
  std::string url;  ///< empty: the stub's
  bool stream = true;
  std::uint32_t cases = 1;
  std::uint32_t samples = 1;
  std::uint32_t concurrency = 4;
  Deadlines deadlines;
  exec::RetryPolicy retries{.max = 2,
                            .least = std::chrono::milliseconds(1),
                            .most = std::chrono::milliseconds(5),
                            .max_wait = std::chrono::seconds(10)};
  net::ClientOptions client;
  net::ServerOptions server;
};

/// What a run left.
struct Ran {
  exec::RunSummary summary;
  std::vector<store::StoredSample> samples;  ///< as read back from the store, in case order
  RunEvidence evidence;
  std::uint64_t requests = 0;  ///< that the stub saw
  std::uint64_t connections = 0;
};

/// Runs cases that ask `Question N?` and want `ok`. Failures of the machinery itself fail the test.
[[nodiscard]] Ran run(const RunSetup& setup);

/// The attempts of a sample's only call.
[[nodiscard]] const std::vector<Attempt>& attempts(const store::StoredSample& sample);
/// The error that a sample ended in; nullptr if it did not.
[[nodiscard]] const Error* error_of(const store::StoredSample& sample);
/// The answer that a sample got; nullptr without one.
[[nodiscard]] const Response* response_of(const store::StoredSample& sample);

/// A port that nobody listens on.
[[nodiscard]] std::uint16_t closed_port();

}  // namespace assay::integration
