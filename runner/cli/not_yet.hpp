#pragma once
/// Commands and options of the contract that this version does not have: refused by name, never accepted and ignored.

#include <assay/core/error.hpp>

#include <optional>
#include <span>
#include <string>

namespace assay::cli {

/// The first word of a command line (without the program) that names something of a later version.
[[nodiscard]] std::optional<Error> find_not_yet(std::span<const std::string> arguments);

}  // namespace assay::cli
