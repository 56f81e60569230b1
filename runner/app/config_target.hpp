#pragma once
/// The targets and judges of a configuration: who is asked, where, and within which limits.

#include "runner/app/config.hpp"

#include <assay/text/node.hpp>

#include <filesystem>
#include <vector>

namespace assay::app {

/// Reads `targets:`, in file order, `extends` resolved. Reports every fault.
[[nodiscard]] std::vector<Target> read_targets(const text::Node& node, const std::filesystem::path& folder,
                                               Diagnostics& diagnostics);

/// Reads `judges:`, which take a target's keys (prompts aside) and `output`.
[[nodiscard]] std::vector<Target> read_judges(const text::Node& node, const std::filesystem::path& folder,
                                              Diagnostics& diagnostics);

}  // namespace assay::app
