#pragma once
/// Which target a request means, and what its `${NAME}` and its key are.

#include "runner/app/request.hpp"

namespace assay::app {

/// The target of `--target`, of `--url` and `--model`, or the only one of the configuration.
[[nodiscard]] std::optional<Target> pick_target(const std::optional<Config>& config, const RunRequest& request,
                                                Diagnostics& diagnostics);

/// The target of that name; `option` is the one that named it.
[[nodiscard]] std::optional<Target> named_target(const std::optional<Config>& config, const std::string& name,
                                                 std::string_view option, Diagnostics& diagnostics);

/// Replaces `${NAME}` in the address, the model and the headers, and reads the key. With `settings.replay` a variable
/// of the address or a header that is unset is empty, and a key that is missing is none; the model must be known.
void expand_target(Settings& settings, const Environment& environment, Diagnostics& diagnostics);

}  // namespace assay::app
