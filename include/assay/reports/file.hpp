#pragma once
/// Files that are there whole or not at all.

#include <assay/core/error.hpp>

#include <filesystem>
#include <string_view>

namespace assay::reports {

/// Writes a file whole or not at all: temporary file, fsync, rename, fsync of the directory; makes the folders it
/// needs. What is there and no file (a pipe, `/dev/stderr`) is written to. Errors: `store`.
[[nodiscard]] Result<void> write_whole(const std::filesystem::path& path, std::string_view bytes);

}  // namespace assay::reports
