#pragma once
/// `assay baseline`: which runs stand for what is released. Contract §5.

#include "runner/app/console.hpp"

#include <cstdint>
#include <filesystem>
#include <string>

namespace assay::app {

/// What the subcommands are asked; each reads its own fields.
struct BaselineRequest {
  std::string name;
  std::string run;
  std::string reason;
  std::uint64_t runs = 5;
  std::filesystem::path file;
  std::filesystem::path store = ".assay/history.db";
  bool json = false;
};

/// Takes a whole run that was measured soundly: PASS or INCONCLUSIVE by the policy sealed with it, a missing baseline
/// aside; BLOCK with a reason; ERROR never. Everything else is refused with exit code 4.
[[nodiscard]] ExitCode set_baseline(const BaselineRequest& request, Console& console);
[[nodiscard]] ExitCode list_baselines(const BaselineRequest& request, Console& console);
[[nodiscard]] ExitCode export_baseline(const BaselineRequest& request, Console& console);
[[nodiscard]] ExitCode import_baseline(const BaselineRequest& request, Console& console);

}  // namespace assay::app
