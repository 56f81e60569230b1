#pragma once
/// `assay simulate --from-history`: how often a policy would be wrong on one's own suites.

#include "runner/app/console.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace assay::app {

struct SimulateRequest {
  bool from_history = false;  ///< the only source there is; asked for by name
  std::optional<std::string> suite;
  std::optional<std::string> gate;  ///< a policy file; unset: the one sealed with the newest run
  std::uint64_t runs = 20;          ///< of history, at most
  std::uint64_t replicates = 2000;
  std::uint64_t seed = 1;
  std::filesystem::path store = ".assay/history.db";
  bool json = false;
};

[[nodiscard]] ExitCode simulate(const SimulateRequest& request, Console& console);

}  // namespace assay::app
