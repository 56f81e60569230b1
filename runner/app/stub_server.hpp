#pragma once
/// `assay stub`: the embedded endpoint as a server.

#include "runner/app/console.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace assay::app {

struct StubRequest {
  std::optional<std::filesystem::path> script;
  std::string host = "127.0.0.1";
  std::uint16_t port = 0;
  std::optional<std::uint64_t> seed;         ///< unset: the script's own
  std::optional<std::filesystem::path> log;  ///< one JSON line a request
};

/// Serves until SIGINT or SIGTERM, then ends with 0. Prints `ready http://HOST:PORT/v1` once it listens.
/// ExitCode::error if lines of the log were lost.
[[nodiscard]] ExitCode serve_stub(const StubRequest& request, Console& console);

}  // namespace assay::app
