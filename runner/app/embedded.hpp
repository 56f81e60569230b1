#pragma once
/// The files that travel inside the binary; made by CMake from `suites/` and `datasets/`.

#include <assay/core/error.hpp>

#include <filesystem>
#include <span>
#include <string_view>

namespace assay::app {

struct EmbeddedFile {
  std::string_view path;  ///< relative: `suites/demo/gate.yaml`
  std::string_view bytes;
};

[[nodiscard]] std::span<const EmbeddedFile> embedded_files();

/// Writes the embedded files whose path starts with one of `prefixes` below `folder`, `strip` cut from the front of
/// their paths. Existing files are left alone if `keep`, else overwritten. Errors: `store`.
[[nodiscard]] Result<void> write_embedded(std::span<const std::string_view> prefixes, std::string_view strip,
                                          const std::filesystem::path& folder, bool keep);

}  // namespace assay::app
