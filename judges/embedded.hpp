#pragma once
/// The files that judges are asked and tried with, inside the binary; made by CMake.

#include <span>
#include <string_view>

namespace assay::judges {

struct EmbeddedFile {
  std::string_view path;  ///< relative: `judges/model/prompts/rubric.txt`
  std::string_view bytes;
};

[[nodiscard]] std::span<const EmbeddedFile> embedded_files();

/// The bytes of a file. Terminates the program for a path that is not there: a bug, found by any test.
[[nodiscard]] std::string_view embedded_file(std::string_view path);

}  // namespace assay::judges
