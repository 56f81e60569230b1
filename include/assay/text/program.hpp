#pragma once
/// Where a program is.

#include <assay/core/error.hpp>

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace assay::text {

/// The file that a command's first word means: a path (relative to `folder`), or a name in `search`, which is written
/// as PATH is. Errors: `invalid` for one that is not there or may not be run.
[[nodiscard]] Result<std::filesystem::path> find_program(const std::string& word, const std::filesystem::path& folder,
                                                         std::string_view search);

/// A digest over the files in `folder` that a command names, and their places in it; "" without one. What lies
/// elsewhere (an interpreter) differs from machine to machine, and does not count. Errors: `invalid` for a file that
/// cannot be read.
[[nodiscard]] Result<std::string> digest_beside(const std::vector<std::string>& command,
                                                const std::filesystem::path& folder);

}  // namespace assay::text
