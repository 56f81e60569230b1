#pragma once
/// Completion scripts, made from the very options that are parsed.

#include <CLI/App.hpp>

#include <string>

namespace assay::cli {

[[nodiscard]] std::string bash_completion(const CLI::App& app);
[[nodiscard]] std::string zsh_completion(const CLI::App& app);

}  // namespace assay::cli
