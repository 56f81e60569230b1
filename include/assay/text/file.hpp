#pragma once
/// Small files as a whole.

#include <assay/core/error.hpp>

#include <cstddef>
#include <filesystem>
#include <string>

namespace assay::text {

/// The bytes of a file. Errors: `invalid` for a file that is missing, a folder, unreadable or longer than `max_bytes`.
[[nodiscard]] Result<std::string> read_bytes(const std::filesystem::path& path, std::size_t max_bytes = 16u << 20);

/// The text of a UTF-8 file, without a byte order mark. Errors also: `invalid` for other encodings, with the command
/// that converts them.
[[nodiscard]] Result<std::string> read_text(const std::filesystem::path& path, std::size_t max_bytes = 16u << 20);

}  // namespace assay::text
