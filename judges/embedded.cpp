#include "judges/embedded.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>

namespace assay::judges {

std::string_view embedded_file(std::string_view path) {
  const auto files = embedded_files();
  const auto found = std::ranges::find(files, path, &EmbeddedFile::path);
  if (found == files.end()) {
    fmt::print(stderr, "no file '{}' is built in\n", path);
    std::abort();
  }
  return found->bytes;
}

}  // namespace assay::judges
