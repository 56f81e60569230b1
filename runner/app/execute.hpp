#pragma once
/// Runs a plan on one loop: signals, progress, the end of a run. Decides nothing.

#include "runner/app/console.hpp"
#include "runner/app/wiring.hpp"

#include <assay/exec/runner.hpp>
#include <assay/store/store.hpp>

#include <boost/asio/io_context.hpp>

namespace assay::app {

struct Execution {
  exec::RunSummary summary;
  int signal = 0;  ///< SIGINT or SIGTERM, 0 for none
  double wall_s = 0;
};

struct ExecuteOptions {
  std::optional<std::uint64_t> seed;  ///< as given; unset: 0 for the run, the script's own for a stub
  std::uint64_t planned = 0;          ///< units of the whole selection
  std::uint64_t finished = 0;         ///< of them, before this process
  bool progress = true;
};

/// Asks `connection`, which lives on `loop`, for every unit of `source`, writing to `journal`. A first signal stops
/// politely, a second one ends the process.
[[nodiscard]] Result<Execution> execute(const Settings& settings, Connection& connection, const ExecuteOptions& options,
                                        exec::UnitSource& source, Journal& journal, boost::asio::io_context& loop,
                                        Console& console);

}  // namespace assay::app
