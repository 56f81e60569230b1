#pragma once
/// `assay merge`: the shards of a run into one.

#include "runner/app/console.hpp"

#include <filesystem>
#include <vector>

namespace assay::app {

struct MergeRequest {
  std::vector<std::filesystem::path> from;  ///< history files, each with one shard or more
  std::filesystem::path into;               ///< the history that gets the run; made if missing
};

/// Prints the new RUN on standard output, and how to decide it on standard error.
[[nodiscard]] ExitCode merge(const MergeRequest& request, Console& console);

}  // namespace assay::app
