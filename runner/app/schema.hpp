#pragma once
/// `assay schema`: JSON Schema (draft-07) for editors, from the tables that the loaders use.

#include "runner/app/console.hpp"

#include <assay/core/json.hpp>

#include <string>

namespace assay::app {

/// `suite`, `config`, `gate` or `stub`. Errors: `usage` for another name.
[[nodiscard]] Result<OrderedJson> schema(const std::string& kind);

[[nodiscard]] ExitCode print_schema(const std::string& kind, Console& console);

}  // namespace assay::app
